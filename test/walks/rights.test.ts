// Who may bill, with what, and on which ordonnance: each condition the day before, on and after its day (contract 2.4).
import t from 'tap';
import { world } from '../operations/world.ts';
import { each, type History, type Ordonnance, stage } from './stage.ts';

const w = await world(t);
const ASKED = 'asOf=2026-06-15&end=2026-05-30';
const DATA = each('2026-03-02', '2026-05-30');
const spring = { rx: { start: '2026-03-02', end: '2026-08-31' } };

/** Verdicts of three full windows, 2 to 31 March, April, 1 to 30 May, where only `reason` is said of `windows`. */
function only(reason: string, windows: readonly number[]): string[] {
  return [1, 2, 3].map((k) => (windows.includes(k) ? `${k} not-billable ${reason}` : `${k} billable`));
}

const inWindows: readonly (readonly [string, string, readonly number[], Partial<History>])[] = [
  ['a certificate until the eve', 'device-certificate-expired', [1, 2, 3], { certificate: { end: '2026-03-01' } }],
  ['a certificate until the first day', 'device-certificate-expired', [2, 3], { certificate: { end: '2026-03-02' } }],
  ['a certificate from the first day', 'device-certificate-expired', [], { certificate: { start: '2026-03-02' } }],
  ['a certificate from the day after', 'device-certificate-expired', [1], { certificate: { start: '2026-03-03' } }],
  ['no certificate', 'device-certificate-missing', [1, 2, 3], { certificate: null }],
  ['a récépissé of the first day', 'operator-not-declared', [], declared('2026-03-02')],
  ['a récépissé of the day after', 'operator-not-declared', [1], declared('2026-03-03')],
  ['a convention of the last day', 'agreement-missing', [], agreed({ issued: '2026-03-31' })],
  ['a convention of the day after', 'agreement-missing', [1], agreed({ issued: '2026-04-01' })],
  ['a convention under negotiation', 'agreement-missing', [1, 2, 3], agreed({ status: 'negotiable' })],
  ['a refusal of one last day', 'consent-refused', [2], { refusals: [{ start: '2026-04-30', end: '2026-04-30' }] }],
  ['a refusal up to the first day', 'consent-refused', [1], { refusals: [{ end: '2026-03-02' }] }],
  ['a refusal after the last window', 'consent-refused', [], { refusals: [{ start: '2026-05-31' }] }],
  ['a refusal without days', 'consent-refused', [1, 2, 3], { refusals: [null] }],
];

function declared(issued: string): Partial<History> {
  return { parties: { declaration: { issued, applies: { start: issued } } } };
}
function agreed(change: Record<string, string>): Partial<History> {
  return { parties: { agreement: change } };
}

for (const [title, reason, windows, part] of inWindows) {
  t.test(`${title}: ${reason} in ${windows.length} of 3 windows`, async (t) => {
    const s = await stage(w, { ordonnances: spring, readings: DATA, ...part });
    t.same(await s.verdicts('rx', ASKED), only(reason, windows));
  });
}

for (const [activity, code, day] of [
  ['ic', '29463-7', '2023-07-01'],
  ['dg-mydiabby', '14743-9', '2024-09-01'],
  ['dg-glooko-xt', '14743-9', '2025-01-01'],
] as const) {
  t.test(`${activity} is on the list from ${day}`, async (t) => {
    const eve = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
    const end = new Date(Date.parse(day) + 100 * 86_400_000).toISOString().slice(0, 10);
    const readings = each(eve, end, { code });
    const late = await stage(w, { ordonnances: { rx: { activity, start: eve, end } }, readings });
    t.same((await late.verdicts('rx', `asOf=${end}`))[0], '1 not-billable line-not-in-force');
    const fit = await stage(w, { ordonnances: { rx: { activity, start: day, end } }, readings });
    t.same((await fit.verdicts('rx', `asOf=${end}`))[0], '1 billable');
  });
}

/** Verdict of the first window of an ordonnance with all its data. */
async function first(o: Ordonnance): Promise<string> {
  const from = o.from ?? o.start;
  const over = new Date(Date.parse(from) + 30 * 86_400_000).toISOString().slice(0, 10);
  const s = await stage(w, { ordonnances: { rx: o }, readings: each(from, over) });
  return (await s.verdicts('rx', `asOf=${over}`))[0]!;
}

for (const [authored, start, found] of [
  ['2025-09-10', '2026-03-09', '1 billable'],
  ['2025-09-10', '2026-03-10', '1 not-billable prescription-stale'],
  ['2025-08-31', '2026-02-27', '1 billable'],
  ['2025-08-31', '2026-02-28', '1 not-billable prescription-stale'],
  ['2023-08-31', '2024-02-28', '1 billable'],
  ['2023-08-31', '2024-02-29', '1 not-billable prescription-stale'],
] as const) {
  t.test(`an ordonnance of ${authored} begun on ${start}: ${found}`, async (t) => {
    const end = `${Number(start.slice(0, 4))}-07-31`;
    t.equal(await first({ start, end, authored }), found);
  });
}

for (const [start, end, found] of [
  ['2025-01-01', '2025-12-31', '1 billable'],
  ['2025-01-01', '2026-01-01', '1 not-billable prescription-too-long'],
  ['2023-07-05', '2024-07-04', '1 billable'],
  ['2023-07-05', '2024-07-05', '1 not-billable prescription-too-long'],
] as const) {
  t.test(`a validity from ${start} to ${end}: ${found}`, async (t) => t.equal(await first({ start, end }), found));
}

const year = { start: '2025-01-01', end: '2025-12-31' };
const follows = { start: '2026-01-01', replaces: 'rx' };
for (const [title, ordonnances, found] of [
  ['ends on the last day of the year', { rx: { ...year, from: '2025-01-06' } }, '12 billable'],
  ['ends a day later', { rx: { ...year, from: '2025-01-07' } }, '12 not-billable one-year-cap prescription-expired'],
  ['is the thirteenth', { rx: year }, '13 not-billable one-year-cap prescription-expired'],
  ['is the thirteenth, stopped inside the year', { rx: { ...year, stop: '2025-12-31' } }, '13 billable'],
  [
    'is the thirteenth, stopped a day later',
    { rx: { ...year, stop: '2026-01-01' } },
    '13 not-billable one-year-cap prescription-expired',
  ],
  ['is renewed to its last day', { rx: year, next: { ...follows, end: '2026-01-25' } }, '13 billable'],
  [
    'is renewed to the eve of its last day',
    { rx: year, next: { ...follows, end: '2026-01-24' } },
    '13 not-billable one-year-cap prescription-expired',
  ],
] as const) {
  t.test(`a window that ${title}: ${found}`, async (t) => {
    const s = await stage(w, { ordonnances, readings: each('2025-11-02', '2026-02-10') });
    t.equal((await s.verdicts('rx', 'asOf=2026-03-01')).at(-1), found);
  });
}

for (const [title, part] of [
  ['the birth date', { person: { birthDate: undefined } }],
  ['the weight', { ordonnances: { rx: { ...spring.rx, change: { supportingInfo: undefined } } } }],
  ['the indication', { ordonnances: { rx: { ...spring.rx, change: { reasonCode: undefined } } } }],
] as const) {
  t.test(`without ${title} nothing is decided, over or not`, async (t) => {
    const s = await stage(w, { ordonnances: spring, readings: DATA, ...part });
    const unsure = 'undetermined prescription-incomplete!';
    t.same(await s.verdicts('rx', 'asOf=2026-04-10'), [`1 ${unsure}`, `2 ${unsure}`]);
  });
}
