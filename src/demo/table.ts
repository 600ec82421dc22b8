// The table that the first start prints: one line a window, as a person reads it.

interface Part {
  readonly name: string;
  readonly part?: readonly Part[];
  readonly [value: string]: unknown;
}

export interface Row {
  readonly patient: string;
  readonly activity: string;
  readonly window: string;
  readonly days: string;
  readonly status: string;
  readonly reason: string;
  readonly operator: string;
  readonly technical: string;
}

const part = (parts: readonly Part[] | undefined, name: string): Part | undefined =>
  parts?.find((p) => p.name === name);
const euros = (money: unknown): string =>
  money === undefined ? '–' : `${(money as { value: number }).value.toFixed(2)} €`;

/** Rows of a population answer (`ServiceRequest/$billability`); `nameOf` gives the name to show for `Patient/…`. */
export function rowsOf(bundle: Record<string, unknown>, nameOf: (reference: string) => string): Row[] {
  const entries = (bundle.entry ?? []) as { resource?: { parameter?: readonly Part[] } }[];
  return entries.flatMap((e) => {
    const header = e.resource?.parameter ?? [];
    const patient = (part(header, 'patient')?.valueReference as { reference?: string } | undefined)?.reference ?? '';
    const activity = (part(header, 'activity')?.valueCoding as { code?: string } | undefined)?.code ?? '';
    return header.filter((p) => p.name === 'period').map((p) => rowOf(p.part ?? [], nameOf(patient), activity));
  });
}

function rowOf(period: readonly Part[], patient: string, activity: string): Row {
  const window = part(period, 'window')?.valuePeriod as { start: string; end: string };
  const observance = part(period, 'observance')?.part;
  const received = part(observance, 'received')?.valueUnsignedInt;
  const expected = part(observance, 'expected')?.valueUnsignedInt;
  const unit = part(observance, 'unit')?.valueCode === 'week' ? ' wk' : '';
  const reason = part(period, 'reason')?.part;
  return {
    patient,
    activity,
    window: `${window.start} – ${window.end}`,
    days: `${String(received ?? 0)}/${String(expected ?? '?')}${unit}`,
    status: String(part(period, 'status')?.valueCode ?? ''),
    reason: (part(reason, 'code')?.valueCoding as { code?: string } | undefined)?.code ?? '',
    operator: euros(part(part(period, 'operator')?.part, 'amount')?.valueMoney),
    technical: euros(part(part(period, 'technical')?.part, 'amount')?.valueMoney),
  };
}

const HEAD: Row = {
  patient: 'patient',
  activity: 'activity',
  window: 'window',
  days: 'received',
  status: 'status',
  reason: 'first reason',
  operator: 'operator',
  technical: 'technical',
};
const RIGHT: ReadonlySet<keyof Row> = new Set<keyof Row>(['days', 'operator', 'technical']);

/** The rows as text, columns aligned. */
export function table(rows: readonly Row[]): string {
  const columns = Object.keys(HEAD) as (keyof Row)[];
  const width = new Map(columns.map((c) => [c, Math.max(...[HEAD, ...rows].map((r) => [...r[c]].length))]));
  const line = (r: Row) =>
    columns
      .map((c) => (RIGHT.has(c) ? r[c].padStart(width.get(c) ?? 0) : r[c].padEnd(width.get(c) ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = columns.map((c) => '─'.repeat(width.get(c) ?? 0)).join('  ');
  return [line(HEAD), rule, ...rows.map(line)].join('\n');
}

/** The three commands to paste. */
export function commands(base: string, prescription: string): string {
  return [
    `  curl '${base}/${prescription}/$observance'`,
    `  curl '${base}/${prescription}/$billability'`,
    `  curl -H 'Accept: text/csv' '${base}/ServiceRequest/$billability'`,
  ].join('\n');
}
