// References of a transaction that are searches: `Patient?identifier=system|value`. https://hl7.org/fhir/R4/http.html#trules
// R4 resolves them when everything else is done: they see what the transaction itself writes, by every criterion of search.
import type { Fault } from '../../kernel/fault.ts';
import { FaultError, fault } from '../../kernel/fault.ts';
import type { Clause, Tx } from '../../storage/types.ts';
import { typeIndex } from '../extract/paths.ts';
import type { ParsedSearch, Query } from '../search/index.ts';
import type { AnyResource, FhirService } from '../service.ts';
import { isConditional, linksOf } from './links.ts';
import { queryPairs, readCondition } from './matching.ts';
import { checkedResource } from './prepare.ts';
import { expressionOf, type Linked, type Resolved } from './rewrite.ts';

/** The index of an entry, or a reference. */
type Target = number | string;

/** A resource that the transaction creates or changes. */
export interface Candidate {
  readonly index: number;
  readonly resource: AnyResource;
  /** Its id, when it is not new. */
  readonly id: string | undefined;
  /** A search says whether it is written at all (ifNoneExist), or which resource it changes (a conditional update). */
  readonly conditional: boolean;
}

/**
 * Judges a resource whose conditional references are not resolved yet: the validator sees references to the types that they
 * name.
 * @throws FaultError 400 and 422, as {@link checkedResource}
 */
export function checkedUnresolved(service: FhirService, body: unknown, type: string): AnyResource {
  const links = typeof body === 'object' && body !== null ? linksOf(body).filter(isConditional) : [];
  const named = links.filter(({ value }) => service.definitions.isResourceType(typeOf(value)));
  for (const { holder, key, value } of named) holder[key] = `${typeOf(value)}/0`;
  try {
    return checkedResource(service, body, type);
  } finally {
    for (const { holder, key, value } of named) holder[key] = value;
  }
}

/** `Patient` of `Patient?identifier=x`. */
function typeOf(reference: string): string {
  return reference.slice(0, reference.indexOf('?'));
}

/** A condition, and a place of it for messages. */
interface Asked {
  readonly reference: string;
  readonly expression: string;
}

/** Attempts to find references that depend on each other. */
const MOST_ATTEMPTS = 6;

/**
 * Resolves the conditional references of one transaction. What its own resources mean to tokens is known before they are
 * written; every other condition is asked of the database when they are, and the transaction begins again with the answer,
 * until the answer is what it was written with.
 */
export class ConditionalReferences {
  readonly #service: FhirService;
  readonly #base: string;
  /** What conditions asked of the database meant in the attempt before. */
  readonly #learned = new Map<string, Target>();
  #attempts = 0;
  #asked: readonly Asked[] = [];

  constructor(service: FhirService, base: string) {
    this.#service = service;
    this.#base = base;
  }

