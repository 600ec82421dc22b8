// The identities of a transaction's entries: which resource each one means, whose it is, which version it is at.

import { fault } from '../../kernel/fault.ts';
import { newId } from '../../storage/ids.ts';
import type { PatientKey, ReadStore, ResourceWrite, StoredResource, Tx } from '../../storage/types.ts';
import type { Digits, Exact } from '../json.ts';
import type { AnyResource, FhirService } from '../service.ts';
import { checkedUnresolved } from './conditional-references.ts';
import { type Entry, faultsOfEntry } from './entries.ts';
import { isConditional, linksOf } from './links.ts';
import { canonicalQuery, claim, matchOf } from './matching.ts';
import { noMatch, patchedResource } from './patch.ts';
import { deletionOf, patientOf } from './prepare.ts';
import { checkUnreferenced } from './referrers.ts';
import type { Linked, Placement } from './rewrite.ts';
import { afterDeletion } from './rules.ts';
import type { Need } from './touching.ts';
import { checkUnused, idOfMatch, lockForUpdate } from './update.ts';

export interface Placed {
  readonly id: string;
  readonly patient: PatientKey;
  /** Version before the transaction, 0 = none; of a deletion, the version that it made. */
  readonly version: number;
  /** What a conditional create found: nothing to write. */
  readonly there?: StoredResource | ResourceWrite;
  readonly created: boolean;
}

/** Works on the entries of one attempt of a transaction, or on pure creates without one (`tx` undefined). */
export class Placing {
  /** By entry index. */
  readonly placed: (Placed | undefined)[] = [];
  readonly #patched = new Map<number, Linked>();
  readonly #types: string[] = [];
  readonly #digits: Digits[] = [];
  readonly #deleted: ResourceWrite[] = [];
  readonly #service: FhirService;
  readonly #store: ReadStore;
  readonly #tx: Tx | undefined;
  readonly #need: Need;
  readonly #base: string;
  /** Keys of patients that the transaction writes, by id. */
  readonly #newPatients = new Map<string, PatientKey>();
  readonly #newKeys = new Set<PatientKey>();
  /** Patients found by their identifier: a gateway's bundle names the same few again and again. */
  readonly #logical = new Map<string, PatientKey>();
  /** Entry that made what a condition asks for, by type and condition. */
  readonly #made = new Map<string, number>();

  constructor(service: FhirService, store: ReadStore, tx: Tx | undefined, need: Need, base: string) {
    this.#service = service;
    this.#store = store;
    this.#tx = tx;
    this.#need = need;
    this.#base = base;
  }

  /** What PATCH entries leave. */
  get patched(): readonly Linked[] {
    return [...this.#patched.values()];
  }

  /** Digits of what was patched. */
  get digits(): Exact['digits'] {
    return this.#digits;
  }

  placementOf(index: number): Placement | undefined {
    const placed = this.placed[index];
    if (placed === undefined) return undefined;
    const type = this.#types[index];
    return {
      reference: `${type}/${placed.id}`,
      version: placed.there === undefined ? placed.version + 1 : placed.version,
    };
  }

  #place(e: Entry, placed: Placed): void {
    this.placed[e.index] = placed;
    this.#types[e.index] = e.type;
  }

