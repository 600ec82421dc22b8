// What takes others minutes, or ends them, is answered in a moment: long texts for every pattern, long lists, deep chains, many
// elements. Each line once took too long, or is of the kind that does.
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { type Answer, type Json, observation, patient, serve } from './server.ts';

/** Milliseconds, on a machine that may be busy: what was wrong took 8,000 to 80,000. */
const LONGEST = 4000;
const MB = 1_048_576;

t.setTimeout(300_000);
const s = await serve(t);
const p = await s.made(patient());
await s.made(observation(p, { valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'g' } }));

const long = (text: string, length = MB) => text.repeat(Math.ceil(length / text.length)).slice(0, length);
const form = (type: string, query: string) =>
  s.send('POST', `${type}/_search`, query, { 'content-type': 'application/x-www-form-urlencoded' });
const value = encodeURIComponent;
const UCUM = value('http://unitsofmeasure.org');

interface Line {
  readonly name: string;
  readonly ask: () => Promise<Answer>;
  readonly status: readonly number[];
}

const lines: Line[] = [];
const line = (name: string, status: number | readonly number[], ask: () => Promise<Answer>) =>
  lines.push({ name, status: [status].flat(), ask });

// Texts of a megabyte where each primitive type and each pattern of ours stands.
const PLACES: Readonly<Record<string, (text: string) => Json>> = {
  'a family name': (text) => patient({ name: [{ family: text }] }),
  'an address': (text) => patient({ address: [{ city: text, postalCode: text }] }),
  'a uri': (text) => patient({ implicitRules: text }),
  'a date': (text) => patient({ birthDate: text }),
  'base64 data': (text) => patient({ photo: [{ data: text }] }),
  'an identifier': (text) => patient({ identifier: [{ system: 'urn:x', value: text }] }),
  'a reference': (text) => observation(p, { performer: [{ reference: `Patient/${text}` }] }),
  'an absolute reference': (text) => observation(p, { performer: [{ reference: `http://${text}` }] }),
  'an oid': (text) => patient({ extension: [{ url: 'urn:x', valueOid: `urn:oid:1.${text}` }] }),
  'a fraction of a second': (text) => patient({ deceasedDateTime: `2026-01-01T08:00:00.${text}Z` }),
  'a narrative': (text) =>
    patient({ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` } }),
  'an attribute of a narrative': (text) =>
    patient({
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml" title="${text}">x</div>` },
    }),
  'a style of a narrative': (text) =>
    patient({
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml" style="${text}">x</div>` },
    }),
  'a unit': (text) => observation(p, { valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: text } }),
};
for (const [where, make] of Object.entries(PLACES)) {
  for (const text of ['a b', '.1', '&#', '<p>', '\u0301', 'url(', '/*']) {
    line(`1 MB of ${JSON.stringify(text)} in ${where}`, [201, 422], () => {
      const resource = make(long(text));
      return s.post(resource.resourceType, resource);
    });
  }
}

// Searches.
for (const unit of ['kg/', '(kg.', '{', '(', 'kg.', 'm2', '*']) {
  line(`a unit of 20,000 ${unit}`, 200, () =>
    form('Observation', `value-quantity=1|${UCUM}|${value(unit.repeat(20_000))}`),
  );
  line(`a unit of 30 ${unit}`, 200, () => form('Observation', `value-quantity=1|${UCUM}|${value(unit.repeat(30))}`));
}
for (const depth of [5, 8, 10]) {
  line(`_has ${depth} deep`, 200, () => form('Observation', `${'_has:Observation:has-member:'.repeat(depth)}code=x`));
  line(`a chain ${depth} deep`, 200, () => form('Observation', `${'has-member:Observation.'.repeat(depth)}code=x`));
}
for (const depth of [1000, 20_000]) {
  line(`_has ${depth} deep`, 400, () => form('Patient', `${'_has:Observation:patient:'.repeat(depth)}code=x`));
  line(`a chain ${depth} deep`, 400, () => form('Observation', `${'subject:Patient.link.'.repeat(depth)}name=x`));
  line(`_filter ${depth} deep`, 400, () =>
    form('Patient', `_filter=${'('.repeat(depth)}name eq x${')'.repeat(depth)}`),
  );
  line(`_filter of ${depth} or`, [200, 400], () =>
    form('Patient', `_filter=${'name eq x or '.repeat(depth)}name eq x`),
  );
  line(`${depth} modifiers`, 400, () => form('Observation', `code${':not'.repeat(depth)}=x`));
}
for (const [name, item] of [
  ['_sort', ',-_id'],
  ['_elements', ',name'],
  ['_include', ',Patient:link'],
  ['family', ',x'],
  ['identifier', ',urn:x|1'],
  ['birthdate', ',2026'],
  ['_id', ',x'],
  ['gender:not', ',male'],
  ['_content', ' x'],
  ['_cursor', 'A'],
  ['_lastUpdated', ',ge2026'],
] as const) {
  line(`a megabyte of ${name}`, [200, 400], () => form('Patient', `${name}=${value(long(item).slice(1))}`));
}
line('100,000 parameters', 400, () => form('Patient', Array(100_000).fill('_include=Patient:link').join('&')));
line('a million of &', 200, () => form('Patient', `${'&'.repeat(1_000_000)}_count=1`));
line('a million of %', [200, 400], () => form('Patient', `family=${'%'.repeat(1_000_000)}`));

