// Prices, levels, shares, and which window the two policies give up, through the server (contract 1, 2.4, 2.8).
import t from 'tap';
import { type Json, world } from '../operations/world.ts';
import { each, stage } from './stage.ts';

const w = await world(t);
const ASKED = 'asOf=2026-04-10&end=2026-03-31';
const march = (code: string) => each('2026-03-02', '2026-03-31', { code });
const spring = { start: '2026-03-02', end: '2026-08-31' };

for (const [interest, amount, amo, amc] of [
  ['organisational', 50, 30, 20],
  ['quality-of-life', 73.33, 44, 29.33],
  ['morbidity', 82.5, 49.5, 33],
  ['mortality', 91.67, 55, 36.67],
] as const) {
  t.test(`a line without a price takes ${amount} for an interest in ${interest}`, async (t) => {
    const s = await stage(w, {
      ordonnances: { rx: { ...spring, activity: 'dg-glooko-xt' } },
      readings: march('14743-9'),
      interest,
      code: '7000001',
    });
    t.match(await s.bill('rx', ASKED), [{ status: 'billable', technical: { code: '7000001', amount, amo, amc } }]);
  });
}

t.test('without a price and an interest nothing is decided, from the first day', async (t) => {
  const s = await stage(w, {
    ordonnances: { rx: { ...spring, activity: 'dg-glooko-xt' } },
    readings: march('14743-9'),
    interest: 'none',
  });
  const unsure = 'undetermined line-not-formalised!';
  t.same(await s.verdicts('rx', 'asOf=2026-04-10'), [`1 ${unsure}`, `2 ${unsure}`]);
});

t.test('a line with a price of its own does not look at the interest', async (t) => {
  const s = await stage(w, { ordonnances: { rx: spring }, readings: march('29463-7'), interest: 'mortality' });
  t.match(await s.bill('rx', ASKED), [{ technical: { code: '1612544', amount: 50 } }]);
});

for (const [title, exempt, amo] of [
  ['ended on the eve', { code: 'ald', end: '2026-02-19' }, 16.8],
  ['ended on the day', { code: 'ald', end: '2026-02-20' }, 28],
  ['began on the day', { code: 'maternity', start: '2026-02-20' }, 28],
  ['began the day after', { code: 'maternity', start: '2026-02-21' }, 16.8],
] as const) {
  t.test(`an exemption (${exempt.code}) that ${title} of the ordonnance: ${amo} of 28.00`, async (t) => {
    const s = await stage(w, {
      exempt,
      ordonnances: { rx: { ...spring, authored: '2026-02-20' } },
      readings: march('29463-7'),
    });
    t.match(await s.bill('rx', ASKED), [{ operator: { amount: 28, amo, amc: Number((28 - amo).toFixed(2)) } }]);
  });
}

/** `coefficient` of each window, with `!` where the level asked is not given. */
async function coefficients(ordonnances: Parameters<typeof stage>[1]['ordonnances'], code: string): Promise<string> {
  const s = await stage(w, { ordonnances, readings: each('2026-02-04', '2026-11-20', { code }, 3) });
  const told = await s.bill('rx1', 'asOf=2026-11-24');
  return told
    .map((p) => {
      const { coefficient } = p.operator as { coefficient: number };
      const kept = ((p.reason ?? []) as readonly { code: string }[]).some((r) => r.code.startsWith('majore-'));
      return `${coefficient}${kept ? '!' : ''}`;
    })
    .join(' ');
}

// The first window has no data: a window that is lost uses up the level too.
t.test('heart failure keeps its level for six windows, lost ones among them', async (t) => {
  const rx1 = { start: '2026-01-05', end: '2026-12-31', level: 2 };
  t.equal(await coefficients({ rx1 }, '29463-7'), '2 2 2 2 2 2 1! 1! 1! 1! 1!');
});

t.test('diabetes keeps its level for three windows, and three more by a renewal that asks', async (t) => {
  const found = await coefficients(
    {
      rx1: { activity: 'dt', start: '2026-01-05', end: '2026-04-04', level: 2 },
      rx2: { activity: 'dt', start: '2026-04-05', end: '2026-08-02', level: 2.5, replaces: 'rx1' },
      rx3: { activity: 'dt', start: '2026-08-03', end: '2026-12-31', level: 2, replaces: 'rx2' },
    },
    '14743-9',
  );
  t.equal(found, '2 2 2 2.5 2.5 2.5 1! 1! 1! 1! 1!');
});

t.test('a renewal that does not ask has no level, and a third may use what is left', async (t) => {
  const found = await coefficients(
    {
      rx1: { activity: 'dg', start: '2026-01-05', end: '2026-03-05', level: 2 },
      rx2: { activity: 'dg', start: '2026-03-06', end: '2026-05-04', replaces: 'rx1' },
      rx3: { activity: 'dg', start: '2026-05-05', end: '2026-12-31', level: 2, replaces: 'rx2' },
    },
    '14743-9',
  );
  t.equal(found, '2 2 1 1 2 2 2 1! 1! 1! 1!');
});

for (const [activity, code] of [
  ['iresp', '59408-5'],
  ['dg-mydiabby', '14743-9'],
] as const) {
  t.test(`${activity} has no level`, async (t) => {
    const s = await stage(w, { ordonnances: { rx: { ...spring, activity, level: 2 } }, readings: march(code) });
    t.same(await s.verdicts('rx', ASKED), ['1 billable majore-not-eligible?']);
    t.match((await s.bill('rx', ASKED))[0], { operator: { coefficient: 1, amount: 28 } });
  });
}

t.test('each policy gives up its own windows', async (t) => {
  const s = await stage(w, {
    ordonnances: { rx: { start: '2026-01-05', end: '2026-09-30' } },
    readings: [
      ...each('2026-01-05', '2026-01-12'),
      ...each('2026-03-06', '2026-04-04'),
      ...each('2026-04-05', '2026-04-10'),
      ...each('2026-05-05', '2026-05-10'),
      ...each('2026-06-04', '2026-07-03'),
    ],
  });
  const told = async (policy: string) =>
    (await s.bill('rx', `asOf=2026-07-04&policy=${policy}`)).map((p: Json) =>
      [p.status, p.otherPolicy ?? '='].join(' '),
    );
  t.same(await told('guide-2023'), [
    'billable not-billable',
    'not-billable =',
    'billable =',
    'billable not-billable',
    'not-billable =',
    'not-billable billable',
    'in-progress =',
  ]);
  t.same(await told('css'), [
    'not-billable billable',
    'not-billable =',
    'billable =',
    'not-billable billable',
    'not-billable =',
    'billable not-billable',
    'in-progress =',
  ]);
  const lost = await s.verdicts('rx', 'asOf=2026-07-04');
  t.equal(lost[1], '2 not-billable insufficient-previous-period transmission-interrupted');
  t.equal(lost[4], '5 not-billable insufficient-data? insufficient-previous-period');
});
