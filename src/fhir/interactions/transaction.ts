// A transaction: all entries or none. https://hl7.org/fhir/R4/http.html#trules
// Patients are placed first, because the ids and keys of all else carry their patient; then links are rewritten, references
// checked, and everything is written as one set.
import type { Fault } from '../../kernel/fault.ts';
import { FaultError, fault } from '../../kernel/fault.ts';
import { newId, patientOf as routedPatient } from '../../storage/ids.ts';
import type { PatientKey, ReadStore, ResourceWrite, Tx } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { Exact } from '../json.ts';
import type { FhirRequest, FhirService } from '../service.ts';
import { stated, unknown, written } from './answer.ts';
import type { Entry, EntryAnswer } from './bundle.ts';
import { faultsOfEntry } from './bundle.ts';
import type { Link } from './links.ts';
import { LinkTargets, linksOf } from './links.ts';
import { claim, matchOf, queryPairs } from './matching.ts';
import { checkedResource, checkReferences, deletionOf, patientOf, rebase, writeOf } from './prepare.ts';
import { searchWith } from './search.ts';
import { checkId, lockForUpdate } from './update.ts';

type BundleRequest = FhirRequest & { body: Exact };

/** What is known of an entry while the transaction is put together. */
interface Placed {
  id: string;
  patient: PatientKey;
  version: number;
  /** Version found by a conditional create: nothing to write. */
  there?: number;
  created: boolean;
}

/** @throws FaultError of the first entries that fail; nothing is stored then */
export async function transaction(
  service: FhirService,
  entries: readonly Entry[],
  request: BundleRequest,
): Promise<EntryAnswer[]> {
  checkEntries(service, entries);
  const links = entries.map((e) => (e.resource === undefined ? [] : linksOf(e.resource)));
  if (entries.every((e) => e.method === 'POST' && e.ifNoneExist === undefined)) {
    const { writes } = await put(service, service.store, undefined, entries, links, request);
    await service.store.create([...writes.values()]);
    return entries.map((e) => answerOf(service, writes.get(e.index), request));
  }
  const keys = await keysTouched(service, entries);
  return service.store.transaction(keys, async (tx) => {
    const { placed, writes } = await put(service, tx, tx, entries, links, request);
    // R4 order: DELETE, POST, PUT, GET; the order inside one set of statements is the order of this list.
    const ordered = [...writes.values()].sort((a, b) => Number(b.method === 'DELETE') - Number(a.method === 'DELETE'));
    await tx.write(ordered);
    for (const w of ordered) if (w.method === 'DELETE') await tx.releaseWindows(w.id);
    const answers: EntryAnswer[] = [];
    for (const e of entries) {
      if (e.method === 'GET') answers.push(await get(service, tx, e, request));
      else answers.push(answerOf(service, writes.get(e.index), request, e, placed[e.index]));
    }
    return answers;
  });
}

/** Everything that can be judged entry by entry; all faults at once, each naming its entry. */
function checkEntries(service: FhirService, entries: readonly Entry[]): void {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  for (const e of entries) {
    if (e.id !== undefined && e.method !== 'GET') {
      const reference = `${e.type}/${e.id}`;
      if (seen.has(reference)) {
        throw fault(
          'invalid',
          'entry-twice',
          {
            en: `${reference} stands twice in the transaction. A resource may be written once in it.`,
            fr: `${reference} figure deux fois dans la transaction. Une ressource ne peut y être écrite qu’une fois.`,
          },
          { expression: `Bundle.entry[${e.index}]` },
        );
      }
      seen.add(reference);
    }
    if (e.resource === undefined) continue;
    try {
      const resource = checkedResource(service, e.resource, e.type);
      if (e.method === 'PUT') checkId(resource, e.type, e.id ?? '');
    } catch (error) {
      const named = faultsOfEntry(error, e.index);
      if (!(named instanceof FaultError)) throw named;
      faults.push(...named.faults);
    }
  }
  if (faults.some((f) => f.severity !== 'warning')) throw new FaultError(faults.slice(0, 100));
}

