// A deletion leaves no reference to nothing: it is refused while somebody refers to what it deletes.
// https://hl7.org/fhir/R4/http.html#delete (409, referential integrity)
import { fault } from '../../kernel/fault.ts';
import { referenceHash } from '../../storage/hash.ts';
import type { StoredResource, Tx } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import { elsewhereKey } from '../extract/elsewhere.ts';
import { type IndexPath, typeIndex } from '../extract/paths.ts';
import type { FhirService } from '../service.ts';

/** A resource that was deleted in the transaction. */
export interface Deleted {
  readonly type: string;
  readonly id: string;
  readonly patient: number;
}

/** Deletions asked about at once: a hundred keys of places each. */
const AT_ONCE = 50;
/** Rows looked at: a hash may belong to another text, two of them never do. */
const LOOKED_AT = 5;

/** A place of a type that may hold a reference. */
export interface Place {
  readonly type: string;
  readonly key: number;
}

const places = new WeakMap<Definitions, ReadonlyMap<string, readonly Place[]>>();

/** The places, of any type, that may hold a reference to a type. */
export function placesOf(definitions: Definitions, target: string): readonly Place[] {
  let found = places.get(definitions);
  if (found === undefined) {
    found = gather(definitions);
    places.set(definitions, found);
  }
  return found.get(target) ?? [];
}

/** Once: 70 ms. */
function gather(definitions: Definitions): ReadonlyMap<string, readonly Place[]> {
  const all = new Map<string, Map<number, Place>>(definitions.resourceTypes.map((target) => [target, new Map()]));
  for (const type of definitions.resourceTypes) {
    const index = typeIndex(definitions, type);
    const elsewhere = elsewhereKey(type);
    for (const ofTarget of all.values()) ofTarget.set(elsewhere, { type, key: elsewhere });
    for (const path of index.paths) {
      // What the element may name counts: a parameter may be about fewer types.
      for (const target of path.kind === 'reference' ? targetsOf(path, definitions) : []) {
        if (target !== 'Patient' || path !== index.patientPath) all.get(target)?.set(path.key, { type, key: path.key });
      }
    }
  }
  return new Map([...all].map(([target, found]) => [target, [...found.values()]]));
}

function targetsOf({ branches }: IndexPath, { resourceTypes }: Definitions): readonly string[] {
  const named = branches.filter(({ type }) => type === 'Reference').flatMap(({ targets }) => targets);
  const any = branches.some(({ type, targets }) => type === 'Reference' && targets.length === 0);
  return any || named.includes('Resource') ? resourceTypes : named;
}

/**
 * Refuses deletions that leave references to nothing. Asked after everything is written: who goes too, or refers no more, is in
 * nobody's way. Sees every reference, wherever it stands, and everything that belongs to a patient.
 * @throws FaultError 409 naming one who refers
 */
export async function checkUnreferenced(service: FhirService, tx: Tx, deleted: readonly Deleted[]): Promise<void> {
  for (let i = 0; i < deleted.length; i += AT_ONCE) {
    const some = deleted.slice(i, i + AT_ONCE);
    const tokens = some.flatMap((d) =>
      placesOf(service.definitions, d.type).map(({ type, key }) => ({ type, token: referenceHash(key, d.type, d.id) })),
    );
    const patients = some.flatMap(({ type, patient }) => (type === 'Patient' ? [patient] : []));
    const found = await tx.referrers(tokens, patients, LOOKED_AT);
    for (const referrer of found) {
      const target = some.find((d) => refers(referrer, d));
      if (target !== undefined) throw referenced(target, referrer);
    }
  }
}

function refers(referrer: StoredResource, { type, id, patient }: Deleted): boolean {
  return (type === 'Patient' && referrer.patient === patient) || referrer.content?.includes(`${type}/${id}`) === true;
}

function referenced(target: Deleted, referrer: StoredResource): Error {
  const [what, who] = [`${target.type}/${target.id}`, `${referrer.type}/${referrer.id}`];
  return fault('conflict', 'delete-referenced', {
    en: `${what} is in use: ${who} refers to it. Delete or change that first, or both in one transaction.`,
    fr: `${what} est utilisé : ${who} y fait référence. Supprimez ou modifiez d’abord cette ressource, ou les deux dans une même transaction.`,
  });
}
