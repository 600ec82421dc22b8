// From a body to a state that can be stored: checked, placed with its patient, stamped with id and meta, indexed.
import { a } from '../../kernel/article.ts';
import type { Fault } from '../../kernel/fault.ts';
import { FaultError, fault } from '../../kernel/fault.ts';
import { tokenHash } from '../../storage/hash.ts';
import type { PatientKey, ReadStore, ResourceWrite } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { LocalReference } from '../extract/index.ts';
import type { Exact } from '../json.ts';
import { withDigits } from '../json.ts';
import type { AnyResource, FhirService } from '../service.ts';
import { shown } from '../shown.ts';
import { deletionsOf, type Work } from './deletions.ts';

/**
 * The resource in a body, which must be of the type that the address names.
 * @throws FaultError 400 when it is no resource or of another type, 422 when it breaks the specification or a profile.
 */
export function checkedResource(service: FhirService, body: unknown, type: string): AnyResource {
  const resource = resourceOfType(service, body, type);
  const faults = service.validator.validate(resource);
  if (faults.some((f) => f.severity !== 'warning')) throw new FaultError(faults);
  checkWhole(resource);
  return resource;
}

/**
 * What was read with `_summary` or `_elements` is marked as a part (R4 search.html#summary): stored, it would take the place of
 * the whole.
 * @throws FaultError 422
 */
function checkWhole({ resourceType, meta }: AnyResource): void {
  const tags = (meta as { tag?: readonly { system?: unknown; code?: unknown }[] } | undefined)?.tag;
  const at = tags?.findIndex(({ system, code }) => code === 'SUBSETTED' && system === SUBSETTED) ?? -1;
  if (at < 0) return;
  throw fault(
    'business-rule',
    'subsetted',
    {
      en: 'This is marked as part of a resource (SUBSETTED): stored, it would replace the whole. Read the resource again without _summary and _elements.',
      fr: 'Ceci est marqué comme partie d’une ressource (SUBSETTED) : l’enregistrer remplacerait le tout. Relisez la ressource sans _summary ni _elements.',
    },
    { expression: `${resourceType}.meta.tag[${at}]` },
  );
}

const SUBSETTED = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';

/** See {@link checkedResource}; only the type is looked at. */
export function resourceOfType(service: FhirService, body: unknown, type: string): AnyResource {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw fault('structure', 'resource-expected', {
      en: `The body must be one JSON object: ${a(type)}.`,
      fr: `Le corps doit être un objet JSON : une ressource ${type}.`,
    });
  }
  const found = (body as Record<string, unknown>).resourceType;
  if (typeof found !== 'string' || !service.definitions.isResourceType(found)) {
    throw fault(
      'structure',
      'resource-type-unknown',
      {
        en: `"resourceType" must name an R4 resource type${found === undefined ? ' and is missing' : `, ${shown(found)} is none`}. Send ${a(type)}.`,
        fr: `« resourceType » doit nommer un type de ressource R4${found === undefined ? ' et il manque' : ` ; ${shown(found)} n’en est pas un`}. Envoyez une ressource ${type}.`,
      },
      { expression: type },
    );
  }
  if (found !== type) {
    throw fault(
      'structure',
      'resource-type-other',
      {
        en: `The address names ${type}, the body is ${a(found)}. Send it to /${found}.`,
        fr: `L’adresse nomme ${type}, le corps est une ressource ${found}. Envoyez-la à /${found}.`,
      },
      { expression: found },
    );
  }
  return body as AnyResource;
}

/** Keys of patients written in the same request, by Patient id. */
export type NewPatients = ReadonlyMap<string, PatientKey>;
const NO_PATIENTS: NewPatients = new Map();

/**
 * The patient to whom a resource belongs: by the literal reference of its compartment element, or by the logical one
 * (`identifier`), which is looked up here and left as it is in the resource (the *mesures* flow of ANS names the patient so).
 * 0 = none.
 * @throws FaultError 422 when the reference names nobody here, or several.
 */