  /** Deletes before anything is searched. */
  async deleteAll(entries: readonly Entry[]): Promise<void> {
    const tx = this.#tx as Tx;
    const deletions: ResourceWrite[] = [];
    await this.#each(entries, ['DELETE'], async (e) => {
      const id = e.id ?? (await this.#match(tx, e))?.id;
      if (id === undefined) return;
      const current = await lockForUpdate(tx, e.type, id, e.ifMatch, e.ifNoneMatch);
      if (current === undefined) return;
      this.#need.patient(current.patient);
      const live = current.content !== null;
      if (live) deletions.push(deletionOf(this.#service, current));
      const version = current.version + (live ? 1 : 0);
      this.#place(e, { id, patient: current.patient, version, created: false });
    });
    checkDistinct(entries, this.placed);
    if (deletions.length === 0) return;
    this.#need.deletion(deletions.map(({ type, id }) => `${type}/${id}`));
    this.#deleted.push(...deletions);
    await tx.write(deletions);
    await afterDeletion(this.#service, tx, deletions);
  }

  /** After everything is written. @throws FaultError 409 naming the entry and who refers to what it deletes */
  async checkDeletions(entries: readonly Entry[]): Promise<void> {
    const tx = this.#tx as Tx;
    if (this.#deleted.length === 0) return;
    try {
      await checkUnreferenced(this.#service, tx, this.#deleted);
    } catch (error) {
      // Which of them it is: asked again, one by one, for this one will not be committed.
      await this.#each(entries, ['DELETE'], async (e) => {
        const own = this.#deleted.filter((d) => d.type === e.type && d.id === this.placed[e.index]?.id);
        await checkUnreferenced(this.#service, tx, own);
      });
      throw error;
    }
  }

  /** Applies patches; whose the result is, is seen when links are rewritten. */
  async patchAll(entries: readonly Entry[]): Promise<void> {
    const tx = this.#tx as Tx;
    await this.#each(entries, ['PATCH'], async (e) => {
      const match = e.condition === undefined ? undefined : await this.#match(tx, e);
      if (e.condition !== undefined && match === undefined) throw noMatch(e.type, e.condition);
      const id = e.id ?? match!.id;
      const current = await lockForUpdate(tx, e.type, id, e.ifMatch, e.ifNoneMatch);
      const { resource, digits } = patchedResource(this.#service, current, e.type, id, e.patch!, checkedUnresolved);
      this.#need.patient(current!.patient);
      this.#digits.push(...digits);
      // What stood in the resource before means what it says; only what can be no stored reference is a link to an entry.
      const links = linksOf(resource).filter((l) => l.value.startsWith('urn:') || isConditional(l));
      this.#patched.set(e.index, { index: e.index, resource, links });
      this.#place(e, { id, patient: current!.patient, version: current!.version, created: false });
    });
  }

  /** Places creates and updates, and finds the patients of what was patched. */
  async placeAll(entries: readonly Entry[]): Promise<void> {
    await this.#each(entries, ['POST'], (e) => this.#post(e));
    await this.#each(entries, ['PUT'], (e) => this.#put(e));
    await this.#each(entries, ['PATCH'], async (e) => {
      const placed = this.placed[e.index]!;
      if (e.type === 'Patient') return;
      const { resource } = this.#patched.get(e.index)!;
      const patient = await this.#patientOf(resource);
      this.#place(e, { ...placed, patient });
    });
  }

  async #post(e: Entry): Promise<void> {
    const tx = this.#tx;
    const made = e.ifNoneExist === undefined ? undefined : `${e.type}?${canonicalQuery(e.ifNoneExist)}`;
    if (e.ifNoneExist !== undefined && tx !== undefined && made !== undefined) {
      const first = this.#made.get(made);
      const there = first === undefined ? await this.#match(tx, e, e.ifNoneExist) : undefined;
      if (there !== undefined) {
        this.#place(e, { id: there.id, patient: there.patient, version: there.version, there, created: false });
        return;
      }
      if (first !== undefined) {
        // The same condition twice: the second finds what the first makes.
        this.#place(e, { ...this.placed[first]!, there: this.#promised(first) });
        return;
      }
    }
    const patient = await this.#patientOfNew(e);
    const id = newId(patient, this.#service.clock);
    if (e.ifNoneExist !== undefined && tx !== undefined && made !== undefined) {
      await claim(tx, e.type, e.ifNoneExist, id);
      this.#made.set(made, e.index);
    }
    if (e.type === 'Patient') this.#bring(id, patient);
    this.#place(e, { id, patient, version: 0, created: true });
  }

