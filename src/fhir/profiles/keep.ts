// Puts the conformance resources of the house into the store, so that they are read and searched like any other.
import type { ResourceWrite } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import { writeOf } from '../interactions/prepare.ts';
import type { AnyResource, FhirService } from '../service.ts';

/** Writes those that are new or changed; a restart with the same files writes nothing. Returns how many were written. */
export async function keepProfiles(service: FhirService, own: readonly AnyResource[]): Promise<number> {
  const references = own.map((r) => ({ type: r.resourceType, id: r.id ?? '' }));
  const stored = new Map(
    (await service.store.readMany(references, everything)).map((s) => [`${s.type}/${s.id}`, s.content]),
  );
  const changed = own.filter((r) => bare(stored.get(`${r.resourceType}/${r.id}`)) !== bare(JSON.stringify(r)));
  if (changed.length === 0) return 0;
  await service.store.transaction([0], async (tx) => {
    const writes: ResourceWrite[] = [];
    for (const resource of changed) {
      const id = resource.id ?? '';
      const current = await tx.lock(resource.resourceType, id);
      const identity = { id, version: (current?.version ?? 0) + 1, patient: 0, method: 'PUT' } as const;
      writes.push(writeOf(service, resource, { value: resource, digits: [] }, identity));
    }
    await tx.write(writes);
  });
  return changed.length;
}

/** The text without what the server manages. */
function bare(content: string | null | undefined): string | undefined {
  if (content === null || content === undefined) return undefined;
  const {
    meta,
    id: _id,
    ...rest
  } = JSON.parse(content) as Record<string, unknown> & { meta?: Record<string, unknown> };
  const { versionId: _v, lastUpdated: _l, ...kept } = meta ?? {};
  return JSON.stringify([rest, kept]);
}
