// A batch: each entry as on its own address. https://hl7.org/fhir/R4/http.html#brules
import type { Exact } from '../json.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { Allowance } from './allowance.ts';
import { create } from './create.ts';
import { remove, removeWhere } from './delete.ts';
import { type Entry, faultsOfEntry, type Method } from './entries.ts';
import { patch, patchWhere } from './patch.ts';
import { readEntryFrom } from './reading.ts';
import { update, updateWhere } from './update.ts';

/** Entries under way at once: enough to share commits, too few to take every connection from others. */
const AT_ONCE = 8;

/** R4 has a batch run in the order of a transaction; within one kind the order does not matter. */
const ORDER: readonly (readonly Method[])[] = [['DELETE'], ['POST'], ['PUT', 'PATCH'], ['GET', 'HEAD']];

/** Runs an operation that an entry names. */
export type RunOperation = (entry: Entry, request: FhirRequest) => Promise<FhirResponse>;

/**
 * Runs entries independently of each other. `settle` is told the answer of each, or what it failed with; expressions of faults
 * start from the bundle.
 */
export async function batch(
  service: FhirService,
  entries: readonly Entry[],
  request: FhirRequest & { body: Exact },
  operation: RunOperation,
  settle: (index: number, answer: FhirResponse | undefined, failure: unknown) => void,
): Promise<void> {
  const allowance = new Allowance();
  for (const methods of ORDER) {
    const waiting = entries.filter((e) => methods.includes(e.method));
    let next = 0;
    const work = async () => {
      for (let e = waiting[next++]; e !== undefined; e = waiting[next++]) {
        try {
          allowance.check(e);
          settle(e.index, allowance.take(e, await runEntry(service, e, request, operation)), undefined);
        } catch (failure) {
          settle(e.index, undefined, faultsOfEntry(failure, e.index));
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, work));
  }
}

function runEntry(
  service: FhirService,
  entry: Entry,
  request: FhirRequest & { body: Exact },
  operation: RunOperation,
): Promise<FhirResponse> {
  const { type, id, condition, ifMatch, ifNoneMatch, ifNoneExist } = entry;
  const own = {
    base: request.base,
    language: request.language,
    query: entry.address.query,
    prefer: request.prefer ?? ('minimal' as const),
    body: { value: entry.resource, digits: request.body.digits },
    ...(request.handling === undefined ? {} : { handling: request.handling }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(ifNoneExist === undefined ? {} : { ifNoneExist: encoded(ifNoneExist) }),
  };
  if (entry.address.kind === 'operation') return operation(entry, own);
  switch (entry.method) {
    case 'GET':
    case 'HEAD':
      return readEntryFrom(service, service.store, entry, own);
    case 'POST':
      return create(service, type, own);
    case 'PUT':
      return condition === undefined
        ? update(service, type, id ?? '', own)
        : updateWhere(service, type, condition, own);
    case 'PATCH':
      return condition === undefined
        ? patch(service, type, id ?? '', entry.patch!, own)
        : patchWhere(service, type, condition, entry.patch!, own);
    case 'DELETE':
      return condition === undefined
        ? remove(service, type, id ?? '', own)
        : removeWhere(service, type, condition, own);
  }
}

function encoded(query: NonNullable<Entry['ifNoneExist']>): string {
  return new URLSearchParams(query.map(([n, v]): [string, string] => [n, v])).toString();
}
