// The values that clients rely on, as the public contract of the server states them.
import t from 'tap';
import { euros } from '../../src/kernel/cents.ts';
import { addDays, type Day, day } from '../../src/kernel/day.ts';
import { inForce, type Parameter } from '../../src/law/law.ts';
import { loadLaw } from '../../src/law/load.ts';

const law = loadLaw();
const START = day('2023-07-01');
const LATE = day('2026-03-02');

function value<T>(parameter: Parameter<T>, on: Day): T | null {
  const reading = inForce(parameter, on);
  return reading.known ? reading.value : null;
}

function each<T>(of: (code: string) => T): Record<string, T> {
  return Object.fromEntries(Object.keys(law.lines).map((code) => [code, of(code)]));
}

t.test('the operator earns 11 euros at TVA and 28 at TVB', async (t) => {
  t.equal(euros(value(law.operatorTariffs.TVA, START)!), 11);
  t.equal(euros(value(law.operatorTariffs.TVB, START)!), 28);
});

t.test('the common grid has 50, 73.33, 82.50 and 91.67 euros', async (t) => {
  t.equal(euros(value(law.grid.organisational, START)!), 50);
  t.equal(euros(value(law.grid['quality-of-life'], START)!), 73.33);
  t.equal(euros(value(law.grid.morbidity, START)!), 82.5);
  t.equal(euros(value(law.grid.mortality, START)!), 91.67);
});

t.test('each line begins on its day and not the day before', async (t) => {
  const since = {
    ic: '2023-07-01',
    iresp: '2023-07-01',
    irc: '2023-07-01',
    dt: '2023-07-01',
    dg: '2023-07-01',
    pci: '2024-03-31',
    'dg-mydiabby': '2024-09-01',
    'dg-glooko-xt': '2025-01-01',
    'onco-continuum-connect': '2024-09-23',
    'onco-resilience': '2024-01-01',
    'onco-cureety': '2025-07-01',
  };
  t.strictSame(Object.keys(law.lines).sort(), Object.keys(since).sort());
  for (const [code, first] of Object.entries(since)) {
    t.equal(value(law.lines[code]!.listed, day(first)), true, `${code} on ${first}`);
    t.not(value(law.lines[code]!.listed, addDays(day(first), -1)), true, `${code} the day before`);
  }
});

t.test('before its list exists no line is in force, as an answer and not as a refusal', async (t) => {
  for (const code of Object.keys(law.lines)) t.equal(value(law.lines[code]!.listed, day('2023-06-30')), false, code);
});

t.test('the five lines of 2023 and myDiabby cost 50 euros, the others have no known price', async (t) => {
  const priced = ['dg', 'dg-mydiabby', 'dt', 'ic', 'irc', 'iresp'];
  const expected = each((code) => (priced.includes(code) ? 5000 : null));
  t.strictSame(
    each((code) => value(law.lines[code]!.technicalPrice, LATE)),
    expected,
  );
});

t.test('a known price says that it is known up to the eve of the revision of October 2024', async (t) => {
  for (const code of ['ic', 'iresp', 'irc', 'dt', 'dg', 'dg-mydiabby'])
    t.equal(law.lines[code]!.technicalPrice.verified, '2024-10-23', code);
});

t.test('only implantable prostheses never take the common grid, and only they are at TVA', async (t) => {
  const others = (yes: unknown, no: unknown) => each((code) => (code === 'pci' ? no : yes));
  t.strictSame(
    each((code) => value(law.lines[code]!.baseGrid, LATE)),
    others(true, false),
  );
  t.strictSame(
    each((code) => value(law.lines[code]!.operatorTariff, LATE)),
    others('TVB', 'TVA'),
  );
});

t.test('the generic lines of 2023 have their seven digits', async (t) => {
  const codes = { ic: '1612544', iresp: '1659468', irc: '1668102', dt: '1654962', dg: '1694358' };
  t.strictSame(
    each((code) => value(law.lines[code]!.latmCode, START)),
    { ...each(() => null), ...codes },
  );
});

