// Renewals, stops, deaths and two follow-ups at once, through the server (contract 2.1, 2.4, 2.8).
import t from 'tap';
import { world } from '../operations/world.ts';
import { each, stage } from './stage.ts';

const w = await world(t);
const DATA = each('2026-01-05', '2026-07-31');
const ASKED = 'asOf=2026-05-20';
const rx1 = { start: '2026-01-05', end: '2026-03-15' };

for (const start of ['2026-03-10', '2026-03-15', '2026-03-16']) {
  t.test(`a renewal from ${start} goes on with the same windows`, async (t) => {
    const s = await stage(w, {
      ordonnances: { rx1, rx2: { start, end: '2026-09-15', replaces: 'rx1' } },
      readings: DATA,
    });
    const found = ['1 billable', '2 billable', '3 billable', '4 billable', '5 in-progress'];
    for (const member of ['rx1', 'rx2']) t.same(await s.verdicts(member, ASKED), found);
  });
}

for (const [title, change] of [
  ['after a day without ordonnance', { start: '2026-03-17' }],
  ['of another line', { activity: 'iresp' }],
  ['of another person', { person: 'q' }],
  ['that names no ordonnance', { replaces: undefined }],
] as const) {
  t.test(`a renewal ${title} starts afresh`, async (t) => {
    const next = { start: '2026-03-16', end: '2026-09-15', replaces: 'rx1', ...change };
    const { replaces, ...rest } = next;
    const rx2 = replaces === undefined ? rest : { ...rest, replaces };
    const s = await stage(w, { others: ['q'], ordonnances: { rx1, rx2 }, readings: DATA });
    t.same(await s.verdicts('rx1', ASKED), ['1 billable', '2 billable', '3 not-billable prescription-expired']);
    t.match((await s.bill('rx2', ASKED))[0], { index: 1, window: new RegExp(`^${next.start}/`) });
  });
}

t.test('a window belongs to the latest ordonnance that covers its first day', async (t) => {
  const of = async (start: string) => {
    const s = await stage(w, {
      ordonnances: { rx1, rx2: { start, end: '2026-09-15', replaces: 'rx1', operator: 'esms' } },
      readings: DATA,
      more: (c) => {
        const type = { coding: [{ system: 'https://w3id.org/vigie/fhir/CodeSystem/tls-operator-kind', code: 'esms' }] };
        c.operator('esms', { type: [type] });
      },
    });
    return (await s.verdicts('rx1', ASKED)).filter((v) => v.includes('operator-cannot-bill')).map((v) => v[0]);
  };
  t.same(await of('2026-03-06'), ['3', '4', '5']);
  t.same(await of('2026-03-07'), ['4', '5']);
});

t.test('a chain stops where its latest member stops', async (t) => {
  const s = await stage(w, {
    ordonnances: {
      rx1: { ...rx1, stop: '2026-02-20' },
      rx2: { start: '2026-03-16', end: '2026-05-31', replaces: 'rx1' },
      rx3: { start: '2026-06-01', end: '2026-12-31', replaces: 'rx2', stop: '2026-06-08' },
    },
    readings: DATA,
  });
  const told = await s.bill('rx2', 'asOf=2026-09-01');
  t.equal(told.length, 6);
  t.match(told[1], { status: 'billable', observance: { expected: 30, received: 30 } });
  t.match(told[5], { status: 'billable', observance: { expected: 5, received: 5 } });
});

for (const [stop, found] of [
  ['2026-03-15', ['1 billable', '2 billable', '3 billable']],
  ['2026-03-16', ['1 billable', '2 billable', '3 not-billable prescription-expired']],
  ['2026-03-06', ['1 billable', '2 billable', '3 billable']],
  ['2026-03-05', ['1 billable', '2 billable']],
] as const) {
  t.test(`a follow-up valid to 15 March that stops on ${stop}: ${found.at(-1)}`, async (t) => {
    const s = await stage(w, { ordonnances: { rx: { ...rx1, stop } }, readings: DATA });
    t.same(await s.verdicts('rx', ASKED), found);
  });
}

for (const [deceased, last] of [
  ['2026-03-05', '2 billable death-full-period?'],
  ['2026-03-06', '3 billable death-full-period?'],
  ['2026-03-15', '3 billable death-full-period?'],
  // Half an hour before midnight in UTC is the next day in Paris: after the validity.
  ['2026-03-15T23:30:00Z', '3 not-billable death-full-period? prescription-expired'],
] as const) {
  t.test(`a death at ${deceased} in a follow-up valid to 15 March: ${last}`, async (t) => {
    const person = { deceasedDateTime: deceased };
    const s = await stage(w, { person, ordonnances: { rx: rx1 }, readings: each('2026-01-05', '2026-03-05') });
    t.equal((await s.verdicts('rx', ASKED)).at(-1), last);
  });
}

t.test('a death sets aside what the data lack, under either policy, and nothing else', async (t) => {
  const s = await stage(w, {
    person: { deceasedDateTime: '2026-02-10' },
    ordonnances: { rx: rx1 },
    readings: each('2026-01-05', '2026-01-10'),
    refusals: [{ start: '2026-03-05' }],
  });
  const due = '2 not-billable consent-refused death-full-period?';
  t.same(await s.verdicts('rx', ASKED), ['1 billable insufficient-data?', due]);
  t.same(await s.verdicts('rx', `${ASKED}&policy=css`), ['1 not-billable insufficient-data', due]);
  t.match((await s.observe('rx', ASKED)).periods[1], { expected: 7, received: 0, status: 'interrupted' });
});

for (const [stop, found] of [
  ['2026-03-02', ['1 not-billable duplicate-follow-up', '2 billable']],
  ['2026-03-01', ['1 billable', '2 billable']],
] as const) {
  t.test(`an older follow-up of the line that stops on ${stop}: ${found[0]}`, async (t) => {
    const s = await stage(w, {
      ordonnances: {
        older: { start: '2026-01-05', end: '2026-08-31', stop },
        younger: { start: '2026-03-02', end: '2026-08-31' },
      },
      readings: DATA,
    });
    t.same(await s.verdicts('younger', 'asOf=2026-05-20&end=2026-04-30'), found);
    t.notMatch((await s.verdicts('older', ASKED)).join(), 'duplicate');
  });
}

for (const [older, younger, twice] of [
  ['dg', 'dg-mydiabby', true],
  ['dg-glooko-xt', 'dg', true],
  ['dt', 'dg', false],
] as const) {
  t.test(`${younger} beside an older ${older} is ${twice ? 'one too many' : 'another care'}`, async (t) => {
    const s = await stage(w, {
      ordonnances: {
        a: { activity: older, start: '2026-01-05', end: '2026-08-31' },
        b: { activity: younger, start: '2026-03-02', end: '2026-08-31' },
      },
      readings: each('2026-01-05', '2026-05-01', { code: '14743-9' }),
    });
    const found = twice ? '1 not-billable duplicate-follow-up' : '1 billable';
    t.equal((await s.verdicts('b', 'asOf=2026-04-10'))[0], found);
  });
}

t.test('of two follow-ups begun on one day the one prescribed earlier is billed', async (t) => {
  const both = { start: '2026-03-02', end: '2026-08-31' };
  const s = await stage(w, {
    ordonnances: { late: { ...both, authored: '2026-02-25' }, soon: { ...both, authored: '2026-02-24' } },
    readings: DATA,
  });
  t.equal((await s.verdicts('late', 'asOf=2026-04-10'))[0], '1 not-billable duplicate-follow-up');
  t.equal((await s.verdicts('soon', 'asOf=2026-04-10'))[0], '1 billable');
});
