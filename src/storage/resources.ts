// Reading resources: current states, versions, history, search. The same code reads for everyone and inside a transaction.
import type { Frequencies } from './frequency.ts';
import { HISTORY_COUNTED, historyCount, historyQuestion, placeInHistory } from './history.ts';
import { publicId, storedId } from './ids.ts';
import type { Question, Reader } from './lanes.ts';
import type { PatientCache } from './patient-keys.ts';
import type { Presence, Reference } from './presence.ts';
import { reachCondition } from './search.ts';
import { methodName, Searches } from './searches.ts';
import type { Row } from './session.ts';
import { knownTypeKey, typeKey, typeOfKey } from './type-keys.ts';
import type {
  HistoryPage,
  HistoryRows,
  NarrowPage,
  Page,
  PatientKey,
  Reach,
  ReadStore,
  SearchPlan,
  StoredResource,
} from './types.ts';

/** Columns that {@link stateOf} reads. */
export const CURRENT = 'r.patient, r.type, r.id, r.assigned, r.version, r.updated, r.method, r.content';

/** Columns of a state as the queries below select them. */
interface StateRow {
  readonly patient: number;
  readonly type: number;
  readonly id: string;
  readonly assigned: string | null;
  readonly version: number;
  readonly updated: string;
  readonly method: number;
  readonly content: string | null;
}

/** A state as the other rooms know it. */
export function stateOf(row: Row): StoredResource {
  const r = row as unknown as StateRow;
  return {
    type: typeOfKey(r.type),
    id: publicId(r.id, r.assigned),
    patient: r.patient,
    version: r.version,
    updated: r.updated,
    method: methodName(r.method),
    content: r.content,
  };
}

/** The current state of one resource. */
export const READ_CURRENT = `select ${CURRENT} from resource r where r.type = $1::smallint and r.id = $2::uuid`;

/** The newest past state: the deletion, when there is no current one. */
export const READ_LATEST_PAST = `select ${CURRENT} from resource_history r
where r.type = $1::smallint and r.id = $2::uuid
order by r.version desc
limit 1`;

// Current and past states are two tables with the same columns: here they are one again.
const STATES = `(
  select ${CURRENT} from resource r where r.type = $1::smallint and r.id = $2::uuid
  union all
  select ${CURRENT} from resource_history r where r.type = $1::smallint and r.id = $2::uuid
) r`;

/** Reads through a reader for single rows and one for searches; they may be the same. */
export class Reads implements ReadStore {
  readonly #narrow: Reader;
  readonly #wide: Reader;
  readonly #searches: Searches;
  readonly #patients: PatientCache;
  readonly #presence: Presence;
  readonly #deleted: ReadonlySet<string> | undefined;

  /**
   * @param parts.deleted inside a transaction: what it deleted (`Type/id`). What is seen there may never be committed, and
   * is not remembered.
   */
  constructor(parts: {
    readonly narrow: Reader;
    readonly wide: Reader;
    readonly patients: PatientCache;
    readonly presence: Presence;
    readonly deleted?: ReadonlySet<string>;
    /** Left out inside a transaction. */
    readonly frequencies?: Frequencies;
  }) {
    this.#narrow = parts.narrow;
    this.#wide = parts.wide;
    this.#searches = new Searches(parts.narrow, parts.wide, parts.frequencies);
    this.#patients = parts.patients;
    this.#presence = parts.presence;
    this.#deleted = parts.deleted;
  }

  async read(type: string, id: string, reach: Reach): Promise<StoredResource | undefined> {
    const values = placeOf(type, id);
    if (values === undefined) return undefined;
    const [current] = await this.#one('read', READ_CURRENT, values, reach);
    if (current !== undefined) return stateOf(current);
    const [past] = await this.#one('read_past', READ_LATEST_PAST, values, reach);
    return past === undefined ? undefined : stateOf(past);
  }

  async vread(type: string, id: string, version: number, reach: Reach): Promise<StoredResource | undefined> {
    const values = placeOf(type, id);
    if (values === undefined || !isVersion(version)) return undefined;
    const text = `select * from ${STATES} where r.version = $3::int`;
    const [row] = await this.#one('vread', text, [...values, version], reach);
    return row === undefined ? undefined : stateOf(row);
  }

