// The schema as the database itself tells it: for schema.json, where a change of a migration is seen as a change of tables.
import { type Address, openSession } from './db.ts';
import { silent } from './log.ts';

export interface Schema {
  readonly migrations: readonly string[];
  readonly tables: readonly Table[];
  readonly sequences: readonly string[];
}

export interface Table {
  readonly name: string;
  readonly options: readonly string[];
  /** `name type`, and `not null` where it holds. */
  readonly columns: readonly string[];
  readonly constraints: readonly string[];
  /** And statistics of expressions. */
  readonly indexes: readonly string[];
}

// Not-null constraints have rows of their own from PostgreSQL 18 on: they are told by the columns.
const TABLES = `select c.relname as name,
  coalesce(c.reloptions, '{}') as options,
  array(
    select a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when a.attnotnull then ' not null' else '' end
      || case when a.attidentity <> '' then ' identity' else '' end
    from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    order by a.attnum
  ) as columns,
  array(
    select k.conname || ' ' || pg_get_constraintdef(k.oid)
    from pg_constraint k
    where k.conrelid = c.oid and k.contype <> 'n'
    order by k.conname
  ) as constraints,
  array(
    select pg_get_indexdef(i.indexrelid)
    from pg_index i
    where i.indrelid = c.oid and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
    union all
    select pg_get_statisticsobjdef(s.oid) from pg_statistic_ext s where s.stxrelid = c.oid
    order by 1
  ) as indexes
from pg_class c
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration'
order by c.relname`;

const SEQUENCES = `select sequencename || ' ' || min_value || '..' || max_value || ' by ' || increment_by as sequence
from pg_sequences
where schemaname = 'public' and sequencename not like '%\\_key\\_seq'
order by 1`;

const MIGRATIONS = `select to_char(number, 'FM0000') || '_' || name as migration from schema_migration order by number`;

/** Reads the schema of a migrated database. Names of the database, of PostgreSQL's version or of roles are not in it. */
export async function describeSchema(address: Address): Promise<Schema> {
  const client = await openSession(address, { name: 'catalogue', statementTimeout: 30_000 }, silent);
  try {
    const migrations = await client.query<{ migration: string }>(MIGRATIONS);
    const tables = await client.query<Table>(TABLES);
    const sequences = await client.query<{ sequence: string }>(SEQUENCES);
    return {
      migrations: migrations.rows.map((r) => r.migration),
      tables: tables.rows,
      sequences: sequences.rows.map((r) => r.sequence),
    };
  } finally {
    await client.end();
  }
}
