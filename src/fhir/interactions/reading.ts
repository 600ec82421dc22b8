// The reading entries of a bundle: read, vread, history, search, metadata.
import { FaultError } from '../../kernel/fault.ts';
import type { ReadStore } from '../../storage/types.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { type Entry, refused } from './entries.ts';
import { historyFrom } from './history.ts';
import { readFrom } from './read.ts';
import { searchWith } from './search.ts';
import { vreadFrom } from './vread.ts';

/** Reads what an entry asks for from `store`, which may be a transaction. HEAD has no body. @throws FaultError naming the entry */
export async function readEntryFrom(
  service: FhirService,
  store: ReadStore,
  entry: Entry,
  request: FhirRequest,
): Promise<FhirResponse> {
  try {
    const answer = await readOne(service, store, entry, { ...request, query: entry.address.query });
    if (entry.method === 'GET') return answer;
    const { body: _body, ...head } = answer;
    return head;
  } catch (error) {
    throw faultsOfRead(error, entry.index);
  }
}

/** What a read is refused for is in its address. */
function faultsOfRead(e: unknown, index: number): unknown {
  if (!(e instanceof FaultError)) return e;
  const expression = `Bundle.entry[${index}].request.url`;
  return new FaultError(
    e.faults.map((f) => ({ ...f, expression })),
    { cause: e },
  );
}

async function readOne(
  service: FhirService,
  store: ReadStore,
  entry: Entry,
  request: FhirRequest,
): Promise<FhirResponse> {
  const { kind, type, id, version, query } = entry.address;
  const conditions = {
    ...(entry.ifNoneMatch === undefined ? {} : { ifNoneMatch: entry.ifNoneMatch }),
    ...(entry.ifModifiedSince === undefined ? {} : { ifModifiedSince: entry.ifModifiedSince }),
  };
  if (kind === 'history') {
    return historyFrom(
      store,
      { ...(type === undefined ? {} : { type }), ...(id === undefined ? {} : { id }) },
      request,
    );
  }
  if (kind === 'type' && type !== undefined) return searchWith(service, store, type, request);
  const other = query.find(([name]) => name !== '_format' && name !== '_pretty');
  if (type !== undefined && id !== undefined && other === undefined) {
    if (kind === 'instance') return readFrom(store, type, id, conditions);
    if (kind === 'version') return vreadFrom(store, type, id, version ?? '', conditions);
  }
  throw refused(
    'entry-url',
    `Bundle.entry[${entry.index}].request.url`,
    other === undefined
      ? 'This address is not read in a Bundle.'
      : `This interaction takes no parameter "${other[0]}".`,
    other === undefined
      ? 'Cette adresse n’est pas lue dans un Bundle.'
      : `Cette interaction n’accepte pas le paramètre « ${other[0]} ».`,
  );
}