export async function patientOf(
  service: FhirService,
  store: ReadStore,
  resource: AnyResource,
  newPatients: NewPatients = NO_PATIENTS,
): Promise<PatientKey> {
  const id = service.extractor.compartmentPatient(resource) ?? (await logicalPatient(service, store, resource));
  if (id === undefined) return 0;
  const key = newPatients.get(id) ?? (await store.patientKeys([id])).get(id);
  if (key !== undefined) return key;
  const path = service.extractor.references(resource).find((r) => r.type === 'Patient' && r.id === id)?.path;
  throw new FaultError([danglingReference({ path: path ?? resource.resourceType, type: 'Patient', id })]);
}

async function logicalPatient(
  service: FhirService,
  store: ReadStore,
  resource: AnyResource,
): Promise<string | undefined> {
  const identifier = service.extractor.logicalPatient(resource);
  if (identifier === undefined) return undefined;
  const { system, value } = identifier;
  const page = await store.search({
    reach: everything,
    type: 'Patient',
    where: [{ kind: 'token', anyOf: [tokenHash('Patient', 'identifier', system, value)], rare: true }],
    sort: [],
    limit: 2,
  });
  const [only, second] = page.rows;
  if (only !== undefined && second === undefined) return only.id;
  // A reading that belongs to nobody would never count and nobody would notice: it is refused. Other resources may
  // point outside this server (R4 references.html#logical).
  if (only === undefined && resource.resourceType !== 'Observation') return undefined;
  const shown = `${system}|${value}`;
  throw fault(
    'business-rule',
    only === undefined ? 'logical-patient-unknown' : 'logical-patient-ambiguous',
    only === undefined
      ? {
          en: `No Patient here has the identifier ${shown}. Create the Patient first, then send the Observation again.`,
          fr: `Aucun Patient ne porte ici l’identifiant ${shown}. Créez d’abord le Patient, puis renvoyez l’Observation.`,
        }
      : {
          en: `Several Patients here have the identifier ${shown}. Name one of them by a reference (Patient/id).`,
          fr: `Plusieurs Patients portent ici l’identifiant ${shown}. Désignez-en un par une référence (Patient/id).`,
        },
    { expression: `${resource.resourceType}.subject` },
  );
}

/**
 * Refuses references to nothing. `known` are the references written in the same request; `work` is the one that writes them, so
 * that no deletion overtakes it.
 * @returns the references of each resource
 * @throws FaultError 422 with one fault a dangling reference.
 */
export async function checkReferences(
  service: FhirService,
  store: ReadStore,
  resources: readonly { readonly resource: AnyResource; readonly at: string }[],
  known: ReadonlySet<string>,
  work?: Work,
): Promise<readonly (readonly LocalReference[])[]> {
  const wanted = new Map<string, Wanted>();
  const found = resources.map(({ resource, at }) => {
    const references = service.extractor.references(resource);
    for (const reference of references) {
      const { type, id } = reference;
      const key = `${type}/${id}`;
      if (!known.has(key) && !wanted.has(key)) wanted.set(key, { type, id, reference, at });
    }
    return references;
  });
  if (wanted.size === 0) return found;
  if (work !== undefined) deletionsOf(service.store).refer(work, wanted);
  const missing = await store.missing([...wanted.values()]);
  if (missing.length > 0) {
    throw new FaultError(missing.map((m) => dangling(wanted.get(`${m.type}/${m.id}`)!)));
  }
  return found;
}

interface Wanted {
  readonly type: string;
  readonly id: string;
  readonly reference: LocalReference;
  readonly at: string;
}

function dangling({ type, id, reference: { path }, at }: Wanted): Fault {
  return danglingReference({ type, id, path: at === '' ? path : rebase(path, at) });
}

/** `Observation.subject` of the resource in entry 3 → `Bundle.entry[3].resource.subject`. */
export function rebase(expression: string, at: string): string {
  const dot = expression.indexOf('.');
  return dot < 0 ? at : at + expression.slice(dot);
}

