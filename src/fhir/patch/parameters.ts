// The Parameters of a FHIRPath Patch → its operations.
import { fault } from '../../kernel/fault.ts';
import { shown } from '../shown.ts';

const MAX_OPERATIONS = 1000;

type Part = Readonly<Record<string, unknown>>;

/** A value as the parts describe it. */
export type NewValue =
  /** `holder[key]` is read when the operation is applied: only then are numbers shown with their digits. */
  | { readonly kind: 'typed'; readonly type: string; readonly holder: Part; readonly key: string }
  | { readonly kind: 'resource'; readonly resource: unknown }
  | { readonly kind: 'parts'; readonly parts: readonly { readonly name: string; readonly value: NewValue }[] };

export type FhirPathOperation = { readonly path: string } & (
  | { readonly type: 'add'; readonly name: string; readonly value: NewValue }
  | { readonly type: 'insert'; readonly index: number; readonly value: NewValue }
  | { readonly type: 'delete' }
  | { readonly type: 'replace'; readonly value: NewValue }
  | { readonly type: 'move'; readonly source: number; readonly destination: number }
);

/** Reads a Parameters resource that is valid as such. @throws FaultError 400 naming the parameter */
export function readFhirPathOperations(parameters: { readonly parameter?: unknown }): readonly FhirPathOperation[] {
  const all = (parameters.parameter ?? []) as readonly Part[];
  if (all.length > MAX_OPERATIONS) {
    throw malformed(
      'Parameters.parameter',
      `a patch has at most ${MAX_OPERATIONS} parameters called operation`,
      `un patch a au plus ${MAX_OPERATIONS} paramètres nommés operation`,
    );
  }
  return all.map((parameter, i) => {
    const at = `Parameters.parameter[${i}]`;
    if (parameter.name !== 'operation') {
      throw malformed(`${at}.name`, 'every parameter is called operation', 'chaque paramètre se nomme operation');
    }
    return readOperation(new Parts((parameter.part ?? []) as readonly Part[], at));
  });
}

function readOperation(parts: Parts): FhirPathOperation {
  const type = parts.text('type');
  const path = parts.text('path');
  switch (type) {
    case 'add':
      return parts.only({ type, path, name: parts.text('name'), value: parts.value() });
    case 'insert':
      return parts.only({ type, path, index: parts.index('index'), value: parts.value() });
    case 'delete':
      return parts.only({ type, path });
    case 'replace':
      return parts.only({ type, path, value: parts.value() });
    case 'move':
      return parts.only({ type, path, source: parts.index('source'), destination: parts.index('destination') });
    default:
      throw malformed(
        parts.at,
        '"type" must be add, insert, delete, replace or move',
        '« type » doit être add, insert, delete, replace ou move',
      );
  }
}

/** The parts of one operation; each is looked at once, and none may be left over. */
class Parts {
  readonly at: string;
  readonly #parts: readonly Part[];
  readonly #read = new Set<Part>();

  constructor(parts: readonly Part[], at: string) {
    this.at = at;
    this.#parts = parts;
  }

  #part(name: string): Part {
    const [part, second] = this.#parts.filter((p) => p.name === name);
    if (part === undefined || second !== undefined) {
      throw malformed(this.at, `it needs one part "${name}"`, `il lui faut une partie « ${name} »`);
    }
    this.#read.add(part);
    return part;
  }

  text(name: string): string {
    const part = this.#part(name);
    const value = part.valueString ?? part.valueCode;
    if (typeof value === 'string') return value;
    throw malformed(
      this.at,
      `"${name}" is a valueString or valueCode`,
      `« ${name} » est une valueString ou un valueCode`,
    );
  }

  index(name: string): number {
    const value = this.#part(name).valueInteger;
    if (typeof value === 'number' && value >= 0) return value;
    throw malformed(this.at, `"${name}" is a valueInteger from 0`, `« ${name} » est un valueInteger à partir de 0`);
  }

  value(): NewValue {
    return newValue(this.#part('value'), this.at);
  }

  only<T>(operation: T): T {
    const other = this.#parts.find((part) => !this.#read.has(part));
    if (other === undefined) return operation;
    throw malformed(
      this.at,
      `it takes no part ${shown(other.name)}`,
      `il n’accepte pas de partie ${shown(other.name)}`,
    );
  }
}

function newValue(part: Part, at: string): NewValue {
  if (part.resource !== undefined) return { kind: 'resource', resource: part.resource };
  if (Array.isArray(part.part)) {
    const parts = (part.part as readonly Part[]).map((p) => ({
      name: typeof p.name === 'string' ? p.name : '',
      value: newValue(p, at),
    }));
    return { kind: 'parts', parts };
  }
  const key = Object.keys(part)
    .find((k) => /^_?value[A-Z]/.test(k))
    ?.replace(/^_/, '');
  if (key === undefined)
    throw malformed(
      at,
      '"value" needs a value[x], a resource or parts',
      '« value » doit avoir une value[x], une ressource ou des parties',
    );
  return { kind: 'typed', type: typeOfKey(key), holder: part, key };
}

const PRIMITIVES: ReadonlySet<string> = new Set(
  'base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid positiveInt string time unsignedInt uri url uuid'.split(
    ' ',
  ),
);

/** `valueString` → `string`, `valueQuantity` → `Quantity`. */
function typeOfKey(key: string): string {
  const capital = key.slice('value'.length);
  const small = capital.charAt(0).toLowerCase() + capital.slice(1);
  return PRIMITIVES.has(small) ? small : capital;
}

function malformed(expression: string, en: string, fr: string): Error {
  return fault(
    'structure',
    'patch-malformed',
    { en: `The FHIRPath Patch cannot be read: ${en}.`, fr: `Le FHIRPath Patch est illisible : ${fr}.` },
    { expression },
  );
}