// Bodies.
line('20,000 contained, all of them used', [201, 422], () => {
  const contained = Array.from({ length: 20_000 }, (_, i) => ({ resourceType: 'Patient', id: `c${i}` }));
  return s.post(
    'Observation',
    observation(p, { contained, performer: contained.map(({ id }) => ({ reference: `#${id}` })) }),
  );
});
line('20,000 names', 201, () => s.post('Patient', patient({ name: Array(20_000).fill({ family: 'x' }) })));
line('200,000 extensions', [201, 422], () =>
  s.post('Patient', patient({ extension: Array(200_000).fill({ url: 'urn:x', valueInteger: 1 }) })),
);
line('20,000 nested extensions', 400, () =>
  s.post(
    'Patient',
    `{"resourceType":"Patient","extension":${'[{"url":"x","extension":'.repeat(20_000)}[]${'}]'.repeat(20_000)}}`,
  ),
);
for (const text of ['[', '{"a":', '"', '1', '-', ' ', '\\', '[[[]],', '1e', '0.'])
  line(`5 MB of ${text}`, 400, () => s.post('Patient', long(text, 5 * MB)));
line('a small body that unpacks to 200 MB', 413, () =>
  s.send('POST', 'Patient', gzipSync(Buffer.alloc(200_000_000)), {
    'content-type': 'application/fhir+json',
    'content-encoding': 'gzip',
  }),
);
line('20,000 operations of a patch', [200, 413, 422], () =>
  s.patch(p, [
    { op: 'add', path: '/name', value: [{ family: 'x' }] },
    ...Array(20_000).fill({ op: 'add', path: '/name/0', value: { family: 'x' } }),
  ]),
);
line('a megabyte of spaces in the patch of an entry', 400, () => {
  const resource = { resourceType: 'Binary', contentType: 'application/json-patch+json', data: `a${' '.repeat(MB)}!` };
  const entry = [{ request: { method: 'PATCH', url: p }, resource }];
  return s.post('', { resourceType: 'Bundle', type: 'transaction', entry });
});
line('forty doublings by a patch', [413, 422], () =>
  s.patch(
    p,
    Array.from({ length: 40 }, () => ({ op: 'copy', from: '/name', path: '/name/-' })),
  ),
);
for (const path of [
  `Patient${'.name'.repeat(200_000)}`,
  `Patient.${'('.repeat(500_000)}`,
  "Patient.name.family.matches('(a+)+$')",
  `Patient.name.where(${"family='b' and ".repeat(50_000)}family='b')`,
  `Patient.name.where(family='${'x'.repeat(1_000_000)}`,
]) {
  line(`a patch of ${path.slice(0, 40)}…`, 422, () => {
    const part = [
      { name: 'type', valueCode: 'replace' },
      { name: 'path', valueString: path },
      { name: 'value', valueString: 'x' },
    ];
    return s.patch(p, { resourceType: 'Parameters', parameter: [{ name: 'operation', part }] });
  });
}

t.test('long, deep and many: answered in bounded time', async (t) => {
  t.setTimeout(200_000);
  let slowest = { ms: 0, name: '' };
  // Statements are compiled, types are read at their first use.
  await s.get('Patient');
  for (const { name, status, ask } of lines) {
    const began = performance.now();
    const answer = await ask();
    const ms = performance.now() - began;
    if (ms > slowest.ms) slowest = { ms, name };
    const good =
      status.includes(answer.status) && (answer.status < 400 || answer.json.resourceType === 'OperationOutcome');
    if (!good) t.fail(`${name} answers ${answer.status}`, { wanted: status, answer: answer.text.slice(0, 300) });
    if (ms > LONGEST) t.fail(`${name} takes ${Math.round(ms)} ms`);
  }
  t.ok(lines.length > 120, `${lines.length} requests`);
  t.comment(`slowest: ${slowest.name}, ${Math.round(slowest.ms)} ms`);
  t.equal((await s.get(`Patient?_id=${p.slice(8)}`)).json.entry.length, 1, 'and it serves on');
});