function danglingReference(r: { path: string; type: string; id: string }): Fault {
  return {
    kind: 'business-rule',
    detail: 'reference-to-nothing',
    text: {
      en: `${r.type}/${r.id} does not exist here. Create it first, or put it into the same transaction.`,
      fr: `${r.type}/${r.id} n’existe pas ici. Créez-le d’abord, ou joignez-le à la même transaction.`,
    },
    ...(r.path === '' ? {} : { expression: r.path }),
  };
}

export interface Identity {
  readonly id: string;
  readonly version: number;
  readonly patient: PatientKey;
  readonly method: ResourceWrite['method'];
}

/** The state to store: server-managed id and meta set, text printed with the digits that were sent, index rows made. */
export function writeOf(
  service: FhirService,
  resource: AnyResource,
  body: Exact | Pick<Exact, 'digits'>,
  identity: Identity,
  references?: readonly LocalReference[],
): ResourceWrite {
  return writesOf(service, [{ resource, identity, ...(references === undefined ? {} : { references }) }], body)[0]!;
}

/** A resource to be stored; `references` are those in it, where they are known already. */
export interface Prepared {
  readonly resource: AnyResource;
  readonly identity: Identity;
  readonly references?: readonly LocalReference[];
}

/** See {@link writeOf}; for the resources of one body, all of whose digits are shown once, not once for each. */
export function writesOf(
  service: FhirService,
  items: readonly Prepared[],
  body: Pick<Exact, 'digits'>,
): ResourceWrite[] {
  const updated = new Date(service.clock.now()).toISOString();
  const stamped = items.map(({ resource, identity }) => stamp(resource, identity, updated));
  const texts = withDigits(body.digits.length === 0 ? body : onCopies(body, items, stamped), () =>
    stamped.map((resource) => JSON.stringify(resource)),
  );
  return items.map(({ identity, references }, i) => {
    const resource = stamped[i]!;
    return {
      type: resource.resourceType,
      id: identity.id,
      patient: identity.patient,
      version: identity.version,
      updated,
      method: identity.method,
      content: texts[i]!,
      rows: service.extractor.rows(resource, references),
      fact: resource.resourceType === 'Observation' ? service.extractor.fact(resource) : null,
      ...(resource.resourceType === 'Patient' ? { zone: service.extractor.zone(resource) } : {}),
    };
  });
}

/** A copy with resourceType, id and meta first, and those of the server in them. */
function stamp(resource: AnyResource, identity: Identity, updated: string): AnyResource {
  const { resourceType, id: _replaced, meta, ...rest } = resource;
  const { versionId: _version, lastUpdated: _updated, ...kept } = (meta ?? {}) as Record<string, unknown>;
  return {
    resourceType,
    id: identity.id,
    meta: { versionId: String(identity.version), lastUpdated: updated, ...kept },
    ...rest,
  } as AnyResource;
}

/** Numbers that stand directly on a resource or its meta stand on the copy. */
function onCopies(
  body: Pick<Exact, 'digits'>,
  items: readonly { readonly resource: AnyResource }[],
  stamped: readonly AnyResource[],
): Pick<Exact, 'digits'> {
  const copies = new Map<object, object>(items.map(({ resource }, i) => [resource, stamped[i]!]));
  const digits = body.digits.map((d) => {
    const copy = copies.get(d.holder);
    return copy === undefined ? d : { ...d, holder: copy as typeof d.holder };
  });
  return { digits };
}

/** A deletion of a stored state. */
export function deletionOf(
  service: FhirService,
  current: { type: string; id: string; patient: PatientKey; version: number },
): ResourceWrite {
  return {
    type: current.type,
    id: current.id,
    patient: current.patient,
    version: current.version + 1,
    updated: new Date(service.clock.now()).toISOString(),
    method: 'DELETE',
    content: null,
    rows: null,
    fact: null,
  };
}
