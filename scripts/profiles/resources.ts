// Forms in, FHIR R4 conformance resources out.
import type { CodeSystem, OperationDefinition, Resource, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import type { Law } from '../../src/law/law.ts';
import type { BaseDefinitions } from './base.ts';
import { codeSystems, valueSets } from './codes/index.ts';
import { computerName, texted } from './fhir-text.ts';
import {
  BASE,
  type CodeSystemForm,
  type ConceptForm,
  DATE,
  type OperationForm,
  type OperationParameterForm,
  operation,
  type ProfileForm,
  structure,
  system,
  type ValueSetForm,
  VERSION,
  valueSet,
} from './form.ts';
import { profiles } from './forms/index.ts';
import { operations } from './operations.ts';
import { views } from './snapshot.ts';

type Headed = Pick<ProfileForm, 'id' | 'title' | 'description'>;

/** Every conformance resource of the house, in a stable order. */
export function conformance(base: BaseDefinitions, law: Law): readonly Resource[] {
  const systems = codeSystems(law, base);
  return [
    ...profiles.map((form) => structureDefinition(form, base)),
    ...systems.map(codeSystem),
    ...systems.map(wholeValueSet),
    ...valueSets.map(chosenValueSet),
    ...operations.map(operationDefinition),
  ];
}

/** What all conformance resources start with. */
function head(resourceType: string, url: string, { id, title, description }: Headed): Record<string, unknown> {
  return {
    resourceType,
    id,
    language: 'en',
    url,
    version: VERSION,
    name: computerName(id),
    ...texted('title', title),
    status: 'active',
    experimental: false,
    date: DATE,
    publisher: 'Vigie',
    ...texted('description', description),
    jurisdiction: [{ coding: [{ system: 'urn:iso:std:iso:3166', code: 'FR' }] }],
  };
}

function structureDefinition(form: ProfileForm, base: BaseDefinitions): StructureDefinition {
  const url = structure(form.id);
  const { snapshot, differential } = views(form, url, base);
  return {
    ...head('StructureDefinition', url, form),
    fhirVersion: '4.0.1',
    kind: form.type === 'Extension' ? 'complex-type' : 'resource',
    abstract: false,
    ...(form.context && { context: form.context.map((expression) => ({ type: 'element', expression })) }),
    type: form.type,
    baseDefinition: form.parent ?? `http://hl7.org/fhir/StructureDefinition/${form.type}`,
    derivation: 'constraint',
    snapshot: { element: snapshot },
    differential: { element: differential },
  } as unknown as StructureDefinition;
}

function codeSystem(form: CodeSystemForm): CodeSystem {
  const types = new Map(form.properties?.map((p) => [p.code, p.type]));
  return {
    ...head('CodeSystem', system(form.id), form),
    caseSensitive: true,
    valueSet: valueSet(form.id),
    ...(form.concepts.some((c) => c.concepts) && { hierarchyMeaning: 'is-a' }),
    content: form.content ?? 'complete',
    count: form.concepts.reduce((n, c) => n + 1 + (c.concepts?.length ?? 0), 0),
    ...(form.properties && {
      property: form.properties.map(({ code, type, description }) => ({
        code,
        uri: `${system(form.id)}#${code}`,
        ...texted('description', description),
        type,
      })),
    }),
    concept: form.concepts.map((c) => concept(c, types)),
  } as unknown as CodeSystem;
}

function concept(form: ConceptForm, types: ReadonlyMap<string, string>): Record<string, unknown> {
  const property = Object.entries(form.properties ?? {}).flatMap(([code, value]) => {
    const type = types.get(code);
    if (type === undefined) throw new Error(`${form.code}: property ${code} is not declared`);
    const key = `value${type[0]?.toUpperCase()}${type.slice(1)}`;
    return [value].flat().map((v) => ({ code, [key]: v }));
  });
  return {
    code: form.code,
    display: form.display.en,
    ...(form.definition && texted('definition', form.definition)),
    designation: [{ language: 'fr', value: form.display.fr }],
    ...(property.length && { property }),
    ...(form.concepts && { concept: form.concepts.map((c) => concept(c, types)) }),
  };
}

function wholeValueSet(form: CodeSystemForm): ValueSet {
  return {
    ...head('ValueSet', valueSet(form.id), form),
    compose: { include: [{ system: system(form.id) }] },
  } as unknown as ValueSet;
}

function chosenValueSet(form: ValueSetForm): ValueSet {
  return {
    ...head('ValueSet', valueSet(form.id), form),
    compose: { include: [{ system: form.system, concept: form.codes.map((code) => ({ code })) }] },
  } as unknown as ValueSet;
}

function operationDefinition(form: OperationForm): OperationDefinition {
  return {
    ...head('OperationDefinition', operation(form.id), form),
    kind: 'operation',
    affectsState: form.affectsState,
    code: form.code,
    ...(form.base && { base: form.base }),
    resource: [form.resource],
    system: false,
    type: form.level === 'type',
    instance: form.level === 'instance',
    parameter: form.parameters.map((p) => parameter(p, p.use ?? 'in')),
  } as unknown as OperationDefinition;
}

/** A part is used the way of the parameter that holds it. */
function parameter(form: OperationParameterForm, use: 'in' | 'out'): Record<string, unknown> {
  return {
    name: form.name,
    use,
    min: form.min,
    max: form.max,
    ...texted('documentation', form.text),
    ...(form.type && { type: form.type }),
    ...(form.searchType && { searchType: form.searchType }),
    ...(form.required && { binding: { strength: 'required', valueSet: form.required } }),
    ...(form.parts && { part: form.parts.map((p) => parameter(p, use)) }),
  };
}

/** Where everything comes from, for ORIGIN.json. */
export function origin(base: BaseDefinitions): Record<string, unknown> {
  return {
    canonical: BASE,
    version: VERSION,
    licence: 'Apache-2.0',
    base: { fhirVersion: '4.0.1', ...base.origin },
    parents: [
      {
        package: 'hl7.fhir.fr.core',
        version: '2.2.0',
        licence: 'CC0-1.0',
        used: 'facts: cardinalities, systems, codes',
      },
      {
        package: 'ans.fhir.fr.telesurveillance',
        version: '0.1.0',
        licence: 'MIT',
        used: 'facts: cardinalities, codes',
      },
      {
        package: 'hl7.fhir.uv.phd',
        version: '1.1.0 and 2.0.0',
        licence: 'HL7 FHIR licence',
        used: 'facts: cardinalities, codes',
      },
    ],
  };
}
