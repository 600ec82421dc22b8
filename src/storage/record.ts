// A patient's record page by page: keyset over (type, id), so that no page skips or repeats what stays.
//
// The patient's own rows are found by an index that holds the patient and sorted: five years of ten readings a day, 18,000
// rows, take 40 ms a page of 1,000; 200 rows take 2 ms. What names the patient without being anyone's is found by its tokens.
import { storedId } from './ids.ts';
import type { Reader } from './lanes.ts';
import { CURRENT, stateOf } from './resources.ts';
import { type Statement, Values } from './search/statement.ts';
import { reachCondition } from './search.ts';
import { knownTypeKey } from './type-keys.ts';
import type { RecordPlace, RecordPlan, RecordStore, StoredResource } from './types.ts';

export class Records implements RecordStore {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  async recordPage(plan: RecordPlan): Promise<{ rows: readonly StoredResource[]; next?: RecordPlace }> {
    const found = await this.#reader.rows(compileRecord(plan));
    const rows = found.slice(0, plan.limit);
    const last = rows.at(-1);
    if (last === undefined || found.length <= plan.limit) return { rows: rows.map(stateOf) };
    const { type, id } = stateOf(last);
    return { rows: rows.map(stateOf), next: { mention: last.part === 1, type, id } };
  }
}

/** One more row than the page tells that there is a next one. */
export function compileRecord(plan: RecordPlan): Statement {
  const values = new Values();
  const filters = [reachCondition(plan.reach), typesIn(plan, values), since(plan, values), care(plan, values)];
  const part = (number: 0 | 1, whose: readonly string[]): string => {
    const after = plan.after?.mention === (number === 1) ? beyond(plan.after, values) : undefined;
    const where = [...whose, ...filters, after].filter((c) => c !== undefined);
    // `offset 0` keeps the limit out: looking for the first rows in order of id would walk everybody's.
    return `(select * from (
  select ${number} as part, ${CURRENT} from resource r where ${where.join(' and ')} offset 0
) p${number} order by type, id limit ${plan.limit + 1})`;
  };
  const parts: string[] = [];
  if (plan.after?.mention !== true) {
    const patient = `r.type <> ${values.put(knownTypeKey('Patient'), 'int2')}`;
    parts.push(part(0, [`r.patient = ${values.put(plan.patient, 'int')}`, patient]));
  }
  if (plan.mentions.length > 0)
    parts.push(part(1, ['r.patient = 0', `r.token && ${values.put(plan.mentions, 'int8[]')}`]));
  if (parts.length === 0) return { text: `select 0 as part, ${CURRENT} from resource r where false`, values: [] };
  return {
    text: `select * from (${parts.join(' union all ')}) u\norder by part, type, id\nlimit ${plan.limit + 1}`,
    values: values.list,
  };
}

function typesIn({ types }: RecordPlan, values: Values): string | undefined {
  return types === undefined ? undefined : `r.type = any(${values.put(types.map(knownTypeKey), 'int2[]')})`;
}

function since({ since }: RecordPlan, values: Values): string | undefined {
  return since === undefined ? undefined : `r.updated >= ${values.put(since, 'timestamptz')}`;
}

function care({ care }: RecordPlan, values: Values): string | undefined {
  if (care === undefined) return undefined;
  const [lo, hi] = [values.put(care.lo, 'timestamptz'), values.put(care.hi, 'timestamptz')];
  const touches = (from: string, to: string) => `${from} < ${hi} and ${to} > ${lo}`;
  return `case
    when r.date_lo is not null then ${touches('r.date_lo', 'r.date_hi')}
    else coalesce((
      select bool_or(${touches('s.lo', 's.hi')}) from search_date s
      where s.type = r.type and s.id = r.id and s.param = any(${values.put(care.params, 'int[]')})
    ), true)
  end`;
}

function beyond({ type, id }: RecordPlace, values: Values): string {
  const key = values.put(knownTypeKey(type), 'int2');
  return `r.type >= ${key} and (r.type > ${key} or r.id > ${values.put(storedId(id), 'uuid')})`;
}
