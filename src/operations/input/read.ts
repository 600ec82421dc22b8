// What a call gives, typed by what the operation declares. Everything else is refused, all faults at once (contract 4: 400).
import type { Fault, FaultCode } from '../../kernel/fault.ts';
import { FaultError } from '../../kernel/fault.ts';
import type { OperationCall, OperationService } from '../operation.ts';
import type { Declarations, Declared, Given, Kinds } from './declare.ts';
import { CHOICES, type Read, readText, readValue } from './values.ts';

/** Understood by every operation: the format is negotiated by HTTP, the print by {@link ../answer.ts}. */
const EVERYWHERE: ReadonlySet<string> = new Set(['_format', '_pretty']);

/** Told at once: the sentence of one may list all codes there are, and a body may hold a million of them. */
const MOST_FAULTS = 100;
/** Values of a list with commas. */
const MOST_VALUES = 1000;

function each<T>(values: readonly T[], read: (value: T) => Read): readonly Read[] {
  if (values.length <= MOST_VALUES) return values.map(read);
  const en = `It lists ${values.length} values; at most ${MOST_VALUES} are taken.`;
  const fr = `Il énumère ${values.length} valeurs ; au plus ${MOST_VALUES} sont acceptées.`;
  return [{ wrong: { en, fr } }];
}

/** A value as it came: where it stood, and how to read it. */
interface Raw {
  readonly name: string;
  /** FHIRPath in a body; absent in an address. */
  readonly at?: string;
  readonly read: (declared: Declared) => readonly Read[];
}

/**
 * Reads the parameters of a call: of the address, and for POST of a Parameters body as well.
 * @throws FaultError 400 for unknown or repeated names, values of a wrong type, days that do not exist, codes nobody
 *   knows, `start` after `end`, and a body that is no Parameters
 */
export function readInput<D extends Declarations>(call: OperationCall, declarations: D): Given<D> {
  const faults: Fault[] = [];
  const found = new Map<string, Kinds[keyof Kinds][]>();
  for (const raw of [...ofAddress(call), ...ofBody(call, faults)]) {
    if (faults.length >= MOST_FAULTS) break;
    const declared = Object.hasOwn(declarations, raw.name) ? declarations[raw.name] : undefined;
    if (declared === undefined) {
      if (!EVERYWHERE.has(raw.name)) faults.push(unknownName(raw, declarations));
      continue;
    }
    const values = found.get(raw.name) ?? [];
    for (const read of raw.read(declared)) {
      if ('wrong' in read) faults.push(named('value', 'parameter-value', raw, read.wrong.en, read.wrong.fr));
      else values.push(read.value);
    }
    if (!declared.many && values.length > 1) {
      faults.push(
        named('value', 'parameter-repeated', raw, 'It may be given once only.', 'Il ne peut être donné qu’une fois.'),
      );
    }
    found.set(raw.name, values);
  }
  faults.push(...beside(faults, call.faults ?? []));
  if (faults.length > 0) throw new FaultError(faults);
  const entries = Object.entries(declarations).map(([name, d]) => [
    name,
    d.many ? (found.get(name) ?? []) : found.get(name)?.[0],
  ]);
  const given = Object.fromEntries(entries) as Given<D>;
  checkOrder(given as { start?: unknown; end?: unknown });
  return given;
}

/** Faults of the body as a resource, at parameters that nothing was said of. */
function beside(said: readonly Fault[], more: readonly Fault[]): Fault[] {
  const places = new Set(said.map(({ expression }) => expression));
  return more.filter(({ expression = '' }) => !places.has(expression.match(PARAMETER)?.[0] ?? expression));
}

const PARAMETER = /^Parameters\.parameter\[\d+\]/;

/** Refuses references to nothing. @throws FaultError 400, one fault for each */
export async function checkExistence(
  service: OperationService,
  given: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const asked = Object.entries(given).flatMap(([name, reference]) => {
    const [type, id] = reference?.split('/') ?? [];
    return type === undefined || id === undefined ? [] : [{ name, type, id }];
  });
  if (asked.length === 0) return;
  const missing = await service.store.missing(asked.map(({ type, id }) => ({ type, id })));
  const faults = asked
    .filter((a) => missing.some((m) => m.type === a.type && m.id === a.id))
    .map((a) =>
      named(
        'value',
        'parameter-reference-unknown',
        a,
        `${a.type}/${a.id} does not exist here. Name one that does.`,
        `${a.type}/${a.id} n’existe pas ici. Nommez une ressource existante.`,
      ),
    );
  if (faults.length > 0) throw new FaultError(faults);
}

