// What a List names, for `_list` of searches (R4 search.html#list) and of histories (http.html#history).
import type { Reach, ReadStore } from '../../storage/types.ts';
import { readReference } from '../extract/references.ts';

export interface Named {
  readonly type: string;
  readonly id: string;
  /** As text: what others wrote may be no number. */
  readonly version?: string;
}

interface Entry {
  readonly deleted?: boolean;
  readonly item?: { readonly reference?: unknown };
}

/** Local resources that the entries of a List name, but for those that it marks as deleted. Of a List that is not there: none. */
export async function namedInList(
  store: Pick<ReadStore, 'read'>,
  id: string,
  base: string | undefined,
  reach: Reach,
): Promise<readonly Named[]> {
  const state = await store.read('List', id, reach);
  if (state === undefined || state.content === null) return [];
  const entries = (JSON.parse(state.content) as { entry?: readonly Entry[] }).entry ?? [];
  return entries.flatMap(({ deleted, item }): Named[] => {
    if (deleted === true || typeof item?.reference !== 'string') return [];
    const reference = readReference(item.reference, base);
    if (reference.kind !== 'local') return [];
    const { type, version } = reference;
    return [{ type, id: reference.id, ...(version === undefined ? {} : { version }) }];
  });
}
