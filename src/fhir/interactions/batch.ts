// One entry of a batch: the same interaction as on its own address.
import type { Exact } from '../json.ts';
import type { FhirRequest, FhirService } from '../service.ts';
import type { Entry, EntryAnswer } from './bundle.ts';
import { faultsOfEntry } from './bundle.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { queryPairs } from './matching.ts';
import { read } from './read.ts';
import { search } from './search.ts';
import { update } from './update.ts';

/** @throws FaultError with expressions that start from the bundle */
export async function batchEntry(
  service: FhirService,
  entry: Entry,
  request: FhirRequest & { body: Exact },
): Promise<EntryAnswer> {
  const own = {
    ...request,
    ...conditions(entry),
    query: queryPairs(entry.url.split('?')[1] ?? ''),
    prefer: request.prefer ?? 'minimal',
  } as const;
  try {
    return await dispatch(service, entry, own);
  } catch (e) {
    throw faultsOfEntry(e, entry.index);
  }
}

function conditions(entry: Entry): { ifMatch?: number; ifNoneExist?: string } {
  return {
    ...(entry.ifMatch === undefined ? {} : { ifMatch: entry.ifMatch }),
    ...(entry.ifNoneExist === undefined ? {} : { ifNoneExist: entry.ifNoneExist }),
  };
}

function dispatch(service: FhirService, entry: Entry, request: FhirRequest & { body: Exact }): Promise<EntryAnswer> {
  const body: Exact = { value: entry.resource, digits: request.body.digits };
  switch (entry.method) {
    case 'POST':
      return create(service, entry.type, { ...request, body });
    case 'PUT':
      return update(service, entry.type, entry.id ?? '', { ...request, body });
    case 'DELETE':
      return remove(service, entry.type, entry.id ?? '', request);
    case 'GET':
      return entry.id === undefined
        ? search(service, entry.type, request)
        : read(service, entry.type, entry.id, request);
  }
}
