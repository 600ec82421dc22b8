// What an update or a deletion takes away before the new state comes: the current row goes to history, its index rows go.
import { type Draft, METHODS } from './drafts.ts';
import type { Step } from './session.ts';
import { instantArray, int2Array, int4Array, textArray, uuidArray } from './wire.ts';

const MOVE = `with gone as (
  delete from resource r
  using unnest($1::smallint[], $2::uuid[]) as w (type, id)
  where r.type = w.type and r.id = w.id
  returning r.patient, r.type, r.id, r.version, r.updated, r.method, r.assigned, r.content
)
insert into resource_history (patient, type, id, version, updated, method, assigned, content)
select patient, type, id, version, updated, method, assigned, content from gone`;

const SIDES = ['search_date', 'search_string', 'search_number', 'search_text'].map(
  (table) => `delete from ${table} s
using unnest($1::smallint[], $2::uuid[]) as w (type, id)
where s.type = w.type and s.id = w.id`,
);

const READINGS = `delete from reading r
using unnest($1::uuid[]) as w (id)
where r.id = w.id
returning r.patient, r.day`;

const CLAIMS = `delete from conditional_create c
using unnest($1::smallint[], $2::text[]) as w (type, id)
where c.type = w.type and c.id = w.id`;

const DELETION = `insert into resource_history (patient, type, id, version, updated, method, assigned, content)
select u.patient, u.type, u.id, u.version, u.updated, u.method, u.assigned, null
from unnest($1::int[], $2::smallint[], $3::uuid[], $4::int[], $5::timestamptz[], $6::smallint[], $7::text[])
  as u (patient, type, id, version, updated, method, assigned)`;

/**
 * Moves current states to history and removes their search rows, and the searches of conditional creates that made them:
 * what they match may be another thing now.
 */
export function moveToHistory(drafts: readonly Draft[]): readonly Step[] {
  const types = int2Array(drafts, (d) => d.type);
  const values = [types, uuidArray(drafts, (d) => d.uuid)];
  return [
    { text: MOVE, values },
    ...SIDES.map((text) => ({ text, values })),
    { text: CLAIMS, values: [types, textArray(drafts, (d) => d.write.id)] },
  ];
}

/** Removes readings of Observations; the answer's rows (`patient`, `day`) are the days to count anew. */
export function removeReadings(drafts: readonly Draft[]): Step {
  return { text: READINGS, values: [uuidArray(drafts, (d) => d.uuid)] };
}

/** Notes deletions in history. */
export function insertDeletions(drafts: readonly Draft[]): Step {
  return {
    text: DELETION,
    values: [
      int4Array(drafts, (d) => d.write.patient),
      int2Array(drafts, (d) => d.type),
      uuidArray(drafts, (d) => d.uuid),
      int4Array(drafts, (d) => d.write.version),
      instantArray(drafts, (d) => d.write.updated),
      int2Array(drafts, (d) => METHODS[d.write.method]),
      textArray(drafts, (d) => d.assigned),
    ],
  };
}
