// The meta of one resource or version, or the labels that current resources of a type, or of all types, carry.
import { typeIndex } from '../../fhir/extract/paths.ts';
import { stated } from '../../fhir/interactions/answer.ts';
import { read } from '../../fhir/interactions/read.ts';
import { vread } from '../../fhir/interactions/vread.ts';
import { type Exact, readJson } from '../../fhir/json.ts';
import { everything, type StoredResource } from '../../storage/types.ts';
import type { OperationCall, OperationService } from '../operation.ts';

/** Parameters that index labels, with the property of Meta that they index. */
const LABELS = { _profile: 'profile', _security: 'security', _tag: 'tag' } as const;

/** A Meta and the digits of numbers in it. @throws FaultError 404, 410 */
export async function metaAt(service: OperationService, call: OperationCall): Promise<Exact> {
  const { type, id, version } = call;
  if (type === undefined || id === undefined) return { value: await labels(service, type), digits: [] };
  const { body } = version === undefined ? await read(service, type, id) : await vread(service, type, id, version);
  return metaOf(body!);
}

/** The Meta in a stored text. */
export function metaOf(content: string): Exact {
  const { value, digits } = readJson(content);
  return { value: (value as { meta?: unknown }).meta ?? {}, digits };
}

/** The Meta of a state. @throws FaultError 410 */
export function metaOfState(state: StoredResource): Exact {
  return metaOf(stated(state).body!);
}

async function labels(service: OperationService, type: string | undefined): Promise<Record<string, unknown>> {
  const { definitions, store } = service;
  const places = (type === undefined ? definitions.resourceTypes : [type]).flatMap((t) => {
    const { parameters } = typeIndex(definitions, t);
    return Object.entries(LABELS).flatMap(([code, property]) =>
      (parameters.get(code)?.paths ?? []).map(({ key }) => ({ type: t, param: key, property })),
    );
  });
  const propertyOf = new Map(places.map((p) => [p.param, p.property]));
  const found = { profile: new Set<string>(), security: new Map<string, object>(), tag: new Map<string, object>() };
  for (const { param, system, code } of await store.codingsInUse(places, everything)) {
    const property = propertyOf.get(param)!;
    if (property === 'profile') found.profile.add(code);
    else found[property].set(`${system}\n${code}`, { ...(system === '' ? {} : { system }), code });
  }
  const sorted = (map: ReadonlyMap<string, object>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, c]) => c);
  const meta = { profile: [...found.profile].sort(), security: sorted(found.security), tag: sorted(found.tag) };
  return Object.fromEntries(Object.entries(meta).filter(([, list]) => list.length > 0));
}
