// What records name and no patient owns: shown beside them, so that a reader has the names and addresses.
import { readReference } from '../../fhir/extract/references.ts';
import type { AnyResource } from '../../fhir/service.ts';
import { everything, type StoredResource } from '../../storage/types.ts';
import type { OperationService } from '../operation.ts';

/** Types that are shown when a record names one (R4: practitioners, medications, locations, organizations, binaries …). */
export const LINKED: ReadonlySet<string> = new Set([
  'Binary',
  'Device',
  'DeviceDefinition',
  'Endpoint',
  'HealthcareService',
  'Location',
  'Medication',
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Substance',
]);

/** From a record to a role, to its practitioner, to … : further on, a link says little about the patient. */
const STEPS = 3;

/** A state with its content read. */
export interface Seen {
  readonly state: StoredResource;
  readonly resource: AnyResource;
}

export function seen(state: StoredResource): Seen {
  return { state, resource: JSON.parse(state.content!) as AnyResource };
}

/**
 * Resources that the records name, directly or by what they name; none that belongs to a patient.
 * @param patient whose record it is: what names another is left out. undefined: everybody's
 */
export async function linkedTo(
  service: OperationService,
  records: readonly Seen[],
  patient: string | undefined,
  base: string,
): Promise<readonly StoredResource[]> {
  const known = new Set(records.map(({ state }) => `${state.type}/${state.id}`));
  const found: StoredResource[] = [];
  let from = records;
  for (let step = 0; step < STEPS && from.length > 0; step++) {
    const wanted = new Map<string, { type: string; id: string }>();
    for (const { resource } of from) {
      for (const { type, id } of [...service.extractor.references(resource), ...attachments(resource, base)]) {
        const key = `${type}/${id}`;
        if (LINKED.has(type) && !known.has(key)) wanted.set(key, { type, id });
      }
    }
    for (const key of wanted.keys()) known.add(key);
    const states = wanted.size === 0 ? [] : await service.store.readMany([...wanted.values()], everything);
    from = states.filter((s) => s.patient === 0).map(seen);
    if (patient !== undefined) from = from.filter(({ resource }) => !namesAnother(service, resource, patient));
    found.push(...from.map(({ state }) => state));
  }
  return found;
}

/** Whether a resource speaks of a patient other than this one. */
export function namesAnother(service: OperationService, resource: AnyResource, patient: string): boolean {
  return patientsNamed(service, resource).some((id) => id !== patient);
}

/** Of the patients that a resource names, the first by id. */
export function firstNamed(service: OperationService, resource: AnyResource): string | undefined {
  return patientsNamed(service, resource).sort()[0];
}

function patientsNamed(service: OperationService, resource: AnyResource): string[] {
  return service.extractor.references(resource).flatMap((r) => (r.type === 'Patient' ? [r.id] : []));
}

/** Attachments whose address is a Binary of this server. */
function attachments(node: object, base: string, found: { type: string; id: string }[] = []) {
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === 'object' && value !== null) attachments(value, base, found);
    else if (key === 'url' && typeof value === 'string' && value.includes('Binary/')) {
      const reference = readReference(value, base);
      if (reference.kind === 'local' && reference.type === 'Binary') found.push({ type: 'Binary', id: reference.id });
    }
  }
  return found;
}