  async history(
    type: string,
    id: string,
    page: NarrowPage,
    reach: Reach,
  ): Promise<{ readonly total: number; readonly rows: readonly StoredResource[] }> {
    const values = placeOf(type, id);
    if (values === undefined) return { total: 0, rows: [] };
    const text = `with s as (
  select r.*, lag(r.updated, 1, 'infinity') over (order by r.version desc) as until from ${STATES}
), w as (
  select * from s where ($5::timestamptz is null or s.updated >= $5)
  and ($8::int[] is null or s.version = any($8))
  and ($6::timestamptz is null or (s.updated < $7 and case when s.content is null then s.updated >= $6 else s.until > $6 end))
)
select c.total, s.*
from (select count(*)::int as total from w) c
left join lateral (
  select * from w where ($4::int is null or w.version < $4) order by w.version desc limit $3::int
) s on true
order by s.version desc`;
    const more = [
      page.limit,
      page.before ?? null,
      page.since ?? null,
      page.at?.lo ?? null,
      page.at?.hi ?? null,
      page.versions ?? null,
    ];
    const rows = await this.#one('history', text, [...values, ...more], reach);
    return {
      total: (rows[0]?.total as number | undefined) ?? 0,
      rows: rows.filter((row) => row.id !== null).map(stateOf),
    };
  }

  async historyOf(type: string | undefined, page: HistoryPage, reach: Reach): Promise<HistoryRows> {
    const [rows, counted] = await Promise.all([
      page.limit === 0 ? [] : this.#wide.rows(within(reach, historyQuestion(type, page))),
      page.at === undefined ? this.#wide.rows(within(reach, historyCount(type, page))) : undefined,
    ]);
    const count = counted?.[0]?.count as number | undefined;
    const shown = rows.slice(0, page.limit);
    return {
      rows: shown.map(stateOf),
      total: count === undefined || count > HISTORY_COUNTED ? undefined : count,
      ...(rows.length > shown.length ? { next: placeInHistory(shown.at(-1)!) } : {}),
    };
  }

  search(plan: SearchPlan): Promise<Page> {
    return this.#searches.search(plan);
  }

  searchAll(plans: readonly SearchPlan[]): Promise<Page> {
    return this.#searches.searchAll(plans);
  }

  count(...plans: readonly SearchPlan[]): Promise<number> {
    return this.#searches.count(...plans);
  }

  estimate(...plans: readonly SearchPlan[]): Promise<number> {
    return this.#searches.estimate(...plans);
  }

  heldTypes(): Promise<readonly string[]> {
    return this.#searches.heldTypes();
  }

  codingsOf(param: number): ReturnType<ReadStore['codingsOf']> {
    return this.#searches.codingsOf(param);
  }

  unitCodes(system: string): Promise<readonly string[]> {
    return this.#searches.unitCodes(system);
  }

  async readMany(
    references: readonly { readonly type: string; readonly id: string }[],
    reach: Reach,
  ): Promise<readonly StoredResource[]> {
    const places = references.flatMap(({ type, id }) => {
      const key = typeKey(type);
      return key === undefined ? [] : [{ key, id: storedId(id) }];
    });
    if (places.length === 0) return [];
    const text = `select distinct on (r.type, r.id) ${CURRENT}
from unnest($1::smallint[], $2::uuid[]) as w (type, id)
join resource r using (type, id)`;
    const values = [places.map((p) => p.key), places.map((p) => p.id)];
    return (await this.#one('read_many', text, values, reach)).map(stateOf);
  }

  missing(references: readonly Reference[]): Promise<readonly Reference[]> {
    return this.#deleted === undefined
      ? this.#presence.missing(references, this.#narrow)
      : this.#presence.missingWithin(references, this.#narrow, this.#deleted);
  }

  patientKeys(ids: readonly string[]): Promise<ReadonlyMap<string, PatientKey>> {
    return this.#patients.keysOf(ids, this.#narrow, this.#deleted === undefined);
  }

  /** The plan with what it names by half looked up. */
  resolved(plan: SearchPlan): Promise<SearchPlan> {
    return this.#searches.resolved(plan);
  }

  #one(name: string, text: string, values: readonly unknown[], reach: Reach): Promise<readonly Row[]> {
    return this.#narrow.rows(within(reach, { name, text, values }));
  }
}

/** The question within the caller's reach. Every read of content passes here or through a compiled plan. */
export function within(reach: Reach, question: Question): Question {
  const condition = reachCondition(reach);
  if (condition === undefined) return question;
  throw new Error('a reach other than everything needs a condition in each of the fixed questions');
}

function placeOf(type: string, id: string): readonly [number, string] | undefined {
  const key = typeKey(type);
  return key === undefined ? undefined : [key, storedId(id)];
}

function isVersion(version: number): boolean {
  return Number.isInteger(version) && version > 0 && version <= 0x7fff_ffff;
}

/** The place of a resource as values of READ_CURRENT. @throws RangeError for a type that does not exist */
export function knownPlace(type: string, id: string): readonly [number, string] {
  return [knownTypeKey(type), storedId(id)];
}
