// What an Observation means for counting days: contract 2.1 and 2.2. Facts only; which of them count is decided in core.
import { addDays, addMonths, type Day, day } from '../../kernel/day.ts';
import type { ReadingFact } from '../../storage/types.ts';
import { parseDate } from './dates.ts';
import { readReference } from './references.ts';

/** The system whose codes say that an Observation is a `survey`, `vital-signs` … */
const CATEGORIES = 'http://terminology.hl7.org/CodeSystem/observation-category';

const FINAL: ReadonlySet<unknown> = new Set(['final', 'amended', 'corrected']);

type Fields = Readonly<Record<string, unknown>>;

/** The fact of an Observation that the validator has let through. */
export function readingFact(observation: object): ReadingFact {
  const o = observation as Fields;
  const codes: string[] = [];
  eachCoding(o.code, (system, code) => add(codes, `${system}|${code}`));
  const categories: string[] = [];
  for (const concept of list(o.category)) {
    eachCoding(concept, (system, code) => {
      if (system === CATEGORIES) add(categories, code);
    });
  }
  return {
    codes,
    categories,
    when: whenOf(o),
    final: FINAL.has(o.status),
    valued: isValued(o),
    basedOn: prescriptions(o.basedOn),
    device: deviceOf(o.device as Fields | undefined),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function add(texts: string[], text: string): void {
  if (!texts.includes(text)) texts.push(text);
}

function eachCoding(concept: unknown, take: (system: string, code: string) => void): void {
  for (const coding of list((concept as Fields | undefined)?.coding)) {
    const { system, code } = coding as Fields;
    if (typeof code === 'string') take(typeof system === 'string' ? system : '', code);
  }
}

function whenOf(o: Fields): ReadingFact['when'] {
  if (typeof o.effectiveDateTime === 'string') return moment(o.effectiveDateTime, false);
  if (typeof o.effectiveInstant === 'string') return moment(o.effectiveInstant, false);
  const period = o.effectivePeriod as Fields | undefined;
  if (typeof period?.end === 'string') return moment(period.end, true);
  if (typeof period?.start === 'string') return moment(period.start, false);
  // A Timing says when something should happen or how often it did, not when this value was taken.
  return { kind: 'none' };
}

function moment(text: string, end: boolean): ReadingFact['when'] {
  const parsed = parseDate(text);
  switch (parsed?.precision) {
    case undefined:
      return { kind: 'none' };
    case 'year':
      return { kind: 'imprecise', start: `${text}-01-01`, end: `${text}-12-31` };
    case 'month': {
      const first = day(`${text}-01`);
      return { kind: 'imprecise', start: first, end: lastOfMonth(first) };
    }
    case 'day':
      return { kind: 'day', day: text };
    default:
      return { kind: 'instant', at: parsed!.lo, end };
  }
}

function lastOfMonth(first: Day): Day {
  return addDays(addMonths(first, 1), -1);
}

const VALUES = [
  'valueCodeableConcept',
  'valueString',
  'valueBoolean',
  'valueInteger',
  'valueRange',
  'valueRatio',
  'valueSampledData',
  'valueTime',
  'valueDateTime',
  'valuePeriod',
];

function isValued(o: Fields): boolean {
  if (o.dataAbsentReason !== undefined) return false;
  if (hasValue(o)) return true;
  return list(o.component).some((c) => (c as Fields).dataAbsentReason === undefined && hasValue(c as Fields));
}

/** A Quantity without a number (`{ unit: 'kg' }`) carries no value. */
function hasValue(o: Fields): boolean {
  if ((o.valueQuantity as Fields | undefined)?.value !== undefined) return true;
  return VALUES.some((name) => o[name] !== undefined);
}

/** Ids of ServiceRequests; one of another server is named by its whole address, which is nobody's id here. */
function prescriptions(basedOn: unknown): string[] {
  const ids: string[] = [];
  for (const item of list(basedOn)) {
    const text = (item as Fields).reference;
    if (typeof text !== 'string') continue;
    const read = readReference(text);
    if (read.kind === 'local' && read.type === 'ServiceRequest') add(ids, read.id);
    if (read.kind === 'other' && text.includes('/ServiceRequest/')) add(ids, text);
  }
  return ids;
}

/** The device as a text that is equal for the same device: its reference without version, or its identifier. */
function deviceOf(device: Fields | undefined): string | null {
  if (typeof device?.reference === 'string') {
    const read = readReference(device.reference);
    return read.kind === 'local' ? `${read.type}/${read.id}` : device.reference;
  }
  const identifier = device?.identifier as Fields | undefined;
  return typeof identifier?.value === 'string' ? `${identifier.system ?? ''}|${identifier.value}` : null;
}