  /**
   * What each conditional reference means, as far as that is known before anything is written.
   * @throws FaultError 412 naming the place of each one that matches nothing, or several; 400 when it is no search
   */
  async resolve(tx: Tx, linked: readonly Linked[], candidates: readonly Candidate[]): Promise<Resolved> {
    const resolved = new Map<string, Target>();
    const asked = new Map<string, Asked>();
    const faults: Fault[] = [];
    const rows = new Rows(this.#service);
    for (const { index, resource, links } of linked) {
      for (const link of links) {
        const reference = link.value;
        if (!isConditional(link) || resolved.has(reference) || asked.has(reference)) continue;
        const expression = expressionOf(index, resource, link.holder, link.key);
        const found = await this.#known(tx, reference, candidates, rows, expression);
        const [only, second] = found ?? [];
        if (found === undefined) asked.set(reference, { reference, expression });
        else if (only !== undefined && second === undefined) resolved.set(reference, only);
        else faults.push(unresolved(reference, only !== undefined, expression));
      }
    }
    if (faults.length > 0) throw new FaultError(faults.slice(0, 100));
    this.#asked = [...asked.values()];
    return new Map([...resolved, ...this.#learned]);
  }

  /**
   * At most two of what matches; undefined when only the database can tell, once everything is written: a criterion that is no
   * token, or an entry that may turn out to be a resource that is stored.
   */
  async #known(
    tx: Tx,
    reference: string,
    candidates: readonly Candidate[],
    rows: Rows,
    expression: string,
  ): Promise<readonly Target[] | undefined> {
    const type = typeOf(reference);
    const { plan, applied } = await this.#read(tx, reference, expression);
    if (!isOfTokens(this.#service, type, applied, plan.where)) return undefined;
    const own = candidates.filter((c) => c.resource.resourceType === type);
    if (own.some((c) => c.conditional)) return undefined;
    const judged = own.filter((c) => plan.where.every((clause) => rows.hold(clause, c)));
    // What is stored of a resource that the transaction changes counts no more; one page is enough to see beyond them.
    const changed = new Set(own.map((c) => c.id));
    const stored = await tx.search({ ...plan, limit: changed.size + 2 });
    const references = stored.rows.filter((r) => !changed.has(r.id)).map((r) => `${type}/${r.id}`);
    return [...judged.map((c) => c.index), ...references].slice(0, 2);
  }

  #read(tx: Tx, reference: string, expression: string): Promise<ParsedSearch> {
    const type = typeOf(reference);
    const query = queryPairs(reference.slice(type.length));
    return readCondition(this.#service, tx, type, query, this.#base).catch((e) => {
      throw e instanceof FaultError ? new FaultError(e.faults.map((f) => ({ ...f, expression }))) : e;
    });
  }

  /**
   * After everything is written: asks the database what it could not be asked before.
   * @param indexOf the entry that wrote a resource (`Type/id`)
   * @param again begins the transaction again
   * @throws FaultError 412 as {@link resolve}; 422 when conditions depend on each other without end
   */
  async settle(tx: Tx, indexOf: ReadonlyMap<string, number>, again: () => never): Promise<void> {
    const faults: Fault[] = [];
    let changed = false;
    for (const { reference, expression } of this.#asked) {
      const type = typeOf(reference);
      const { plan } = await this.#read(tx, reference, expression);
      const [only, second] = (await tx.search({ ...plan, limit: 2 })).rows.map((r) => `${type}/${r.id}`);
      const found = only === undefined || second !== undefined ? undefined : (indexOf.get(only) ?? only);
      if (found !== this.#learned.get(reference)) changed = true;
      if (found !== undefined) this.#learned.set(reference, found);
      else {
        this.#learned.delete(reference);
        faults.push(unresolved(reference, only !== undefined, expression));
      }
    }
    if (changed && ++this.#attempts < MOST_ATTEMPTS) again();
    if (faults.length > 0) throw new FaultError(faults.slice(0, 100));
    if (changed) throw unsettled(this.#asked[0]!.expression);
  }
}

/**
 * Whether a condition finds by tokens of the resource itself: what a link of the transaction will say, what other resources say,
 * or what only the database can compare plays no part.
 */
function isOfTokens(service: FhirService, type: string, query: Query, where: readonly Clause[]): boolean {
  const { parameters } = typeIndex(service.definitions, type);
  const named = query.every(([name]) => name === '_id' || parameters.get(name.split(':')[0]!)?.kind === 'token');
  return named && where.every(isDecidable);
}

function isDecidable(clause: Clause): boolean {
  return (
    clause.kind === 'none' ||
    clause.kind === 'id' ||
    clause.kind === 'token' ||
    (clause.kind === 'or' && clause.anyOf.every(isDecidable))
  );
}

/** Judges search clauses on resources that are not stored yet. */
class Rows {
  readonly #tokens = new Map<AnyResource, ReadonlySet<string>>();
  readonly #service: FhirService;

  constructor(service: FhirService) {
    this.#service = service;
  }

  hold(clause: Clause, candidate: Candidate): boolean {
    switch (clause.kind) {
      case 'id':
        return candidate.id !== undefined && clause.anyOf.includes(candidate.id);
      case 'token': {
        const tokens = this.#tokensOf(candidate.resource);
        return clause.anyOf.some((hash) => tokens.has(hash));
      }
      case 'or':
        return clause.anyOf.some((one) => this.hold(one, candidate));
      default:
        return false;
    }
  }

  #tokensOf(resource: AnyResource): ReadonlySet<string> {
    let tokens = this.#tokens.get(resource);
    if (tokens === undefined) {
      tokens = new Set(this.#service.extractor.rows(resource, []).tokens);
      this.#tokens.set(resource, tokens);
    }
    return tokens;
  }
}

function unsettled(expression: string): Error {
  return fault(
    'business-rule',
    'reference-unsettled',
    {
      en: 'What the conditional references mean depends on each other, and does not settle. Refer to entries by their fullUrl instead.',
      fr: 'Les références conditionnelles dépendent les unes des autres, sans issue. Référencez plutôt les entrées par leur fullUrl.',
    },
    { expression },
  );
}

function unresolved(reference: string, several: boolean, expression: string): Fault {
  return {
    kind: 'duplicate-match',
    detail: several ? 'reference-ambiguous' : 'reference-unmatched',
    text: several
      ? {
          en: `Several resources match ${reference}. Make the condition narrower, or refer to one of them by its id.`,
          fr: `Plusieurs ressources répondent à ${reference}. Précisez la condition, ou référencez l’une d’elles par son id.`,
        }
      : {
          en: `Nothing matches ${reference}. Create it first, or put it into the same transaction.`,
          fr: `Rien ne répond à ${reference}. Créez la ressource d’abord, ou joignez-la à la même transaction.`,
        },
    expression,
  };
}
