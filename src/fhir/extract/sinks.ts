// One value of a known FHIR type → index rows. A sink is made once for each path, so that nothing is looked up per value.
import { formHash, longDateToken, pairHash } from '../../storage/hash.ts';
import type { CodingRow, NumberRow, Range } from '../../storage/types.ts';
import { type DateRange, parseDate, periodRange, timingRange } from './dates.ts';
import type { Branch, IndexPath } from './paths.ts';
import { readReference } from './references.ts';
import { cut, normalise } from './text.ts';

/** Rows under construction. */
export interface Rows {
  readonly tokens: string[];
  readonly codings: CodingRow[];
  date?: Range;
  readonly dates: ({ param: number } & Range)[];
  readonly strings: { param: number; value: string }[];
  readonly numbers: NumberRow[];
}

export type Sink = (value: unknown, rows: Rows) => void;

export interface SinkPlace {
  readonly type: string;
  readonly path: IndexPath;
  readonly branch: Branch;
  /** The path to the patient: local Patients are left to the patient key. */
  readonly patient: boolean;
  /** The path that stands on the resource row. */
  readonly date: boolean;
  /** Absolute addresses below it are local. */
  readonly base: string | undefined;
}

/** Makes the sink of a path's branch. */
export function makeSink(place: SinkPlace): Sink {
  switch (place.path.kind) {
    case 'token':
      return tokenSink(place);
    case 'reference':
      return referenceSink(place);
    case 'uri':
      return uriSink(place);
    case 'date':
      return dateSink(place);
    case 'string':
      return stringSink(place);
    case 'number':
    case 'quantity':
      return numberSink(place);
  }
}

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

// ---------------------------------------------------------------- tokens

function tokenSink({ path: { key }, branch }: SinkPlace): Sink {
  switch (branch.type) {
    case 'CodeableConcept': {
      const coding = codingSink(key);
      return (value, rows) => {
        for (const c of list(fields(value)?.coding)) coding(c, rows);
      };
    }
    case 'Coding':
      return codingSink(key);
    case 'Identifier':
      return identifierSink(key);
    case 'ContactPoint':
      return contactSink(key);
    default:
      return (value, rows) => {
        if (typeof value === 'boolean' || textOf(value) !== undefined)
          rows.tokens.push(pairHash(key, '', String(value)));
      };
  }
}

/** Found by `system|value`, by `value` alone and by `system|` alone; identifiers are too many for a list like that of codings. */
function identifierSink(key: number): Sink {
  const systemHash = remembered((system) => formHash(key, 'system', system, ''));
  return (value, rows) => {
    const identifier = fields(value);
    const system = textOf(identifier?.system) ?? '';
    const text = textOf(identifier?.value);
    if (text !== undefined) rows.tokens.push(formHash(key, 'pair', system, text), formHash(key, 'value', '', text));
    if (system !== '') rows.tokens.push(systemHash(system));
  };
}

/** R4 names ContactPoint.use as the system of the token, most servers take ContactPoint.system: both find it. */
function contactSink(key: number): Sink {
  const systemHash = remembered((system) => formHash(key, 'system', system, ''));
  return (value, rows) => {
    const contact = fields(value);
    const systems = [textOf(contact?.system), textOf(contact?.use)].filter((s) => s !== undefined);
    const text = textOf(contact?.value);
    for (const system of systems) rows.tokens.push(systemHash(system));
    if (text === undefined) return;
    rows.tokens.push(formHash(key, 'value', '', text));
    for (const system of systems.length > 0 ? systems : ['']) rows.tokens.push(formHash(key, 'pair', system, text));
  };
}

const REMEMBERED = 5_000;

/** Codes, devices and prescriptions come back all the time: what was made of a text is kept, up to 5,000 texts a path. */
function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      if (known.size >= REMEMBERED) known.clear();
      found = make(text);
      known.set(text, found);
    }
    return found;
  };
}

function codingSink(key: number): Sink {
  const ofSystem = remembered((system) =>
    remembered((code) => ({ hash: formHash(key, 'pair', system, code), row: { param: key, system, code } })),
  );
  return (value, rows) => {
    const coding = fields(value);
    const code = textOf(coding?.code);
    if (code === undefined) return;
    const { hash, row } = ofSystem(textOf(coding?.system) ?? '')(code);
    rows.tokens.push(hash);
    if (!rows.codings.includes(row)) rows.codings.push(row);
  };
}

// ---------------------------------------------------------------- references and uris

function referenceSink({ path: { key }, branch, patient, base }: SinkPlace): Sink {
  if (branch.type === 'Resource') {
    // Bundle.composition and Bundle.message: the resource itself stands there.
    return (value, rows) => {
      const { resourceType, id } = fields(value) ?? {};
      if (textOf(id) !== undefined) rows.tokens.push(formHash(key, 'pair', '', `${resourceType}/${id}`));
    };
  }
  if (branch.type !== 'Reference') return canonicalSink(key);
  const hashOf = remembered((text) => {
    const reference = readReference(text, base);
    if (reference.kind === 'other') return formHash(key, 'pair', '', reference.text);
    if (reference.kind === 'contained' || (patient && reference.type === 'Patient')) return null;
    return formHash(key, 'pair', '', `${reference.type}/${reference.id}`);
  });
  return (value, rows) => {
    const text = textOf(fields(value)?.reference);
    const hash = text === undefined ? null : hashOf(text);
    if (hash !== null) rows.tokens.push(hash);
  };
}

/** A canonical is found with its version and without. */
function canonicalSink(key: number): Sink {
  return (value, rows) => {
    const text = textOf(value);
    if (text === undefined) return;
    rows.tokens.push(pairHash(key, '', text));
    const bar = text.indexOf('|');
    if (bar > 0) rows.tokens.push(pairHash(key, '', text.slice(0, bar)));
  };
}

