// The rows of patients: key, id, zone.
import type { Draft } from './drafts.ts';
import type { Step } from './session.ts';
import { int4Array, textArray } from './wire.ts';

// A Patient that comes back after its deletion has its row still; only the zone may differ.
const UPSERT = `insert into patient as p (key, id, zone)
select * from unnest($1::int[], $2::text[], $3::text[])
on conflict (key) do update set zone = excluded.zone where p.zone <> excluded.zone
returning key`;

const DEFAULT_ZONE = 'Europe/Paris';

/** Whether a draft is a Patient that is there after it. */
export function isPatient({ write }: Draft): boolean {
  return write.type === 'Patient' && write.content !== null;
}

/** Writes the rows of Patients. The answer's rows are the keys that are new or whose zone has changed. */
export function upsertPatients(drafts: readonly Draft[]): Step {
  return {
    text: UPSERT,
    values: [
      int4Array(drafts, (d) => d.write.patient),
      textArray(drafts, (d) => d.write.id),
      textArray(drafts, (d) => d.write.zone ?? DEFAULT_ZONE),
    ],
  };
}
