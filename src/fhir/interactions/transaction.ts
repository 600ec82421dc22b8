// A transaction: all entries or none. https://hl7.org/fhir/R4/http.html#trules
// Deletions first; then every entry gets its identity, patients before all else, because ids and keys carry their patient;
// then links are rewritten, references checked, and everything is written as one set; reads see the result.
import type { Fault } from '../../kernel/fault.ts';
import { FaultError } from '../../kernel/fault.ts';
import { patientOf as routedPatient } from '../../storage/ids.ts';
import type { PatientKey, ResourceWrite, Tx } from '../../storage/types.ts';
import type { Exact } from '../json.ts';
import type { FhirRequest, FhirService } from '../service.ts';
import { Allowance } from './allowance.ts';
import { removed, written } from './answer.ts';
import type { EntryAnswer } from './bundle.ts';
import { type Candidate, ConditionalReferences, checkedUnresolved } from './conditional-references.ts';
import { referring } from './deletions.ts';
import { type Entry, faultsOfEntry, refused } from './entries.ts';
import { isConditional, LinkTargets, linksOf } from './links.ts';
import { canonicalQuery } from './matching.ts';
import { checkDistinct, type Placed, Placing } from './placing.ts';
import { checkReferences, type Prepared, patientOf, writesOf } from './prepare.ts';
import { pointed } from './provenance.ts';
import { readEntryFrom } from './reading.ts';
import { danglingUrns, type Linked, type Resolved, rewriteLinks } from './rewrite.ts';
import { judgeEntries } from './rules.ts';
import { keyOf, type Need, touching } from './touching.ts';
import { checkId } from './update.ts';

type BundleRequest = FhirRequest & { body: Exact };

const NOTHING: Resolved = new Map();

/** @throws FaultError of the first entries that fail; nothing is stored then */
export async function transaction(
  service: FhirService,
  entries: readonly Entry[],
  request: BundleRequest,
): Promise<EntryAnswer[]> {
  checkAlone(service, entries);
  const linked = entries.flatMap(({ index, resource }): Linked[] =>
    resource === undefined ? [] : [{ index, resource, links: linksOf(resource) }],
  );
  const minimal = { ...request, prefer: request.prefer ?? 'minimal' } as const;
  const conditional = linked.some(({ links }) => links.some(isConditional));
  if (!conditional && entries.every((e) => e.method === 'POST' && e.ifNoneExist === undefined)) {
    return referring(service.store, async (work) => {
      const need: Need = { patient: () => undefined, deletion: () => undefined, again: never, work };
      const placing = new Placing(service, service.store, undefined, need, request.base);
      const writes = await put(service, undefined, placing, need, entries, linked, NOTHING, request);
      await service.store.create(writes);
      return writes.map((write) => written(service, write, 201, minimal));
    });
  }
  const keys = await keysTouched(service, entries);
  const deletes = entries.flatMap((e) => (e.method === 'DELETE' && e.id !== undefined ? [`${e.type}/${e.id}`] : []));
  const references = new ConditionalReferences(service, request.base);
  const work = async (tx: Tx, need: Need): Promise<EntryAnswer[]> => {
    const placing = new Placing(service, tx, tx, need, request.base);
    await placing.deleteAll(entries);
    await placing.patchAll(entries);
    const all = [...linked, ...placing.patched];
    const resolved = all.some(({ links }) => links.some(isConditional))
      ? await references.resolve(tx, all, candidatesOf(entries, placing))
      : NOTHING;
    const writes = await put(service, tx, placing, need, entries, all, resolved, request);
    await tx.write(writes);
    if (resolved !== NOTHING) await references.settle(tx, writtenBy(entries, placing), need.again);
    await placing.checkDeletions(entries);
    const byId = new Map(writes.map((w) => [`${w.type}/${w.id}`, w]));
    const answers: EntryAnswer[] = [];
    const allowance = new Allowance();
    for (const e of entries) {
      if (e.method === 'GET' || e.method === 'HEAD')
        answers.push(allowance.take(e, await readEntryFrom(service, tx, e, request)));
      else if (e.said !== true) answers.push(answerOf(service, e, placing.placed[e.index], byId, minimal));
    }
    return answers;
  };
  return touching(service.store, keys, work, [...new Set(deletes)]);
}

/** Everything that can be judged entry by entry; all faults at once, each naming its entry. */
function checkAlone(service: FhirService, entries: readonly Entry[]): void {
  const faults: Fault[] = [];
  const fullUrls = new Set<string>();
  for (const e of entries) {
    const at = `Bundle.entry[${e.index}]`;
    if (e.address.kind === 'operation') {
      throw refused(
        'entry-operation',
        `${at}.request.url`,
        'Operations are not run in a transaction. Send them in a batch, or on their own.',
        'Les opérations ne sont pas exécutées dans une transaction. Envoyez-les dans un batch, ou seules.',
      );
    }
    if (e.fullUrl !== undefined && e.method !== 'GET' && e.method !== 'HEAD') {
      if (fullUrls.has(e.fullUrl)) {
        throw refused(
          'full-url-twice',
          `${at}.fullUrl`,
          `${e.fullUrl} is the fullUrl of two entries. Give each its own, so that links are clear.`,
          `${e.fullUrl} est le fullUrl de deux entrées. Donnez-en un à chacune, pour que les liens soient clairs.`,
        );
      }
      fullUrls.add(e.fullUrl);
    }
    if (e.resource === undefined) continue;
    try {
      const resource = checkedUnresolved(service, e.resource, e.type);
      if (e.method === 'PUT' && e.id !== undefined) checkId(resource, e.type, e.id);
    } catch (error) {
      const named = faultsOfEntry(error, e.index);
      if (!(named instanceof FaultError)) throw named;
      faults.push(...named.faults);
    }
  }
  if (faults.some((f) => f.severity !== 'warning')) throw new FaultError(faults.slice(0, 100));
}

