// create and conditional create: https://hl7.org/fhir/R4/http.html#create
import { fault } from '../../kernel/fault.ts';
import { newId } from '../../storage/ids.ts';
import type { Tx } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { Exact } from '../json.ts';
import { parseSearch } from '../search/index.ts';
import type { AnyResource, FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { written } from './answer.ts';
import { checkedResource, checkReferences, patientOf, writeOf } from './prepare.ts';

const NONE: ReadonlySet<string> = new Set();

/** Stores a new resource under an id of the server's. @throws FaultError 400, 412 (several match If-None-Exist), 422 */
export async function create(
  service: FhirService,
  type: string,
  request: FhirRequest & { body: Exact },
): Promise<FhirResponse> {
  const resource = checkedResource(service, request.body.value, type);
  await checkReferences(service, service.store, [{ resource, at: '' }], NONE);
  const patient =
    type === 'Patient' ? service.store.newPatientKey() : await patientOf(service, service.store, resource);
  const id = newId(patient, service.clock);
  if (request.ifNoneExist !== undefined) {
    return createUnlessThere(service, type, resource, { ...request, ifNoneExist: request.ifNoneExist }, id, patient);
  }
  const write = writeOf(service, resource, request.body, { id, version: 1, patient, method: 'POST' });
  await service.store.create([write]);
  return written(write, 201, request);
}

async function createUnlessThere(
  service: FhirService,
  type: string,
  resource: AnyResource,
  request: FhirRequest & { body: Exact; ifNoneExist: string },
  id: string,
  patient: number,
): Promise<FhirResponse> {
  return service.store.transaction([patient], async (tx) => {
    const there = await theOneThat(service, tx, type, request.ifNoneExist, id);
    if (there !== undefined) {
      const state = await tx.read(type, there, everything);
      if (state !== undefined) return written(state, 200, request);
    }
    const write = writeOf(service, resource, request.body, { id, version: 1, patient, method: 'POST' });
    await tx.write([write]);
    return written(write, 201, request);
  });
}

/**
 * The id of the resource that matches a conditional-create search, or undefined when none does and the search is now
 * claimed for `id`: of concurrent creates with the same search, one wins in the schema and the others find it.
 * @throws FaultError 412 when several match, 400 when the search is none
 */
export async function theOneThat(
  service: FhirService,
  tx: Tx,
  type: string,
  query: string,
  id: string,
): Promise<string | undefined> {
  const pairs = queryPairs(query);
  if (pairs.length === 0) {
    throw fault('value', 'condition-empty', {
      en: 'If-None-Exist (ifNoneExist) is empty. Give a search such as identifier=system|value.',
      fr: 'If-None-Exist (ifNoneExist) est vide. Donnez une recherche comme identifier=système|valeur.',
    });
  }
  const search = await parseSearch(service, tx, type, pairs);
  const page = await tx.search({ ...search.plan, limit: 2 });
  if (page.rows.length > 1) {
    throw fault('duplicate-match', 'condition-ambiguous', {
      en: `Several ${type} resources match "${query}". Make the condition narrower, or merge the duplicates.`,
      fr: `Plusieurs ressources ${type} répondent à « ${query} ». Précisez la condition, ou fusionnez les doublons.`,
    });
  }
  const found = page.rows[0];
  if (found !== undefined) return found.id;
  return tx.claimQuery(type, canonicalQuery(pairs), id);
}

/** Decoded name=value pairs of a query string. */
export function queryPairs(query: string): [string, string][] {
  return [...new URLSearchParams(query.startsWith('?') ? query.slice(1) : query)];
}

function canonicalQuery(pairs: readonly (readonly [string, string])[]): string {
  return pairs
    .map(([n, v]) => `${n}=${v}`)
    .sort()
    .join('&');
}