function ofAddress(call: OperationCall): Raw[] {
  return call.request.query.map(([name, value]) => ({
    name,
    read: (declared) =>
      each(declared.many ? value.split(',') : [value], (text) => readText(text, declared, call.request.base)),
  }));
}

function ofBody(call: OperationCall, faults: Fault[]): Raw[] {
  if (call.verb !== 'POST' || call.request.body === undefined) return [];
  const body = call.request.body.value as { resourceType?: unknown; parameter?: unknown } | null;
  const parameters = body?.parameter ?? [];
  if (typeof body !== 'object' || body?.resourceType !== 'Parameters' || !Array.isArray(parameters)) {
    faults.push({
      kind: 'structure',
      detail: 'parameters-expected',
      text: {
        en: 'The body must be a Parameters resource: {"resourceType":"Parameters","parameter":[{"name":"asOf","valueDate":"2026-03-31"}]}.',
        fr: 'Le corps doit être une ressource Parameters : {"resourceType":"Parameters","parameter":[{"name":"asOf","valueDate":"2026-03-31"}]}.',
      },
      expression: 'Parameters',
    });
    return [];
  }
  return parameters.flatMap((parameter: unknown, i): Raw[] => {
    const at = `Parameters.parameter[${i}]`;
    const name = (parameter as { name?: unknown } | null)?.name;
    if (typeof name === 'string') {
      return [
        {
          name,
          at,
          read: (declared) => readParameter(parameter as Record<string, unknown>, declared, call.request.base),
        },
      ];
    }
    faults.push({
      kind: 'required',
      detail: 'parameter-unnamed',
      text: { en: 'Each parameter needs a name.', fr: 'Chaque paramètre doit avoir un nom.' },
      expression: at,
    });
    return [];
  });
}

function readParameter(parameter: Record<string, unknown>, declared: Declared, base: string): readonly Read[] {
  const choices = CHOICES[declared.kind];
  const [choice, ...others] = Object.keys(parameter).filter((k) => k !== 'name' && k !== 'id' && k !== 'extension');
  if (choice !== undefined && others.length === 0 && choices.includes(choice)) {
    const value = parameter[choice];
    // No code holds a comma: a list of them is one value in some clients (R4 says so of `_type`).
    const values = declared.kind === 'code' && declared.many && typeof value === 'string' ? value.split(',') : [value];
    return each(values, (one) => readValue(one, choice, declared, base));
  }
  const wrong = {
    wrong: {
      en: `It must carry ${choices[0]}${choice === undefined ? '' : ` alone, not ${[choice, ...others].join(', ')}`}.`,
      fr: `Il doit porter ${choices[0]}${choice === undefined ? '' : ` seul, et non ${[choice, ...others].join(', ')}`}.`,
    },
  };
  return [wrong];
}

function checkOrder({ start, end }: { start?: unknown; end?: unknown }): void {
  if (typeof start !== 'string' || typeof end !== 'string' || start <= end) return;
  throw new FaultError([
    named(
      'value',
      'parameter-order',
      { name: 'start' },
      `${start} is after end (${end}). Give start on or before end.`,
      `${start} est après end (${end}). Donnez start au plus tard le jour de end.`,
    ),
  ]);
}

function unknownName(raw: Raw, declarations: Declarations): Fault {
  const known = Object.keys(declarations).filter((n) => n !== '_cursor');
  return named(
    'not-supported',
    'parameter-unknown',
    raw,
    `It is unknown. Known: ${known.join(', ')}.`,
    `Il est inconnu. Connus : ${known.join(', ')}.`,
  );
}

function named(
  kind: Fault['kind'],
  detail: FaultCode,
  raw: { name: string; at?: string },
  en: string,
  fr: string,
): Fault {
  return {
    kind,
    detail,
    text: { en: `Parameter ${raw.name}: ${en}`, fr: `Paramètre ${raw.name} : ${fr}` },
    ...(raw.at === undefined ? {} : { expression: raw.at }),
  };
}
