// Observation/$lastn: https://hl7.org/fhir/R4/observation-operation-lastn.html
import t from 'tap';
import { groupsOf } from '../../src/operations/lastn/groups.ts';
import { chance } from '../make/random.ts';
import { type Answer, type World, world } from './world.ts';

const LOINC = 'http://loinc.org';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';

interface Reading {
  readonly id: string;
  readonly codes?: readonly string[];
  readonly text?: string;
  readonly on?: string;
  readonly subject?: string;
  readonly category?: string;
  readonly status?: string;
}

async function put(w: World, { id, codes = [], text, on, subject = 'Patient/p', category, status = 'final' }: Reading) {
  const answer = await w.put(`Observation/${id}`, {
    resourceType: 'Observation',
    id,
    status,
    ...(category === undefined ? {} : { category: [{ coding: [{ system: CATEGORY, code: category }] }] }),
    code: {
      ...(codes.length > 0 ? { coding: codes.map((code) => ({ system: LOINC, code })) } : {}),
      ...(text === undefined ? {} : { text }),
    },
    subject: { reference: subject },
    ...(on === undefined ? {} : { effectiveDateTime: on }),
  });
  if (answer.status > 201) throw new Error(answer.text);
}

const ids = (answer: Answer) =>
  ((answer.json.entry ?? []) as readonly { resource: { id: string } }[]).map((e) => e.resource.id).join(' ');

