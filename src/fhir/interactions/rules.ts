// The rules of the house on writes (service.ts, WriteRule), asked wherever something is written.
import type { StoredResource, Tx } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import type { AnyResource, FhirService } from '../service.ts';
import { faultsOfEntry } from './entries.ts';
import type { Placed } from './placing.ts';
import type { Linked } from './rewrite.ts';

/** Before a state is stored in place of `before` (undefined: it was never there). @throws FaultError 422 */
export async function judgeWrite(
  service: FhirService,
  tx: Tx,
  before: StoredResource | undefined,
  after: AnyResource,
): Promise<void> {
  const rule = service.rules?.get(after.resourceType);
  if (rule === undefined) return;
  if (before === undefined || before.content === null) rule.created(after);
  else await rule.replaced(service, tx, before, after);
}

/** What a transaction writes, `tx` undefined when it only creates. @throws FaultError 422 naming the entry */
export async function judgeEntries(
  service: FhirService,
  tx: Tx | undefined,
  written: readonly Linked[],
  placed: readonly (Placed | undefined)[],
): Promise<void> {
  if (service.rules === undefined) return;
  for (const { index, resource } of written) {
    if (!service.rules.has(resource.resourceType)) continue;
    const { id, version } = placed[index] as Placed;
    try {
      if (tx === undefined || version === 0) service.rules.get(resource.resourceType)?.created(resource);
      else await judgeWrite(service, tx, await tx.read(resource.resourceType, id, everything), resource);
    } catch (error) {
      throw faultsOfEntry(error, index);
    }
  }
}

/** What hangs on resources that were deleted. */
export async function afterDeletion(
  service: FhirService,
  tx: Tx,
  deleted: readonly { readonly type: string; readonly id: string }[],
): Promise<void> {
  for (const { type, id } of deleted) await service.rules?.get(type)?.deleted(tx, id);
}