t.test('heart and respiratory failure want data daily, diabetes weekly, that of the others is not known', async (t) => {
  const weekly = { dt: 'weekly', dg: 'weekly', 'dg-mydiabby': 'weekly', 'dg-glooko-xt': 'weekly' };
  t.strictSame(
    each((code) => value(law.lines[code]!.frequency, LATE)),
    { ...each(() => null), ic: 'daily', iresp: 'daily', ...weekly },
  );
});

t.test('each line counts its own codes', async (t) => {
  const counted = (code: string) => value(law.lines[code]!.measures, LATE);
  const glucose = {
    loinc: ['2339-0', '2345-7', '41653-7', '14743-9', '15074-8', '99504-3'],
    codes: [],
    categories: [],
  };
  const survey = { loinc: [], codes: [], categories: ['survey'] };
  t.strictSame(counted('ic'), { loinc: ['29463-7', '3141-9', '3142-7'], codes: [], categories: [] });
  t.strictSame(counted('iresp'), {
    loinc: ['2708-6', '59408-5', '9279-1'],
    codes: ['urn:iso:std:iso:11073:10101|8410712'],
    categories: [],
  });
  t.strictSame(counted('irc'), { loinc: ['85354-9', '29463-7', '2160-0', '14682-9'], codes: [], categories: [] });
  for (const code of ['dt', 'dg', 'dg-mydiabby', 'dg-glooko-xt']) t.strictSame(counted(code), glucose, code);
  for (const code of ['onco-resilience', 'onco-cureety', 'onco-continuum-connect'])
    t.strictSame(counted(code), survey, code);
});

t.test('the majorés exist for generic heart failure and diabetes, from 8 January 2024', async (t) => {
  const six = { coefficients: [2, 2.5], perPrescription: 6, perChain: 12 };
  const three = { coefficients: [2, 2.5], perPrescription: 3, perChain: 6 };
  const on = (d: string) => each((code) => value(law.lines[code]!.majore, day(d)));
  t.strictSame(
    on('2024-01-07'),
    each(() => null),
  );
  t.strictSame(on('2024-01-08'), { ...each(() => null), ic: six, dt: three, dg: three });
});

t.test('brands share the pathology of the generic line that they stand beside', async (t) => {
  t.strictSame(
    each((code) => law.lines[code]!.pathology),
    each((code) => code.split('-')[0]!),
  );
  t.equal(law.lines['onco-continuum-connect']!.kind, 'pecan');
});

t.test('the compulsory insurance pays 60 %, 100 % when exempted, and special schemes are not known', async (t) => {
  t.equal(value(law.shares.general, START), 60);
  for (const [k, p] of Object.entries(law.shares.exempt)) t.equal(value(p, START), 100, k);
  const regimes = Object.entries(law.shares.regime).map(([k, p]) => [k, value(p, START)]);
  t.strictSame(Object.fromEntries(regimes), { general: 60, rlam: null, crpcen: null, cprpsncf: null, other: 60 });
});

t.test('windows, series and prescriptions have their limits', async (t) => {
  const limits = Object.entries(law.limits).map(([k, p]) => [k, value(p, START)]);
  t.strictSame(Object.fromEntries(limits), {
    windowDays: 30,
    seriesMax: 6,
    prescriptionMaxYears: 1,
    prescriptionStaleMonths: 6,
    sufficientRatio: 0.5,
  });
  t.strictSame(value(law.operatorKindsThatCannotBill, START), ['esms']);
});

t.test('without data both policies lose the same window, with too few the guide loses the next', async (t) => {
  for (const policy of Object.values(law.policies))
    t.equal(value(policy.interrupted, START), 'same-window', policy.code);
  t.equal(value(law.policies['guide-2023'].insufficient, START), 'next-window');
  t.equal(value(law.policies.css.insufficient, START), 'same-window');
});