function uriSink({ path: { key }, branch }: SinkPlace): Sink {
  if (branch.type === 'canonical') return canonicalSink(key);
  return (value, rows) => {
    const text = textOf(value);
    if (text !== undefined) rows.tokens.push(pairHash(key, '', text));
  };
}

// ---------------------------------------------------------------- dates

const DATES: Readonly<Record<string, (value: unknown) => DateRange | undefined>> = {
  Period: (value) => periodRange(fields(value) ?? {}),
  Timing: (value) => timingRange(fields(value) ?? {}),
};

function dateSink({ type, path: { key }, branch, date }: SinkPlace): Sink {
  const read = DATES[branch.type] ?? ((value: unknown) => (typeof value === 'string' ? parseDate(value) : undefined));
  if (!date) {
    return (value, rows) => {
      const range = read(value);
      if (range !== undefined) rows.dates.push({ param: key, lo: range.lo, hi: range.hi });
    };
  }
  const long = longDateToken(type);
  return (value, rows) => {
    const range = read(value);
    if (range === undefined) return;
    rows.date = { lo: range.lo, hi: range.hi };
    if (range.long) rows.tokens.push(long);
  };
}

// ---------------------------------------------------------------- strings

const NAME_PARTS = ['family', 'given', 'prefix', 'suffix', 'text'];
const ADDRESS_PARTS = ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'];

function stringSink({ path: { key }, branch }: SinkPlace): Sink {
  const put = (value: unknown, rows: Rows): void => {
    const text = textOf(value);
    const value_ = text === undefined ? '' : cut(normalise(text));
    if (value_ !== '') rows.strings.push({ param: key, value: value_ });
  };
  const parts = branch.type === 'HumanName' ? NAME_PARTS : branch.type === 'Address' ? ADDRESS_PARTS : undefined;
  if (parts === undefined) return put;
  return (value, rows) => {
    const holder = fields(value) ?? {};
    for (const part of parts) {
      const text = holder[part];
      if (Array.isArray(text)) for (const item of text) put(item, rows);
      else put(text, rows);
    }
  };
}

// ---------------------------------------------------------------- numbers and quantities

const BELOW = '-Infinity';
const ABOVE = 'Infinity';

/** The code system of currencies, by which Money is searched (R4 search.html#quantity). */
const CURRENCY = 'urn:iso:std:iso:4217';

type Span = Pick<NumberRow, 'lo' | 'hi'>;
type Unit = Pick<NumberRow, 'system' | 'code' | 'unit'>;
const NO_UNIT: Unit = { system: null, code: null, unit: null };

function unitOf(quantity: Fields): Unit {
  return {
    system: textOf(quantity.system) ?? null,
    code: textOf(quantity.code) ?? null,
    unit: textOf(quantity.unit) ?? null,
  };
}

function numberSink({ path: { key }, branch }: SinkPlace): Sink {
  const put = (rows: Rows, span: Span, unit: Unit): void => {
    rows.numbers.push({ param: key, lo: span.lo, hi: span.hi, system: unit.system, code: unit.code, unit: unit.unit });
  };
  switch (branch.type) {
    case 'decimal':
    case 'integer':
    case 'positiveInt':
    case 'unsignedInt':
      return (value, rows) => {
        if (typeof value === 'number') put(rows, { lo: String(value), hi: String(value) }, NO_UNIT);
      };
    case 'Money':
      return (value, rows) => {
        const money = fields(value) ?? {};
        if (typeof money.value !== 'number') return;
        const code = textOf(money.currency) ?? null;
        put(rows, { lo: String(money.value), hi: String(money.value) }, { system: CURRENCY, code, unit: null });
      };
    case 'Range':
      return (value, rows) => {
        const { low, high } = fields(value) ?? {};
        const [from, to] = [fields(low), fields(high)];
        if (typeof from?.value !== 'number' && typeof to?.value !== 'number') return;
        const span = {
          lo: from?.value === undefined ? BELOW : String(from.value),
          hi: to?.value === undefined ? ABOVE : String(to.value),
        };
        put(rows, span, unitOf(from?.value === undefined ? (to ?? {}) : from));
      };
    case 'SampledData':
      return (value, rows) => {
        const span = sampledSpan(fields(value) ?? {});
        if (span !== undefined) put(rows, span, unitOf(fields(fields(value)?.origin) ?? {}));
      };
    default:
      return (value, rows) => {
        const quantity = fields(value) ?? {};
        if (typeof quantity.value === 'number')
          put(rows, quantitySpan(quantity.value, quantity.comparator), unitOf(quantity));
      };
  }
}

/** `< 5` may be anything below: it is found by what it may be. */
function quantitySpan(value: number, comparator: unknown): Span {
  const text = String(value);
  if (comparator === '<' || comparator === '<=') return { lo: BELOW, hi: text };
  if (comparator === '>' || comparator === '>=') return { lo: text, hi: ABOVE };
  return { lo: text, hi: text };
}

/** From the least to the greatest sample; `E`, `L` and `U` are no values. */
function sampledSpan(sampled: Fields): Span | undefined {
  const origin = fields(sampled.origin)?.value;
  const factor = typeof sampled.factor === 'number' ? sampled.factor : 1;
  if (typeof origin !== 'number' || typeof sampled.data !== 'string') return undefined;
  let least = Infinity;
  let most = -Infinity;
  for (const item of sampled.data.split(' ')) {
    const sample = Number.parseFloat(item);
    if (Number.isNaN(sample)) continue;
    least = Math.min(least, origin + sample * factor);
    most = Math.max(most, origin + sample * factor);
  }
  return least > most ? undefined : { lo: String(least), hi: String(most) };
}
