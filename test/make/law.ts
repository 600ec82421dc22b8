// A small law for unit tests: every shape that the law room may hold, few values. Not the real one.
import type { Cents } from '../../src/kernel/cents.ts';
import { type Day, day } from '../../src/kernel/day.ts';
import type { Law, Line, Majore, Measures, Parameter, Policy } from '../../src/law/law.ts';

/** A parameter with entries [from, value]; known from its first entry unless said otherwise. */
export function parameter<T>(
  name: string,
  entries: readonly (readonly [string, T | null])[],
  knownFrom?: string,
): Parameter<T> {
  return {
    name,
    label: { en: name, fr: name },
    unit: 'test',
    knownFrom: day(knownFrom ?? entries[0]?.[0] ?? '2018-01-01'),
    verified: day('2024-10-23'),
    entries: entries.map(([from, value]) => ({ from: day(from), value, source: `test#${name}` })),
  };
}

const OPEN = '2023-07-01';

interface LineValues {
  readonly kind?: Line['kind'];
  readonly pathology?: string;
  readonly listed?: readonly (readonly [string, boolean | null])[];
  readonly measures?: Measures | null;
  readonly frequency?: 'daily' | 'weekly' | null;
  readonly tariff?: 'TVA' | 'TVB' | null;
  readonly price?: number | null;
  readonly baseGrid?: boolean;
  readonly latmCode?: string | null;
  readonly majore?: Majore | null;
}

/** A line of the list, in force from 2023-07-01 unless said otherwise. */
export function aLine(code: string, v: LineValues = {}): Line {
  const at = <T>(name: string, value: T | null) => parameter<T>(`lines.${code}.${name}`, [[OPEN, value]]);
  return {
    code,
    kind: v.kind ?? 'generic',
    pathology: v.pathology ?? code.split('-')[0]!,
    label: { en: code, fr: code },
    listed: parameter(
      `lines.${code}.listed`,
      v.listed ?? [
        ['2018-01-01', false],
        [OPEN, true],
      ],
    ),
    latmCode: at('latm-code', v.latmCode === undefined ? '1612544' : v.latmCode),
    measures: at('measures', v.measures === undefined ? loinc('29463-7') : v.measures),
    frequency: at('frequency', v.frequency === undefined ? 'daily' : v.frequency),
    operatorTariff: at('operator-tariff', v.tariff === undefined ? 'TVB' : v.tariff),
    technicalPrice: at('technical-price', v.price === undefined ? (5000 as Cents) : (v.price as Cents | null)),
    baseGrid: at('base-grid', v.baseGrid ?? true),
    majore: at('majore', v.majore ?? null),
  };
}

/** Measures of LOINC codes. */
export function loinc(...codes: string[]): Measures {
  return { loinc: codes, codes: [], categories: [] };
}

const percent = (name: string, value: number | null) => parameter(`shares.${name}`, [[OPEN, value]]);
const limit = (name: string, value: number) => parameter(`limits.${name}`, [['2018-01-01', value]]);
const policy = (code: Policy['code'], insufficient: 'same-window' | 'next-window'): Policy => ({
  code,
  label: { en: code, fr: code },
  insufficient: parameter(`policies.${code}.insufficient`, [['2018-01-01', insufficient]]),
  interrupted: parameter(`policies.${code}.interrupted`, [['2018-01-01', 'same-window']]),
});

const LINES: readonly Line[] = [
  aLine('ic', { majore: { coefficients: [2, 2.5], perPrescription: 6, perChain: 12 } }),
  aLine('iresp', { measures: loinc('59408-5') }),
  aLine('dt', {
    measures: loinc('14743-9', '2345-7'),
    frequency: 'weekly',
    latmCode: '1654962',
    majore: { coefficients: [2, 2.5], perPrescription: 3, perChain: 6 },
  }),
  aLine('dg', { measures: loinc('14743-9'), frequency: 'weekly' }),
  aLine('dg-brand', { kind: 'brand', measures: loinc('14743-9'), frequency: 'weekly', price: null, latmCode: null }),
  aLine('irc', { measures: loinc('2160-0', '29463-7'), frequency: null }),
  aLine('onco-brand', {
    kind: 'brand',
    measures: { loinc: [], codes: [], categories: ['survey'] },
    frequency: null,
    price: null,
    latmCode: null,
  }),
  aLine('pci', { tariff: 'TVA', measures: null, frequency: null, price: null, baseGrid: false, latmCode: null }),
  aLine('gone', {
    listed: [
      ['2018-01-01', false],
      [OPEN, true],
      ['2025-01-01', false],
    ],
  }),
  aLine('unsure', {
    listed: [
      ['2018-01-01', false],
      [OPEN, true],
      ['2025-01-01', null],
    ],
  }),
  aLine('later', {
    listed: [
      ['2018-01-01', false],
      ['2026-04-01', true],
    ],
  }),
];

/** The small law, with some lines or limits replaced. */
export function aLaw(change: { lines?: readonly Line[]; limits?: Partial<Law['limits']> } = {}): Law {
  return {
    lines: Object.fromEntries([...LINES, ...(change.lines ?? [])].map((l) => [l.code, l])),
    operatorTariffs: { TVA: parameter('tva', [[OPEN, 1100 as Cents]]), TVB: parameter('tvb', [[OPEN, 2800 as Cents]]) },
    grid: {
      organisational: parameter('organisational', [[OPEN, 5000 as Cents]]),
      'quality-of-life': parameter('quality-of-life', [[OPEN, 7333 as Cents]]),
      morbidity: parameter('morbidity', [[OPEN, 8250 as Cents]]),
      mortality: parameter('mortality', [[OPEN, 9167 as Cents]]),
    },
    policies: { 'guide-2023': policy('guide-2023', 'next-window'), css: policy('css', 'same-window') },
    shares: {
      general: percent('general', 60),
      exempt: {
        ald: percent('ald', 100),
        maternity: percent('maternity', 100),
        invalidity: percent('invalidity', 100),
        'at-mp': percent('at-mp', 100),
        other: percent('other', 80),
      },
      regime: {
        general: percent('general', 60),
        rlam: percent('rlam', 90),
        crpcen: percent('crpcen', null),
        cprpsncf: percent('cprpsncf', null),
        other: percent('other', 60),
      },
    },
    limits: {
      windowDays: limit('window-days', 30),
      seriesMax: limit('series-max', 6),
      prescriptionMaxYears: limit('prescription-max-years', 1),
      prescriptionStaleMonths: limit('prescription-stale-months', 6),
      sufficientRatio: limit('sufficient-ratio', 0.5),
      ...change.limits,
    },
    operatorKindsThatCannotBill: parameter('kinds', [['2018-01-01', ['esms']]]),
    legal: {
      'agreement-missing': { uri: 'https://law.example/r162-99', citation: { en: 'art. 99', fr: 'art. 99' } },
    },
  };
}

/** Days between two, both inclusive. */
export function days(from: string, to: string, every = 1): readonly Day[] {
  const found: Day[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += every * 86_400_000)
    found.push(day(new Date(at).toISOString().slice(0, 10)));
  return found;
}
