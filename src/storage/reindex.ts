// After an upgrade that reads resources otherwise: index rows and readings of all current states are made anew from their
// contents. The database says under which version they were made. Batches commit with the place that they came to, so that a
// killed start goes on where it was; nothing is served before the end.
import type { Dictionary } from './dictionary.ts';
import { draftsOf } from './drafts.ts';
import { notesOf } from './notes.ts';
import { FORGET, renewReadings, renewRows } from './renew.ts';
import type { Row, Session, Step } from './session.ts';
import { typeOfKey } from './type-keys.ts';
import type { Extraction, ResourceWrite } from './types.ts';

/** How far it is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** undefined until there is something to reckon with. */
  readonly secondsLeft: number | undefined;
}

export interface Reindexing {
  readonly extraction: Extraction;
  /** Told at the start, every few seconds, and at the end; not at all when there is nothing to do. */
  readonly progress?: (progress: Progress) => void;
  /** Breaks it off between two batches. */
  readonly signal?: AbortSignal;
}

const BATCH = { rows: 2_000, bytes: 8_000_000 };
const TOLD_EVERY_MILLIS = 2_000;

const STATE = `select e.search, e.reading, e.to_search, e.to_reading, e.type, e.id, e.patient,
  exists (select from resource) as held
from extraction e`;
const BEGIN_ANEW = `update extraction set search = case when search = $1::int then search else 0 end,
  reading = case when reading = $2::int then reading else 0 end, to_search = $1::int, to_reading = $2::int,
  type = null, id = null, patient = null`;
const MARK = 'update extraction set type = $1::smallint, id = $2::uuid, patient = $3::int';
const DONE = `update extraction
set search = $1::int, reading = $2::int, to_search = null, to_reading = null, type = null, id = null, patient = null`;

const AFTER = '(r.type, r.id, r.patient) > ($1::smallint, $2::uuid, $3::int)';
const LEFT = `select count(*)::int as left from resource r where ${AFTER}`;
const COLUMNS = 'r.patient, r.type, r.id, r.version, r.updated, r.assigned, r.content';
const NEXT = `select b.patient, b.type, b.id, b.version, b.updated, b.assigned, b.content
from (
  select r.*, sum(octet_length(r.content)) over (order by r.type, r.id, r.patient) - octet_length(r.content) as before
  from (select ${COLUMNS} from resource r where ${AFTER} order by r.type, r.id, r.patient limit ${BATCH.rows}) r
) b
where b.before < ${BATCH.bytes}
order by b.type, b.id, b.patient`;

type Place = readonly [type: number, id: string, patient: number];
const START: Place = [0, '00000000-0000-0000-0000-000000000000', 0];

/**
 * Brings index rows and readings to the version of `extraction`. The caller holds the database alone.
 * @param open opens a session to read with, and one to write with
 * @throws the signal's reason when it is broken off; Error that names a resource whose content cannot be read
 */
export async function reindex(
  open: () => Promise<Session>,
  dictionary: Dictionary,
  { extraction, progress = () => undefined, signal }: Reindexing,
): Promise<void> {
  const { search, reading } = extraction;
  const writer = await open();
  try {
    const [state] = await writer.rows(STATE);
    if (state!.search === search && state!.reading === reading && state!.to_search === null) return;
    const parts = { rows: state!.search !== search, readings: state!.reading !== reading };
    if (state!.held === true) {
      const place = await begin(writer, extraction, state!, parts.rows);
      const reader = await open();
      try {
        await renewAll({ reader, writer, dictionary, extraction, parts, progress, signal }, place);
      } finally {
        await reader.end();
      }
    }
    await writer.run([{ text: DONE, values: [search, reading] }]);
    // What PostgreSQL knows of the values is old, and each row that was replaced has left one behind.
    if (state!.held === true) for (const text of vacuums(parts)) await writer.run([{ text, once: true }]);
  } finally {
    await writer.end();
  }
}

function vacuums({ rows, readings }: Parts): string[] {
  const tables = [
    ...(rows ? ['resource', 'search_date', 'search_string', 'search_number', 'search_text'] : []),
    ...(rows ? ['coding', 'shape', 'wording'] : []),
    ...(readings ? ['reading', 'day_ledger'] : []),
  ];
  return tables.map((table) => `vacuum analyze ${table}`);
}

interface Parts {
  readonly rows: boolean;
  readonly readings: boolean;
}

interface Work {
  readonly reader: Session;
  readonly writer: Session;
  readonly dictionary: Dictionary;
  readonly extraction: Extraction;
  readonly parts: Parts;
  readonly progress: (progress: Progress) => void;
  readonly signal: AbortSignal | undefined;
}

/** Where to go on: after what an earlier start for the same versions came to, or at the first resource. */
async function begin(writer: Session, extraction: Extraction, state: Row, rows: boolean): Promise<Place> {
  const { search, reading } = extraction;
  if (state.to_search === search && state.to_reading === reading) {
    return state.type === null ? START : [state.type as number, state.id as string, state.patient as number];
  }
  await writer.run([...(rows ? [FORGET] : []), { text: BEGIN_ANEW, values: [search, reading] }]);
  return START;
}

async function renewAll(work: Work, from: Place): Promise<void> {
  const { reader, progress, signal } = work;
  const [counted] = await reader.rows(LEFT, from);
  const total = counted!.left as number;
  const started = performance.now();
  let [done, told] = [0, started];
  progress({ done, total, secondsLeft: undefined });
  // The next batch is read and sent while this one is written.
  let next = reader.rows(NEXT, from);
  for (;;) {
    const batch = await next;
    const last = batch.at(-1);
    if (last === undefined) break;
    signal?.throwIfAborted();
    const place: Place = [last.type as number, last.id as string, last.patient as number];
    next = reader.rows(NEXT, place);
    // When the writing fails nobody awaits it any more.
    next.catch(() => undefined);
    await renewBatch(work, batch, place);
    done += batch.length;
    const now = performance.now();
    if (now - told < TOLD_EVERY_MILLIS) continue;
    told = now;
    progress({ done, total, secondsLeft: Math.ceil(((now - started) / 1000 / done) * (total - done)) });
  }
  progress({ done, total, secondsLeft: 0 });
}

async function renewBatch(work: Work, batch: readonly Row[], place: Place): Promise<void> {
  const { writer, dictionary, extraction, parts } = work;
  const drafts = await draftsOf(
    batch.map((row) => writeOf(row, extraction)),
    dictionary,
  );
  const rows: readonly Step[] = parts.rows ? renewRows(drafts) : [];
  const mark: Step = { text: MARK, values: place };
  if (parts.readings) {
    await writer.run([{ text: 'begin' }, ...rows]);
    await renewReadings(drafts, writer);
    await writer.run([mark, { text: 'commit' }]);
  } else {
    await writer.run([...rows, mark]);
  }
  const notes = parts.rows ? notesOf(drafts) : undefined;
  if (notes !== undefined) dictionary.notes.remember(notes);
}

/** The stored state, as if it were written now. */
function writeOf(row: Row, extraction: Extraction): ResourceWrite {
  const type = typeOfKey(row.type as number);
  const id = (row.assigned ?? row.id) as string;
  const content = row.content as string;
  const stored = { type, id, patient: row.patient as number, version: row.version as number, content };
  try {
    return { ...stored, updated: row.updated as string, method: 'PUT', ...extraction.extract(content) };
  } catch (cause) {
    throw new Error(`the stored content of ${type}/${id} cannot be indexed`, { cause });
  }
}