/** Patients that the transaction may touch, as far as they are known already; the rest is found on the way. */
async function keysTouched(service: FhirService, entries: readonly Entry[]): Promise<PatientKey[]> {
  const keys = new Set<PatientKey>();
  const ids = new Set<string>();
  const seen = new Set<string>();
  for (const e of entries) {
    if (e.method === 'GET' || e.method === 'HEAD') continue;
    const condition = e.condition ?? e.ifNoneExist;
    if (condition !== undefined) keys.add(keyOf(`${e.type}?${canonicalQuery(condition)}`));
    if (e.id !== undefined) {
      keys.add(keyOf(`${e.type}/${e.id}`));
      const routed = routedPatient(e.id);
      if (routed !== undefined) keys.add(routed);
      if (e.type === 'Patient') ids.add(e.id);
    }
    const patient = e.resource === undefined ? undefined : service.extractor.compartmentPatient(e.resource);
    if (patient !== undefined) ids.add(patient);
    const named = patient === undefined && e.resource !== undefined && service.extractor.logicalPatient(e.resource);
    const name = named ? `${named.system}|${named.value}` : '';
    if (named && !seen.has(name)) {
      seen.add(name);
      keys.add(await patientOf(service, service.store, e.resource!).catch(() => 0));
    }
  }
  for (const key of (await service.store.patientKeys([...ids])).values()) keys.add(key);
  return [...keys];
}

function never(): never {
  throw new Error('nothing to begin again');
}

/** The entry of each resource that is written. */
function writtenBy(entries: readonly Entry[], { placed }: Placing): ReadonlyMap<string, number> {
  const live = entries.filter((e) => e.method !== 'DELETE' && placed[e.index]?.there === undefined);
  return new Map(live.map((e) => [`${e.type}/${placed[e.index]?.id}`, e.index]));
}

/** What the transaction creates or changes, for searches that cannot see it yet. */
function candidatesOf(entries: readonly Entry[], placing: Placing): Candidate[] {
  const patched = new Map(placing.patched.map((p) => [p.index, p.resource]));
  return entries.flatMap((e): Candidate[] => {
    const resource = e.resource ?? patched.get(e.index);
    const id = placing.placed[e.index]?.id ?? e.id;
    const conditional = e.ifNoneExist !== undefined || (e.condition !== undefined && id === undefined);
    return resource === undefined ? [] : [{ index: e.index, resource, id, conditional }];
  });
}

/** Gives every entry its identity, rewrites links, checks references, and makes the writes in the order of the entries. */
async function put(
  service: FhirService,
  tx: Tx | undefined,
  placing: Placing,
  need: Need,
  entries: readonly Entry[],
  linked: readonly Linked[],
  resolved: Resolved,
  request: BundleRequest,
): Promise<ResourceWrite[]> {
  const targets = new LinkTargets();
  for (const e of entries) {
    if (e.method !== 'GET' && e.method !== 'HEAD') targets.add(e.index, e.type, e.fullUrl, e.id ?? e.resource?.id);
  }
  const rewrite = () => rewriteLinks(service, linked, targets, resolved, (index) => placing.placementOf(index));
  await placing.placeAll(entries.filter((e) => e.type === 'Patient'));
  rewrite();
  await placing.placeAll(entries.filter((e) => e.type !== 'Patient'));
  rewrite();
  const dangling = danglingUrns(linked, targets);
  if (dangling.length > 0) throw new FaultError(dangling.slice(0, 100));
  checkDistinct(entries, placing.placed);

  const written = linked.filter(({ index }) => placing.placed[index]?.there === undefined);
  const live = pointed(entries, written, (index) => placing.placementOf(index));
  const known = entries.flatMap((e) => (e.method === 'DELETE' ? [] : [`${e.type}/${placing.placed[e.index]?.id}`]));
  const checked = live.map(({ index, resource }) => ({ resource, at: `Bundle.entry[${index}].resource` }));
  const references = await checkReferences(service, tx ?? service.store, checked, new Set(known), need.work);
  await judgeEntries(service, tx, live, placing.placed);
  const items = live.map(({ index, resource }, i): Prepared => {
    const { id, patient, version } = placing.placed[index] as Placed;
    const method = entries[index]!.method as 'POST' | 'PUT' | 'PATCH';
    return { resource, identity: { id, patient, version: version + 1, method }, references: references[i]! };
  });
  return writesOf(service, items, { digits: [...request.body.digits, ...placing.digits] });
}

function answerOf(
  service: FhirService,
  e: Entry,
  placed: Placed | undefined,
  writes: ReadonlyMap<string, ResourceWrite>,
  request: FhirRequest,
): EntryAnswer {
  const reference = `${e.type}/${placed?.id}`;
  if (e.method === 'DELETE') return removed(placed === undefined ? e.type : reference, request, placed?.version);
  const write = writes.get(reference);
  // A conditional create that found its resource, maybe one that this transaction writes: the post is ignored.
  if (placed?.there !== undefined) return written(service, write ?? placed.there, 200, request);
  if (write === undefined) throw new Error(`entry ${e.index} was not written`);
  return written(service, write, placed?.created === true ? 201 : 200, request);
}
