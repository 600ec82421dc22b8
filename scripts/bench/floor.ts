// The floors that the server's figures are compared with, measured in the same run on the same machine.
import pg from 'pg';

/** Observations a second that one process parses and prints again, doing nothing else: the ceiling of any JavaScript server. */
export function jsonFloor(bundles: readonly string[], seconds: number): number {
  const end = performance.now() + seconds * 1000;
  const start = performance.now();
  let n = 0;
  while (performance.now() < end) {
    const bundle = JSON.parse(bundles[n % bundles.length] as string) as { entry: { resource: unknown }[] };
    for (const e of bundle.entry) JSON.stringify(e.resource);
    n++;
  }
  return (n * 100) / ((performance.now() - start) / 1000);
}

/**
 * Rows a second that one connection stores durably into a bare table (uuid key, text), a hundred or one a commit:
 * the same resources, the same disk, nothing indexed but the key.
 */
export async function insertFloor(
  connection: pg.ClientConfig,
  texts: readonly string[],
  rows: number,
  seconds: number,
): Promise<number> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(
      'create table bench_floor (id uuid primary key default gen_random_uuid(), content text not null)',
    );
    const start = performance.now();
    const end = start + seconds * 1000;
    let n = 0;
    while (performance.now() < end) {
      const part = Array.from({ length: rows }, (_, i) => texts[(n + i) % texts.length]);
      await client.query({
        name: 'floor',
        text: 'insert into bench_floor (content) select unnest($1::text[])',
        values: [part],
      });
      n += rows;
    }
    return n / ((performance.now() - start) / 1000);
  } finally {
    await client.query('drop table if exists bench_floor');
    await client.end();
  }
}