  async #put(e: Entry): Promise<void> {
    const tx = this.#tx as Tx;
    const resource = e.resource as AnyResource;
    const match = e.condition === undefined ? undefined : await this.#match(tx, e);
    const known = e.id ?? idOfMatch(e.type, resource.id, match);
    const patient = e.type === 'Patient' ? await this.#keyOf(known) : await this.#patientOf(resource);
    const id = known ?? newId(patient, this.#service.clock);
    const current = await lockForUpdate(tx, e.type, id, e.ifMatch, e.ifNoneMatch);
    if (current !== undefined) this.#need.patient(current.patient);
    if (e.condition !== undefined && match === undefined) {
      checkUnused(current, e.type, id);
      const made = `${e.type}?${canonicalQuery(e.condition)}`;
      if (this.#made.has(made)) throw twice(made);
      await claim(tx, e.type, e.condition, id);
      this.#made.set(made, e.index);
    }
    if (e.type === 'Patient') this.#bring(id, patient);
    const created = current === undefined || current.content === null;
    this.#place(e, { id, patient, version: current?.version ?? 0, created });
  }

  /** A Patient that the transaction writes. */
  #bring(id: string, patient: PatientKey): void {
    this.#newPatients.set(id, patient);
    this.#newKeys.add(patient);
  }

  /** What an entry will have written, as far as the answer of another needs it. */
  #promised(index: number): StoredResource {
    const { id, patient } = this.placed[index]!;
    const updated = new Date(this.#service.clock.now()).toISOString();
    return { type: this.#types[index]!, id, patient, version: 1, updated, method: 'POST', content: null };
  }

  #match(tx: Tx, e: Entry, query = e.condition ?? []): Promise<StoredResource | undefined> {
    return matchOf(this.#service, tx, e.type, query, this.#base);
  }

  async #patientOfNew(e: Entry): Promise<PatientKey> {
    return e.type === 'Patient' ? this.#service.store.newPatientKey() : this.#patientOf(e.resource as AnyResource);
  }

  async #patientOf(resource: AnyResource): Promise<PatientKey> {
    const { extractor } = this.#service;
    const named = extractor.compartmentPatient(resource) === undefined ? extractor.logicalPatient(resource) : undefined;
    const name = named && `${named.system}|${named.value}`;
    const found = name === undefined ? undefined : this.#logical.get(name);
    const patient = found ?? (await patientOf(this.#service, this.#store, resource, this.#newPatients));
    if (name !== undefined && patient !== 0) this.#logical.set(name, patient);
    // Nobody else can touch a patient that this transaction makes.
    if (!this.#newKeys.has(patient)) this.#need.patient(patient);
    return patient;
  }

  /** A Patient keeps its key, or gets one. */
  async #keyOf(id: string | undefined): Promise<PatientKey> {
    const key = id === undefined ? undefined : (await this.#store.patientKeys([id])).get(id);
    if (key !== undefined) this.#need.patient(key);
    return key ?? this.#service.store.newPatientKey();
  }

  async #each(
    entries: readonly Entry[],
    methods: readonly Entry['method'][],
    work: (e: Entry) => Promise<void>,
  ): Promise<void> {
    for (const e of entries) {
      if (!methods.includes(e.method)) continue;
      try {
        await work(e);
      } catch (error) {
        throw faultsOfEntry(error, e.index);
      }
    }
  }
}

/** R4: when identities overlap, also those that conditions found, the transaction fails. @throws FaultError 400 */
export function checkDistinct(entries: readonly Entry[], placed: readonly (Placed | undefined)[]): void {
  const seen = new Set<string>();
  for (const e of entries) {
    const own = placed[e.index];
    if (own === undefined || own.there !== undefined) continue;
    const reference = `${e.type}/${own.id}`;
    if (seen.has(reference)) throw faultsOfEntry(twice(reference), e.index);
    seen.add(reference);
  }
}

function twice(what: string): Error {
  return fault('invalid', 'entry-twice', {
    en: `${what} stands twice in the transaction. A resource may be written once in it.`,
    fr: `${what} figure deux fois dans la transaction. Une ressource ne peut y être écrite qu’une fois.`,
  });
}
