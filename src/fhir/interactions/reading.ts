// The reading entries of a bundle: read, vread, history, search, metadata.
import { FaultError } from '../../kernel/fault.ts';
import type { ReadStore } from '../../storage/types.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { type Entry, refused } from './entries.ts';
import { FORM_PARAMETERS, shaped } from './form.ts';
import { historyFrom } from './history.ts';
import { readFrom } from './read.ts';
import { searchCompartmentWith, searchSystemWith, searchWith } from './search.ts';
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

/** Parameters of the capabilities interaction that change nothing in a Bundle. */
function isPlain([name, value]: readonly [string, string]): boolean {
  return name === '_format' || name === '_pretty' || (name === 'mode' && value === 'full');
}

async function readOne(
  service: FhirService,
  store: ReadStore,
  entry: Entry,
  request: FhirRequest,
): Promise<FhirResponse> {
  const { kind, type, id, version, member, query } = entry.address;
  const conditions = {
    ...(entry.ifNoneMatch === undefined ? {} : { ifNoneMatch: entry.ifNoneMatch }),
    ...(entry.ifModifiedSince === undefined ? {} : { ifModifiedSince: entry.ifModifiedSince }),
  };
  switch (kind) {
    case 'history':
      return historyFrom(
        service,
        store,
        { ...(type === undefined ? {} : { type }), ...(id === undefined ? {} : { id }) },
        request,
      );
    case 'system':
      return searchSystemWith(service, store, request);
    case 'metadata':
      if (service.capability !== undefined && query.every(isPlain)) {
        return { status: 200, body: service.capability(request.base) };
      }
      break;
    case 'type':
      return searchWith(service, store, type!, request);
    case 'compartment':
      if (Object.hasOwn(service.definitions.compartments, type!)) {
        return searchCompartmentWith(service, store, { type: type!, id: id! }, member!, request);
      }
  }
  const other = query.find(
    ([name]) => name !== '_format' && name !== '_pretty' && (kind === 'metadata' || !FORM_PARAMETERS.includes(name)),
  );
  if (other === undefined) {
    if (kind === 'instance') return shaped(service, type!, await readFrom(store, type!, id!, conditions), query);
    if (kind === 'version')
      return shaped(service, type!, await vreadFrom(store, type!, id!, version!, conditions), query);
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
