// The operations that are served as paths, from the same list as the routes.
import type { OperationDefinition } from '@medplum/fhirtypes';
import type { Text } from '../../kernel/fault.ts';
import {
  EVERY_TYPE,
  type Operation,
  type OperationInput,
  type OperationLevel,
  verbsAt,
} from '../../operations/operation.ts';
import { answers } from './components.ts';
import { ALWAYS, definitionPage, FHIR_TYPE, fhirContent, type Json, ref, type Say, text } from './words.ts';

/** Paths of all operations. `definitions`: those of our own, which say their parameters. */
export function operationPaths(
  operations: readonly Operation[],
  definitions: readonly OperationDefinition[],
  say: Say,
): Record<string, Record<string, Json>> {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const definition = definitions.find((d) => d.url === operation.definition);
    for (const level of operation.levels) {
      const path = pathOf(operation, level);
      const ofVerb = verbsAt(operation, level).map((verb) => [
        verb.toLowerCase(),
        asOperation(operation, level, verb, path, definition, say),
      ]);
      paths[path] = Object.fromEntries(ofVerb);
    }
  }
  return paths;
}

function pathOf({ type, code }: Operation, level: OperationLevel): string {
  const base = level === 'system' ? '' : type === EVERY_TYPE ? '/{type}' : `/${type}`;
  const below = { system: '', type: '', instance: '/{id}', version: '/{id}/_history/{version}' }[level];
  return `${base}${below}/$${code}`;
}

function asOperation(
  operation: Operation,
  level: OperationLevel,
  verb: 'GET' | 'POST',
  path: string,
  definition: OperationDefinition | undefined,
  say: Say,
): Json {
  const inputs = operation.inputs ?? inputsOf(definition);
  const placed = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ref('parameters', name!));
  // A POST takes its parameters in the address too.
  const shown = inputs.filter((i) => !COMPLEX.has(i.type)).map((i) => queryOf(i, say));
  const further = [
    ...(operation.searches === true ? ['search'] : []),
    ...(operation.paged === true ? ['cursor'] : []),
    ...(level === 'instance' ? (operation.conditions ?? []).map((header) => CONDITIONS[header]) : []),
    ...ALWAYS,
  ];
  const formats = level === 'type' ? (operation.formats ?? []) : [];
  const good = operation.code === 'validate' ? 'OperationOutcome' : 'Resource';
  return {
    operationId: `${operation.code}-${operation.type === EVERY_TYPE ? 'any' : operation.type}-${level}-${verb.toLowerCase()}`,
    tags: ['operations'],
    summary: say(titleOf(operation, definition)),
    description: [definition === undefined ? undefined : say(translated(definition, 'description')), operation.note]
      .filter((d) => d !== undefined)
      .join(' '),
    externalDocs: { url: definitionPage(operation.definition) },
    parameters: [...placed, ...shown, ...further.map((name) => ref('parameters', name))],
    ...(verb === 'POST' ? { requestBody: bodyOf(operation, inputs, say) } : {}),
    responses: withFormats(
      answers(say, [['200', 'Answer', 'Réponse', good]], ['400', '404', '406', '410', '415', '422', '503']),
      formats,
    ),
  };
}

const CONDITIONS = { 'if-match': 'ifMatch', 'if-none-match': 'ifNoneMatch' } as const;

const COMPLEX: ReadonlySet<string> = new Set(['Meta', 'Coding', 'Period', 'Resource', 'Reference']);

const SCHEMAS: Readonly<Record<string, Json>> = {
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  positiveInt: { type: 'integer', minimum: 1 },
  decimal: { type: 'number' },
  date: { type: 'string', format: 'date' },
  instant: { type: 'string', format: 'date-time' },
  uri: { type: 'string', format: 'uri-reference' },
};

function queryOf({ name, type, required, many, codes, text }: OperationInput, say: Say): Json {
  const one = { ...(SCHEMAS[type] ?? { type: 'string' }), ...(codes === undefined ? {} : { enum: codes }) };
  return {
    name,
    in: 'query',
    description: say(text),
    ...(required ? { required: true } : {}),
    schema: many ? { type: 'array', items: one } : one,
  };
}

/** A Parameters body; the names of its parameters stand in an example. */
function bodyOf(operation: Operation, inputs: readonly OperationInput[], say: Say): Json {
  const needed = inputs.some((i) => i.required) || operation.affectsState;
  const parameter = inputs.map(({ name, type }) =>
    type === 'Resource'
      ? { name, resource: {} }
      : { name, [`value${type[0]!.toUpperCase()}${type.slice(1)}`]: EXAMPLES[type] ?? '' },
  );
  const example = { resourceType: 'Parameters', ...(parameter.length > 0 ? { parameter } : {}) };
  const wraps = inputs.some((i) => i.type === 'Resource');
  return {
    required: needed,
    description: inputs.map((i) => `${i.name} (${i.type}): ${say(i.text)}`).join('; '),
    content: wraps ? fhirContent('Resource') : { [FHIR_TYPE]: { schema: ref('schemas', 'Parameters'), example } },
  };
}

const EXAMPLES: Readonly<Record<string, unknown>> = {
  boolean: true,
  integer: 1,
  positiveInt: 1,
  decimal: 24,
  date: '2026-03-31',
  instant: '2026-03-31T10:00:00+02:00',
  Meta: { tag: [{ system: 'urn:example', code: 'seen' }] },
  Coding: { system: 'http://loinc.org', code: '29463-7' },
  Period: { start: '2026-01-01', end: '2026-03-31' },
};

function withFormats(responses: Json, formats: readonly string[]): Json {
  const good = responses['200'] as { content: Json };
  const more = Object.fromEntries(
    formats.map((f) => [f === 'csv' ? 'text/csv' : 'application/fhir+ndjson', { schema: { type: 'string' } }]),
  );
  return { ...responses, '200': { ...good, content: { ...good.content, ...more } } };
}

function titleOf({ title, code }: Operation, definition: OperationDefinition | undefined): Text {
  return title ?? (definition === undefined ? text(`$${code}`, `$${code}`) : translated(definition, 'title'));
}

function inputsOf(definition: OperationDefinition | undefined): OperationInput[] {
  return (definition?.parameter ?? [])
    .filter((p) => p.use === 'in')
    .map((p) => ({
      name: p.name!,
      type: p.type ?? 'string',
      required: (p.min ?? 0) > 0,
      many: p.max === '*',
      text: translated(p, 'documentation'),
    }));
}

interface Translation {
  readonly extension?: readonly { readonly url?: string; readonly valueCode?: string; readonly valueString?: string }[];
}

/** A text of a resource and its French translation, which stands in the standard extension. */
function translated(holder: object, property: string): Text {
  const fields = holder as Readonly<Record<string, unknown>>;
  const en = (fields[property] as string | undefined) ?? '';
  const sibling = fields[`_${property}`] as { readonly extension?: readonly Translation[] } | undefined;
  const french = sibling?.extension?.find((e) => e.extension?.some((x) => x.url === 'lang' && x.valueCode === 'fr'));
  return { en, fr: french?.extension?.find((x) => x.url === 'content')?.valueString ?? en };
}
