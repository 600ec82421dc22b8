// Uniqueness of conditional creates: the search itself is a key.
import { createHash } from 'node:crypto';
import type { Step } from './session.ts';
import { knownTypeKey } from './type-keys.ts';

const CLAIM = `insert into conditional_create (type, digest, id, query) values ($1::smallint, $2::bytea, $3::text, $4::text)
on conflict do nothing
returning id`;
const HOLDER = 'select id from conditional_create where type = $1::smallint and digest = $2::bytea';

const TAKE = 'update conditional_create set id = $3::text where type = $1::smallint and digest = $2::bytea';

/** Gives a claimed search to another id. Of concurrent ones, one wins and the others fail to serialize. */
export function takeQuery(type: string, query: string, id: string): Step {
  return { text: TAKE, values: [knownTypeKey(type), digestOf(query), id] };
}

/** Claims a search for an id. The first answer has a row when it was claimed, the second names the holder in any case. */
export function claimQuery(type: string, query: string, id: string): readonly Step[] {
  const key = knownTypeKey(type);
  const digest = digestOf(query);
  return [
    { text: CLAIM, values: [key, digest, id, query] },
    { text: HOLDER, values: [key, digest] },
  ];
}

function digestOf(query: string): Buffer {
  return createHash('sha256').update(query, 'utf8').digest();
}
