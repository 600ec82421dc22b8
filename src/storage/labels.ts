// Which of the codings ever seen under a parameter are still carried by a resource.
import { type FaultError, fault } from '../kernel/fault.ts';
import { formHash } from './hash.ts';
import type { Reader } from './lanes.ts';
import { within } from './resources.ts';
import { knownTypeKey } from './type-keys.ts';
import type { CodingRow, LabelStore, Reach } from './types.ts';
import { int2Array } from './wire.ts';

/** Codings looked for: each is a look at an index, and at all labels of the row that is found. */
const MOST = 10_000;

const SEEN = `select c.param, c.system, c.code
from coding c
where c.param = any($1::int[])
order by c.param, c.system, c.code
limit ${MOST + 1}`;

// A token is bound to its type and parameter; the type is asked for the recheck alone. One look at the index for each.
const CARRIED = `select w.place::int - 1 as place
from unnest($1::smallint[], $2::int8[]) with ordinality as w (type, token, place)
where exists (select from resource r where r.type = w.type and r.token @> array[w.token])`;

export class Labels implements LabelStore {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  async codingsInUse(
    params: readonly { readonly type: string; readonly param: number }[],
    reach: Reach,
  ): Promise<readonly CodingRow[]> {
    const types = new Map(params.map(({ type, param }) => [param, knownTypeKey(type)]));
    const seen = (await this.#reader.rows({
      text: SEEN,
      values: [[...types.keys()]],
    })) as unknown as readonly CodingRow[];
    if (seen.length === 0) return [];
    if (seen.length > MOST) throw tooMany();
    const tokens = seen.map((c) => formHash(c.param, 'pair', c.system, c.code));
    const values = [int2Array(seen, (c) => types.get(c.param)!), tokens];
    const carried = await this.#reader.rows(within(reach, { text: CARRIED, values }));
    return carried.map((row) => seen[row.place as number]!);
  }
}

function tooMany(): FaultError {
  return fault('too-costly', 'labels-many', {
    en: `More than ${MOST} profiles, tags and security labels were ever used here. Ask for those of one type, or of one resource.`,
    fr: `Plus de ${MOST} profils, étiquettes et niveaux de sécurité ont été utilisés ici. Demandez ceux d’un type, ou d’une ressource.`,
  });
}
