// Counts what this process sends to PostgreSQL: a train of statements is one.
import pg from 'pg';

let sent = 0;
const original = pg.Client.prototype.query;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
  sent += 1;
  return (original as (...all: unknown[]) => unknown).apply(this, args);
} as typeof original;

/** Begins to count anew. */
export function countAnew(): void {
  sent = 0;
}

/** How many were sent since. */
export function statementsSent(): number {
  return sent;
}
