// The search inside a call of $lastn: who, what, and whatever else narrows it.
import type { Query } from '../../fhir/search/index.ts';
import { type Fault, type FaultCode, FaultError } from '../../kernel/fault.ts';
import { readInput } from '../input/read.ts';
import type { OperationCall } from '../operation.ts';
import { parameters } from './definition.ts';

export interface Asked {
  readonly max: number;
  /** Search parameters of Observation. */
  readonly search: Query;
}

/** These shape the answer of a search, whose order and size are fixed here. */
const SHAPES =
  /^_(sort|count|cursor|total|summary|elements|include|revinclude|contained|containedType|score|maxresults)(:|$)/;
const SUBJECT = /^(patient|subject)([:.]|$)/;
/** Parameters whose path holds a code: code, code-value-…, combo-code …, component-code …. */
const CODED = /^(category|code|(combo|component)-code)([:.-]|$)/;
const OF_HTTP = new Set(['_format', '_pretty']);

/** @throws FaultError 400 without a subject, without category or code, and for what shapes other answers */
export function readAsked(call: OperationCall): Asked {
  const all = [...call.request.query, ...pairsOfBody(call)];
  const own = all.filter(([name]) => name === 'max' || OF_HTTP.has(name));
  const { max = 1 } = readInput({ ...call, verb: 'GET', request: { ...call.request, query: own } }, parameters);
  const search = all.filter(([name]) => name !== 'max' && !OF_HTTP.has(name));
  const faults = [...refused(search), ...missing(search)];
  if (faults.length > 0) throw new FaultError(faults);
  return { max, search };
}

function refused(search: Query): Fault[] {
  const shapes = search.filter(([name]) => SHAPES.test(name));
  const several = search.filter(([name, value]) => SUBJECT.test(name) && value.includes(','));
  return [
    ...shapes.map(([name]) =>
      said(
        'not-supported',
        'lastn-shape',
        `${name} shapes the answer of a search; that of $lastn is fixed: the most recent first, max of each code.`,
        `${name} met en forme une recherche ; la réponse de $lastn est fixe : les plus récentes d’abord, max par code.`,
      ),
    ),
    ...several.map(([name]) =>
      said('value', 'lastn-subjects', `${name}: ask for one at a time.`, `${name} : demandez-en un à la fois.`),
    ),
  ];
}

function missing(search: Query): Fault[] {
  const who = search.filter(([name]) => SUBJECT.test(name));
  const what = search.some(([name]) => CODED.test(name));
  return [
    ...(who.length > 0
      ? []
      : [
          said(
            'required',
            'lastn-subject',
            'Say whose: patient=… or subject=….',
            'Dites de qui : patient=… ou subject=….',
          ),
        ]),
    ...(what
      ? []
      : [
          said(
            'required',
            'lastn-code',
            'Say which: category=… (such as vital-signs) or code=….',
            'Dites lesquelles : category=… (comme vital-signs) ou code=….',
          ),
        ]),
  ];
}

/** Search parameters of a Parameters body, whose values stand as in an address. */
function pairsOfBody({ verb, request }: OperationCall): [string, string][] {
  if (verb !== 'POST' || request.body === undefined) return [];
  const body = request.body.value as { resourceType?: unknown; parameter?: unknown } | null;
  const list = body?.parameter ?? [];
  if (body?.resourceType !== 'Parameters' || !Array.isArray(list)) throw new FaultError([bodyRefused('Parameters')]);
  return list.map((parameter: Record<string, unknown> | null, i) => {
    const [key = '', ...others] = Object.keys(parameter ?? {}).filter((k) => k.startsWith('value'));
    const value = parameter?.[key];
    const text = key === 'valueReference' ? (value as { reference?: unknown } | null)?.reference : value;
    if (
      typeof parameter?.name !== 'string' ||
      others.length > 0 ||
      !['string', 'number', 'boolean'].includes(typeof text)
    )
      throw new FaultError([bodyRefused(`Parameters.parameter[${i}]`)]);
    return [parameter.name, String(text)];
  });
}

function bodyRefused(expression: string): Fault {
  return {
    ...said(
      'structure',
      'lastn-body',
      'The body must be Parameters; each has a name and a value as in a search: {"name":"code","valueString":"http://loinc.org|29463-7"}.',
      'Le corps doit être une ressource Parameters ; chacun a un nom et une valeur comme dans une recherche : {"name":"code","valueString":"http://loinc.org|29463-7"}.',
    ),
    expression,
  };
}

function said(kind: Fault['kind'], detail: FaultCode, en: string, fr: string): Fault {
  return { kind, detail, text: { en, fr } };
}