t.test('Observation/$lastn', async (t) => {
  const w = await world(t);
  for (const id of ['p', 'q']) await w.put(`Patient/${id}`, { resourceType: 'Patient', id });
  await w.put('Location/ward', { resourceType: 'Location', id: 'ward' });
  const all: readonly Reading[] = [
    { id: 'w1', codes: ['29463-7'], on: '2026-01-01', category: 'vital-signs' },
    { id: 'w2', codes: ['29463-7'], on: '2026-01-02T08:00:00Z', category: 'vital-signs' },
    { id: 'w3', codes: ['29463-7'], on: '2026-01-03T08:00:00Z', category: 'vital-signs', status: 'entered-in-error' },
    { id: 'h1', codes: ['8867-4'], on: '2026-01-02T09:00:00Z', category: 'vital-signs' },
    { id: 'h2', codes: ['8867-4'], on: '2026-01-05T09:00:00+01:00', category: 'vital-signs' },
    { id: 'h2-tie', codes: ['8867-4'], on: '2026-01-05T08:00:00Z', category: 'vital-signs' },
    { id: 'h3', codes: ['8867-4'], on: '2026-01-06T08:00:00Z', category: 'vital-signs' },
    { id: 's1', codes: ['s-a'], on: '2026-02-01', category: 'survey' },
    { id: 's2', codes: ['s-b'], on: '2026-02-02', category: 'survey' },
    { id: 'undated1', codes: ['s-u'], category: 'survey' },
    { id: 'undated2', codes: ['s-u'], category: 'survey' },
    { id: 'other', codes: ['29463-7'], on: '2026-03-01', category: 'vital-signs', subject: 'Patient/q' },
    { id: 'warm1', codes: ['room'], on: '2026-01-01', subject: 'Location/ward' },
    { id: 'warm2', codes: ['room', 'zimmer'], on: '2026-01-02', subject: 'Location/ward' },
    { id: 'warm3', codes: ['zimmer'], on: '2026-01-03', subject: 'Location/ward' },
    { id: 'wet1', text: 'wet', on: '2026-01-01', subject: 'Location/ward' },
  ];
  for (const reading of all) await put(w, reading);

  const cases: readonly (readonly [string, string])[] = [
    ['patient=p&code=29463-7', 'w3'],
    ['patient=Patient/p&code=http://loinc.org|29463-7&max=1', 'w3'],
    ['patient=p&code=29463-7&max=2', 'w3 w2'],
    ['patient=p&code=29463-7&max=99', 'w3 w2 w1'],
    ['patient=p&code=29463-7&status=final,amended', 'w2'],
    ['patient=p&category=vital-signs', 'h3 w3'],
    ['subject=Patient/p&category=vital-signs', 'h3 w3'],
    ['patient=p&category=vital-signs&max=2', 'h3 h2-tie h2 w3 w2'],
    ['patient=p&category=vital-signs&max=3', 'h3 h2-tie h2 w3 w2 w1'],
    ['patient=p&category=vital-signs&code=8867-4', 'h3'],
    ['patient=p&category=vital-signs&date=lt2026-01-06', 'h2-tie h2 w3'],
    ['patient=p&category=vital-signs&date=lt2026-01-05', 'w3 h1'],
    ['patient=p&code=8867-4,29463-7', 'h3 w3'],
    ['patient=q&category=vital-signs', 'other'],
    ['patient=q&category=survey', ''],
    ['patient=nobody&category=survey', ''],
    ['subject=Location/ward&code=room,zimmer', 'warm3'],
    ['subject=Location/ward&code=room,zimmer&max=2', 'warm3 warm2'],
    ['subject=Location/ward&code=room', 'warm2'],
  ];
  for (const [query, expected] of cases) {
    t.test(query, async (t) => {
      const answer = await w.get(`Observation/$lastn?${query}`);
      t.equal(answer.status, 200, answer.text);
      // Equal dates have no order.
      t.equal(ids(answer).replace('h2 h2-tie', 'h2-tie h2'), expected);
      t.match(answer.json, {
        resourceType: 'Bundle',
        type: 'searchset',
        total: expected === '' ? 0 : expected.split(' ').length,
      });
    });
  }

  t.test('of Observations without a date, as many as were asked for', async (t) => {
    const one = ids(await w.get('Observation/$lastn?patient=p&category=survey')).split(' ');
    t.same(one.slice(0, 2), ['s2', 's1']);
    t.equal(one.length, 3, 'no date is no tie');
    t.equal(ids(await w.get('Observation/$lastn?patient=p&category=survey&max=2')).split(' ').length, 4);
  });

  t.test('groups as the table of R4 does', async (t) => {
    const table: readonly (readonly [string, readonly (readonly [string, Omit<Reading, 'id'>])[], string])[] = [
      [
        'a, b and c',
        [
          ['1', { codes: ['a'] }],
          ['2', { codes: ['b'] }],
          ['3', { codes: ['c'] }],
        ],
        '3 2 1',
      ],
      [
        'a, b and a,c',
        [
          ['1', { codes: ['a'] }],
          ['2', { codes: ['b'] }],
          ['3', { codes: ['a', 'c'] }],
        ],
        '3 2',
      ],
      [
        'a, b and a,b',
        [
          ['1', { codes: ['a'] }],
          ['2', { codes: ['b'] }],
          ['3', { codes: ['a', 'b'] }],
        ],
        '3',
      ],
      [
        'texts',
        [
          ['1', { text: 'textM' }],
          ['2', { text: 'Text' }],
          ['3', { text: 't e x t' }],
        ],
        '3 2 1',
      ],
      [
        'a text twice',
        [
          ['1', { text: 'x' }],
          ['2', { text: 'y' }],
          ['3', { text: 'x' }],
        ],
        '3 2',
      ],
      [
        'a text beside a code is no group',
        [
          ['1', { codes: ['a'], text: 'x' }],
          ['2', { codes: ['a'], text: 'y' }],
        ],
        '2',
      ],
      // The link between a and d is made by old Observations, none of which is among the latest.
      [
        'a chain',
        [
          ['1', { codes: ['a', 'b'] }],
          ['2', { codes: ['b', 'c'] }],
          ['3', { codes: ['c', 'd'] }],
          ['4', { codes: ['b'] }],
          ['5', { codes: ['c'] }],
          ['6', { codes: ['a'] }],
          ['7', { codes: ['d'] }],
        ],
        '7',
      ],
    ];
    for (const [i, [name, readings, expected]] of table.entries()) {
      const subject = `Patient/g${i}`;
      await w.put(subject, { resourceType: 'Patient', id: `g${i}` });
      for (const [id, more] of readings)
        await put(w, { ...more, id: `g${i}-${id}`, subject, category: 'laboratory', on: `2026-01-0${id}` });
      const answer = await w.get(`Observation/$lastn?patient=g${i}&category=laboratory`);
      t.equal(ids(answer).replaceAll(`g${i}-`, ''), expected, name);
    }
  });

  t.test('POST takes the same, in a Parameters body or in the address', async (t) => {
    const body = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'max', valuePositiveInt: 2 },
        { name: 'patient', valueReference: { reference: 'Patient/p' } },
        { name: 'code', valueString: '29463-7' },
      ],
    };
    t.equal(ids(await w.post('Observation/$lastn', body)), 'w3 w2');
    t.equal(ids(await w.post('Observation/$lastn?patient=p&code=29463-7', { resourceType: 'Parameters' })), 'w3');
  });

  t.test('refuses what R4 wants and does not get, and what it does not understand', async (t) => {
    for (const query of [
      'category=vital-signs',
      'patient=p',
      'patient=p&status=final',
      'patient=p,q&category=vital-signs',
      'patient=p&category=vital-signs&max=0',
      'patient=p&category=vital-signs&max=many',
      'patient=p&category=vital-signs&_sort=date',
      'patient=p&category=vital-signs&_count=3',
      'patient=p&category=vital-signs&_include=Observation:device',
      'patient=p&category=vital-signs&colour=red',
      'patient=p&category=vital-signs&date=yesterday',
    ]) {
      t.equal((await w.get(`Observation/$lastn?${query}`)).status, 400, query);
    }
    t.equal((await w.post('Observation/$lastn', { resourceType: 'Patient' })).status, 400);
    t.equal((await w.get('Observation/w1/$lastn')).status, 404);
    t.equal((await w.get('Patient/$lastn')).status, 404);
  });
});

t.test('groups are the connected codings, whatever the order', async (t) => {
  const seed = Date.now() % 1_000_000;
  t.comment(`seed ${seed}`);
  const random = chance(seed);
  for (let round = 0; round < 200; round++) {
    const all = Array.from({ length: 12 }, () => ({
      patient: random.int(0, 1),
      codes: [...new Set(Array.from({ length: random.int(1, 3) }, () => `c${random.int(0, 9)}`))],
    }));
    const groupOf = groupsOf(all);
    // Naive: spread labels until nothing changes.
    const labels = all.map((_, i) => i);
    for (let changed = true; changed; ) {
      changed = false;
      for (const [i, a] of all.entries()) {
        for (const [j, b] of all.entries()) {
          if (a.patient === b.patient && a.codes.some((c) => b.codes.includes(c)) && labels[i]! > labels[j]!) {
            labels[i] = labels[j]!;
            changed = true;
          }
        }
      }
    }
    for (const [i, a] of all.entries())
      for (const [j, b] of all.entries())
        if ((groupOf(a) === groupOf(b)) !== (labels[i] === labels[j])) t.fail(`round ${round}`);
  }
  t.pass();
});