/** Patients that the transaction may touch, as far as they exist already; 0 for everything shared. */
async function keysTouched(service: FhirService, entries: readonly Entry[]): Promise<PatientKey[]> {
  const keys = new Set<PatientKey>([0]);
  const ids = new Set<string>();
  for (const e of entries) {
    if (e.id !== undefined) {
      const routed = routedPatient(e.id);
      if (routed !== undefined) keys.add(routed);
      if (e.type === 'Patient') ids.add(e.id);
    }
    const patient = e.resource === undefined ? undefined : service.extractor.compartmentPatient(e.resource);
    if (patient !== undefined) ids.add(patient);
    else if (e.resource !== undefined && service.extractor.logicalPatient(e.resource) !== undefined) {
      keys.add(await patientOf(service, service.store, e.resource).catch(() => 0));
    }
  }
  for (const key of (await service.store.patientKeys([...ids])).values()) keys.add(key);
  return [...keys];
}

/** Gives every entry its id and patient, rewrites links, checks references, and makes the writes by entry index. */
async function put(
  service: FhirService,
  store: ReadStore,
  tx: Tx | undefined,
  entries: readonly Entry[],
  links: readonly (readonly Link[])[],
  request: BundleRequest,
): Promise<{ placed: (Placed | undefined)[]; writes: Map<number, ResourceWrite> }> {
  const targets = new LinkTargets();
  for (const e of entries) if (e.method !== 'GET') targets.add(e.index, e.type, e.fullUrl, e.id ?? e.resource?.id);
  const placed: (Placed | undefined)[] = entries.map(() => undefined);
  const newPatients = new Map<string, PatientKey>();

  const place = async (e: Entry): Promise<void> => {
    try {
      placed[e.index] = await placeEntry(service, store, tx, e, newPatients);
    } catch (error) {
      throw faultsOfEntry(error, e.index);
    }
  };
  for (const e of entries) if (e.type === 'Patient' && e.method !== 'GET') await place(e);
  rewrite(entries, links, targets, placed);
  for (const e of entries) if (e.type !== 'Patient' && e.method !== 'GET') await place(e);
  const dangling = rewrite(entries, links, targets, placed);
  if (dangling.length > 0) throw new FaultError(dangling);

  const live = entries.filter((e) => e.resource !== undefined && placed[e.index]?.there === undefined);
  const known = new Set(entries.filter((e) => e.method !== 'DELETE').map((e) => `${e.type}/${placed[e.index]?.id}`));
  await checkReferences(
    service,
    store,
    live.map((e) => ({
      resource: e.resource as NonNullable<Entry['resource']>,
      at: `Bundle.entry[${e.index}].resource`,
    })),
    known,
  );
  const writes = new Map<number, ResourceWrite>();
  for (const e of entries) {
    const p = placed[e.index];
    if (p === undefined || p.there !== undefined) continue;
    if (e.method === 'DELETE') {
      if (p.version > 0)
        writes.set(e.index, deletionOf(service, { type: e.type, id: p.id, patient: p.patient, version: p.version }));
    } else if (e.resource !== undefined && (e.method === 'POST' || e.method === 'PUT')) {
      writes.set(
        e.index,
        writeOf(service, e.resource, request.body, {
          id: p.id,
          version: p.version + 1,
          patient: p.patient,
          method: e.method,
        }),
      );
    }
  }
  return { placed, writes };
}

