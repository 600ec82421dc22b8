// References of a transaction that are searches: `Patient?identifier=system|value`. https://hl7.org/fhir/R4/http.html#trules
// R4 resolves them when everything else is done, so what the transaction itself writes counts too.
import type { Fault } from '../../kernel/fault.ts';
import { FaultError, fault } from '../../kernel/fault.ts';
import type { Clause, Tx } from '../../storage/types.ts';
import type { AnyResource, FhirService } from '../service.ts';
import { isConditional, linksOf } from './links.ts';
import { queryPairs, readCondition } from './matching.ts';
import { checkedResource } from './prepare.ts';
import { expressionOf, type Linked } from './rewrite.ts';

/** A resource that the transaction creates or changes. */
export interface Candidate {
  readonly index: number;
  readonly resource: AnyResource;
  /** Its id, when it is not new. */
  readonly id: string | undefined;
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

/**
 * What each conditional reference means: a reference, or the index of an entry.
 * @throws FaultError 412 naming the place of each one that matches nothing, or several; 400 when it is no search
 */
export async function resolveConditional(
  service: FhirService,
  tx: Tx,
  linked: readonly Linked[],
  candidates: readonly Candidate[],
  base: string,
): Promise<ReadonlyMap<string, number | string>> {
  const resolved = new Map<string, number | string>();
  const faults: Fault[] = [];
  const rows = new Rows(service);
  for (const { index, resource, links } of linked) {
    for (const link of links) {
      if (!isConditional(link) || resolved.has(link.value)) continue;
      const expression = expressionOf(index, resource, link.holder, link.key);
      const found = await matches(service, tx, link.value, candidates, rows, base, expression);
      const [only, second] = found;
      if (only !== undefined && second === undefined) resolved.set(link.value, only);
      else faults.push(unresolved(link.value, only !== undefined, expression));
    }
  }
  if (faults.length > 0) throw new FaultError(faults.slice(0, 100));
  return resolved;
}

/** At most two of what matches. */
async function matches(
  service: FhirService,
  tx: Tx,
  reference: string,
  candidates: readonly Candidate[],
  rows: Rows,
  base: string,
  expression: string,
): Promise<readonly (number | string)[]> {
  const type = typeOf(reference);
  const { plan } = await readCondition(service, tx, type, queryPairs(reference.slice(type.length)), base).catch((e) => {
    throw e instanceof FaultError ? new FaultError(e.faults.map((f) => ({ ...f, expression }))) : e;
  });
  const own = candidates.filter((c) => c.resource.resourceType === type);
  const judged = own.filter((c) => plan.where.every((clause) => rows.hold(clause, c, expression)));
  // What is stored of a resource that the transaction changes counts no more; one page is enough to see beyond them.
  const changed = new Set(own.map((c) => c.id));
  const stored = await tx.search({ ...plan, limit: changed.size + 2 });
  const references = stored.rows.filter((r) => !changed.has(r.id)).map((r) => `${type}/${r.id}`);
  return [...judged.map((c) => c.index), ...references].slice(0, 2);
}

/** Judges search clauses on resources that are not stored yet. */
class Rows {
  readonly #tokens = new Map<AnyResource, ReadonlySet<string>>();
  readonly #service: FhirService;

  constructor(service: FhirService) {
    this.#service = service;
  }

  hold(clause: Clause, candidate: Candidate, expression: string): boolean {
    switch (clause.kind) {
      case 'none':
        return false;
      case 'id':
        return candidate.id !== undefined && clause.anyOf.includes(candidate.id);
      case 'token': {
        const tokens = this.#tokensOf(candidate.resource);
        return clause.anyOf.some((hash) => tokens.has(hash));
      }
      case 'or':
        return clause.anyOf.some((one) => this.hold(one, candidate, expression));
      default:
        throw fault(
          'not-supported',
          'condition-in-bundle',
          {
            en: 'Among resources of the same transaction, a conditional reference finds by tokens with their system, such as identifier=system|value. Refer to the entry by its fullUrl instead.',
            fr: 'Parmi les ressources de la même transaction, une référence conditionnelle cherche par des tokens avec leur système, comme identifier=système|valeur. Référencez plutôt l’entrée par son fullUrl.',
          },
          { expression },
        );
    }
  }

  #tokensOf(resource: AnyResource): ReadonlySet<string> {
    let tokens = this.#tokens.get(resource);
    if (tokens === undefined) {
      tokens = new Set(this.#service.extractor.rows(resource).tokens);
      this.#tokens.set(resource, tokens);
    }
    return tokens;
  }
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
