// Reading elements of stored resources. Their base structure was validated at write; their content may still lack anything.
import type { CodeableConcept, Coding, Extension, Reference as FhirReference, Period } from '@medplum/fhirtypes';
import type { Reference } from '../../core/situation.ts';
import type { Day } from '../../kernel/day.ts';
import { structure } from '../canonical.ts';
import { firstDay, lastDay } from './dates.ts';

interface Extended {
  readonly extension?: readonly Extension[];
}

/** The first extension of ours with an id such as `tls-monitoring-start`. */
export function extension(element: Extended | undefined, id: string): Extension | undefined {
  const url = structure(id);
  return element?.extension?.find((e) => e.url === url);
}

/** The part of a complex extension. */
export function part(element: Extended | undefined, name: string): Extension | undefined {
  return element?.extension?.find((e) => e.url === name);
}

const LITERAL = /^([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** `Type/id` of a literal reference on this server, without its version; undefined for any other. */
export function literal(reference: FhirReference | undefined): Reference | undefined {
  return reference?.reference === undefined ? undefined : LITERAL.exec(reference.reference)?.[1];
}

/** Id in a literal reference to a type; undefined for any other. */
export function idIn(reference: FhirReference | undefined, type: string): string | undefined {
  const found = literal(reference);
  return found?.startsWith(`${type}/`) ? found.slice(type.length + 1) : undefined;
}

/** Codes of a system in a concept. */
export function codesIn(concept: CodeableConcept | undefined, system: string): string[] {
  return codingsIn(concept?.coding, system);
}

/** Codes of a system in codings. */
export function codingsIn(codings: readonly Coding[] | undefined, system: string): string[] {
  return (codings ?? []).flatMap((c) => (c.system === system && c.code !== undefined ? [c.code] : []));
}

/** Days of a Period, both inclusive; a partial end is read so that the period is as long as it may be (R4 datatypes, Period). */
export function daysOf(period: Period | undefined, zone: string): { start?: Day; end?: Day } {
  const start = firstDay(period?.start, zone);
  const end = lastDay(period?.end, zone);
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

/** Whether a resource says that it follows a profile of ours. */
export function claims(resource: { meta?: { profile?: readonly string[] } }, id: string): boolean {
  const url = structure(id);
  return resource.meta?.profile?.some((p) => p === url || p.startsWith(`${url}|`)) ?? false;
}
