// The one reader of the law room's JSON: files in, a frozen Law out.
import { fileURLToPath } from 'node:url';
import type { Cents } from '../kernel/cents.ts';
import { LawError, type LawFile, type LawProblem, readLawFiles } from './files.ts';
import type {
  Exemption,
  Interest,
  Law,
  LegalReference,
  Line,
  OperatorTariff,
  Parameter,
  Policy,
  Regime,
} from './law.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/**
 * Reads the whole law.
 * @param folder the law room; another one only in tests
 * @returns a value frozen in depth, to be read once at start and handed around
 * @throws LawError when a file is missing, superfluous or wrong; the message names each file and field
 */
export function loadLaw(folder: string = HERE): Law {
  const take = taker(readLawFiles(folder));
  const law: Law = {
    lines: Object.fromEntries(take.folders('lines').map((code) => [code, line(take, code)])),
    operatorTariffs: keyed<OperatorTariff, Parameter<Cents>>(['TVA', 'TVB'], (k) =>
      take.parameter(`tariffs/operator/${k.toLowerCase()}`, 'cents'),
    ),
    grid: keyed<Interest, Parameter<Cents>>(['organisational', 'quality-of-life', 'morbidity', 'mortality'], (k) =>
      take.parameter(`tariffs/grid/${k}`, 'cents'),
    ),
    policies: { 'guide-2023': policy(take, 'guide-2023'), css: policy(take, 'css') },
    shares: {
      general: take.parameter('shares/general', 'percent'),
      exempt: keyed<Exemption, Parameter<number>>(['ald', 'maternity', 'invalidity', 'at-mp', 'other'], (k) =>
        take.parameter(`shares/exempt/${k}`, 'percent'),
      ),
      regime: keyed<Regime, Parameter<number>>(['general', 'rlam', 'crpcen', 'cprpsncf', 'other'], (k) =>
        take.parameter(`shares/regime/${k}`, 'percent'),
      ),
    },
    limits: {
      windowDays: take.parameter('limits/window-days', 'days'),
      seriesMax: take.parameter('limits/series-max', 'windows'),
      prescriptionMaxYears: take.parameter('limits/prescription-max-years', 'years'),
      prescriptionStaleMonths: take.parameter('limits/prescription-stale-months', 'months'),
      sufficientRatio: take.parameter('limits/sufficient-ratio', 'ratio'),
    },
    operatorKindsThatCannotBill: take.parameter('conditions/operator-kinds-that-cannot-bill', 'codes'),
    legal: legal(take),
  };
  take.done();
  return freeze(law);
}

function line(take: Taker, code: string): Line {
  const at = `lines/${code}`;
  const head = take.document<Pick<Line, 'code' | 'kind' | 'pathology' | 'label'>>(`${at}/line`);
  take.same(`${at}/line`, head?.code, code);
  return {
    ...head,
    listed: take.parameter(`${at}/listed`, 'boolean'),
    latmCode: take.parameter(`${at}/latm-code`, 'latm-code'),
    measures: take.parameter(`${at}/measures`, 'measures'),
    frequency: take.parameter(`${at}/frequency`, 'frequency'),
    operatorTariff: take.parameter(`${at}/operator-tariff`, 'operator-tariff'),
    technicalPrice: take.parameter(`${at}/technical-price`, 'cents'),
    baseGrid: take.parameter(`${at}/base-grid`, 'boolean'),
    majore: take.parameter(`${at}/majore`, 'majore'),
  };
}

function policy(take: Taker, code: Policy['code']): Policy {
  const at = `policies/${code}`;
  const head = take.document<Pick<Policy, 'code' | 'label'>>(`${at}/policy`);
  take.same(`${at}/policy`, head?.code, code);
  return {
    ...head,
    insufficient: take.parameter(`${at}/insufficient`, 'when'),
    interrupted: take.parameter(`${at}/interrupted`, 'when'),
  };
}

function legal(take: Taker): Record<string, LegalReference> {
  const all = take.document<Record<string, LegalReference>>('legal') ?? {};
  // The file also holds the source that check-law follows; callers need the address and the words only.
  return Object.fromEntries(Object.entries(all).map(([reason, { uri, citation }]) => [reason, { uri, citation }]));
}

function keyed<K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((k) => [k, value(k)])) as Record<K, V>;
}

type Taker = ReturnType<typeof taker>;

// Hands out each file once, so that what nobody asked for is noticed too.
function taker(files: Map<string, LawFile>) {
  const problems: LawProblem[] = [];
  const left = new Set(files.keys());
  const document = <T>(place: string): T => {
    const path = `${place}.json`;
    const found = files.get(path);
    if (found === undefined) problems.push({ file: path, field: '', problem: 'is missing' });
    left.delete(path);
    return found?.content as T;
  };
  return {
    document,
    /** The parameter at a place, whose unit the caller knows: the schema has tied the values to the unit. */
    parameter<T>(place: string, unit: string): Parameter<T> {
      const p = document<Parameter<T>>(place);
      if (p !== undefined && p.unit !== unit)
        problems.push({ file: `${place}.json`, field: '/unit', problem: `is ${p.unit}, this place needs ${unit}` });
      return p;
    },
    same(place: string, is: string | undefined, should: string): void {
      if (is !== undefined && is !== should)
        problems.push({ file: `${place}.json`, field: '/code', problem: `is ${is}, the folder says ${should}` });
    },
    folders: (top: string): string[] => [
      ...new Set([...files.keys()].filter((p) => p.startsWith(`${top}/`)).map((p) => p.split('/')[1]!)),
    ],
    done(): void {
      for (const path of left) problems.push({ file: path, field: '', problem: 'belongs to no known place' });
      if (problems.length > 0) throw new LawError(problems);
    },
  };
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}