async function placeEntry(
  service: FhirService,
  store: ReadStore,
  tx: Tx | undefined,
  e: Entry,
  newPatients: Map<string, PatientKey>,
): Promise<Placed> {
  if (e.method === 'DELETE' || e.method === 'PUT') {
    const id = e.id as string;
    const current = await lockForUpdate(tx as Tx, e.type, id, e.ifMatch);
    if (e.method === 'DELETE') {
      if (current === undefined) throw unknown(e.type, id);
      return { id, patient: current.patient, version: current.content === null ? 0 : current.version, created: false };
    }
    const resource = e.resource as NonNullable<Entry['resource']>;
    const patient =
      e.type === 'Patient'
        ? ((await store.patientKeys([id])).get(id) ?? service.store.newPatientKey())
        : await patientOf(service, store, resource, newPatients);
    if (e.type === 'Patient') newPatients.set(id, patient);
    return { id, patient, version: current?.version ?? 0, created: current === undefined || current.content === null };
  }
  const resource = e.resource as NonNullable<Entry['resource']>;
  const patient =
    e.type === 'Patient' ? service.store.newPatientKey() : await patientOf(service, store, resource, newPatients);
  const id = newId(patient, service.clock);
  if (e.ifNoneExist !== undefined && tx !== undefined) {
    const query = queryPairs(e.ifNoneExist);
    const state = await matchOf(service, tx, e.type, query, '');
    if (state === undefined) await claim(tx, e.type, query, id);
    if (state !== undefined)
      return { id: state.id, patient: state.patient, version: state.version, there: state.version, created: false };
  }
  if (e.type === 'Patient') newPatients.set(id, patient);
  return { id, patient, version: 0, created: true };
}

/** Points links at the ids known so far; returns a fault for each urn that leads to no entry. */
function rewrite(
  entries: readonly Entry[],
  links: readonly (readonly Link[])[],
  targets: LinkTargets,
  placed: readonly (Placed | undefined)[],
): Fault[] {
  const dangling: Fault[] = [];
  for (const e of entries) {
    for (const link of links[e.index] ?? []) {
      const index = targets.entryOf(link.value);
      const target = index === undefined ? undefined : entries[index];
      if (index !== undefined && target !== undefined) {
        const p = placed[index];
        if (p !== undefined) link.holder[link.key] = `${target.type}/${p.id}`;
      } else if (link.key === 'reference' && link.value.startsWith('urn:')) {
        dangling.push({
          kind: 'business-rule',
          detail: 'urn-to-nothing',
          text: {
            en: `${link.value} is the fullUrl of no entry of this Bundle. Add the entry, or refer to an existing resource.`,
            fr: `${link.value} n’est le fullUrl d’aucune entrée de ce Bundle. Ajoutez l’entrée, ou référencez une ressource existante.`,
          },
          expression: rebase(`${e.type}.reference`, `Bundle.entry[${e.index}].resource`),
        });
      }
    }
  }
  return dangling;
}

function answerOf(
  service: FhirService,
  write: ResourceWrite | undefined,
  request: FhirRequest,
  entry?: Entry,
  placed?: Placed,
): EntryAnswer {
  const minimal = { ...request, prefer: request.prefer ?? 'minimal' } as const;
  if (write === undefined) {
    // A conditional create that found its resource, or the deletion of what was deleted.
    if (entry?.method === 'DELETE' || placed?.there === undefined) return { status: 204 };
    return { status: 200, location: `${entry?.type}/${placed.id}/_history/${placed.there}`, version: placed.there };
  }
  if (write.method === 'DELETE') return { status: 204, version: write.version };
  return written(service, write, write.method === 'POST' || placed?.created === true ? 201 : 200, minimal);
}

async function get(service: FhirService, tx: Tx, e: Entry, request: BundleRequest): Promise<EntryAnswer> {
  try {
    if (e.id === undefined)
      return await searchWith(service, tx, e.type, { ...request, query: queryPairs(e.url.split('?')[1] ?? '') });
    const state = await tx.read(e.type, e.id, everything);
    if (state === undefined) throw unknown(e.type, e.id);
    return stated(state, request);
  } catch (error) {
    throw faultsOfEntry(error, e.index);
  }
}
