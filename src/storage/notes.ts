// What is noted as seen, so that half of a token can be turned into whole ones: codings and uris, shapes, wordings.
// Notes are written in the transaction of the resource that brings them: no round trip more, and a search right after the
// write finds them. Once that is committed, the process knows them and writes nothing.
import type { Step } from './session.ts';
import { knownTypeKey } from './type-keys.ts';
import type { IndexRows, NotedCoding, Shape, Wording } from './types.ts';
import { int2Array, int4Array, int8Array, textArray } from './wire.ts';

/** All is forgotten when so many are kept: a client that sends ever new texts must not fill the memory. */
const REMEMBERED = 200_000;
/** Bytes of UTF-8 that fit into an index beside the rest of its key. Longer ones are no codes and no names of anything. */
const LONGEST = 2_000;

const CODINGS = `insert into coding (param, code, system, hash)
select * from unnest($1::int[], $2::text[], $3::text[], $4::int8[])
on conflict do nothing`;
const SHAPES = `insert into shape (token, type, places)
select u.token, u.type, u.places::int[] from unnest($1::int8[], $2::smallint[], $3::text[]) as u (token, type, places)
on conflict do nothing`;
const WORDINGS = `insert into wording (param, value, token, type, words)
select u.param, u.value, u.token, u.type, array_to_tsvector(string_to_array(u.words, ' '))
from unnest($1::int[], $2::text[], $3::int8[], $4::smallint[], $5::text[]) as u (param, value, token, type, words)
on conflict do nothing`;

/** What some writes bring that is not known to be stored. */
export class Notes {
  readonly codings = new Map<string, NotedCoding>();
  readonly shapes = new Map<string, Shape>();
  readonly wordings = new Map<string, Wording>();

  add(other: Notes): void {
    for (const [text, coding] of other.codings) this.codings.set(text, coding);
    for (const [token, shape] of other.shapes) this.shapes.set(token, shape);
    for (const [token, wording] of other.wordings) this.wordings.set(token, wording);
  }

  /** In order of their keys, so that two writers who bring the same never wait for each other in a circle. */
  insert(): Step[] {
    const steps: Step[] = [];
    const codings = sorted(this.codings);
    if (codings.length > 0) {
      const values = [
        int4Array(codings, (c) => c.param),
        textArray(codings, (c) => c.code),
        textArray(codings, (c) => c.system),
        int8Array(codings, (c) => c.hash),
      ];
      steps.push({ text: CODINGS, values });
    }
    const shapes = sorted(this.shapes);
    if (shapes.length > 0) {
      const values = [
        int8Array(shapes, (s) => s.token),
        int2Array(shapes, (s) => knownTypeKey(s.type)),
        textArray(shapes, (s) => `{${s.places.join(',')}}`),
      ];
      steps.push({ text: SHAPES, values });
    }
    const texts = sorted(this.wordings).flatMap(({ token, type, texts }) => texts.map((t) => ({ token, type, ...t })));
    if (texts.length > 0) {
      const values = [
        int4Array(texts, (t) => t.param),
        textArray(texts, (t) => t.value),
        int8Array(texts, (t) => t.token),
        int2Array(texts, (t) => knownTypeKey(t.type)),
        textArray(texts, (t) => t.words.join(' ')),
      ];
      steps.push({ text: WORDINGS, values });
    }
    return steps;
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

/** The notes that are known to be stored. */
export class NoteBook {
  readonly #codings = new Set<string>();
  readonly #shapes = new Set<string>();
  readonly #wordings = new Set<string>();
  /** Grows whenever codings are noted that were not known: what was read of them before may be less than all. */
  version = 0;
  // The extractor gives the same object for the same coding: looking that up spares the making of a text.
  #seen = new WeakSet<object>();

  clear(): void {
    this.#codings.clear();
    this.#shapes.clear();
    this.#wordings.clear();
    this.#seen = new WeakSet();
  }

  /** What of the rows is new; undefined when all is known, as with most writes. */
  unknown(rows: IndexRows): Notes | undefined {
    if (rows.inside === undefined) return this.#unknown(rows);
    const notes = [rows, ...rows.inside].map((r) => ({ notes: this.#unknown(r) }));
    return notesOf(notes);
  }

  #unknown({ codings, shape, wording }: IndexRows): Notes | undefined {
    const newShape = shape !== undefined && !this.#shapes.has(shape.token);
    const newWording = wording !== undefined && !this.#wordings.has(wording.token);
    if (!newShape && !newWording && codings.every((coding) => this.#knows(coding))) return undefined;
    const notes = new Notes();
    for (const coding of codings) if (!this.#knows(coding)) notes.codings.set(textOf(coding), coding);
    if (newShape) notes.shapes.set(shape.token, shape);
    if (newWording) notes.wordings.set(wording.token, wording);
    return notes;
  }

  /** Whether a coding is known, or never noted. */
  #knows(coding: NotedCoding): boolean {
    if (this.#seen.has(coding)) return true;
    const text = textOf(coding);
    if (!this.#codings.has(text) && !tooLong(text)) return false;
    this.#seen.add(coding);
    return true;
  }

  /** Remembers what was committed. */
  remember(notes: Notes): void {
    if (this.#codings.size + this.#shapes.size + this.#wordings.size > REMEMBERED) this.clear();
    if (notes.codings.size > 0) this.version++;
    for (const [text, coding] of notes.codings) {
      this.#codings.add(text);
      this.#seen.add(coding);
    }
    for (const token of notes.shapes.keys()) this.#shapes.add(token);
    for (const token of notes.wordings.keys()) this.#wordings.add(token);
  }
}

function textOf({ param, system, code }: NotedCoding): string {
  return `${param}\n${code}\n${system}`;
}

function tooLong(text: string): boolean {
  return text.length > LONGEST / 3 && Buffer.byteLength(text) > LONGEST;
}

/** All that the drafts bring, together; undefined when they bring nothing new. */
export function notesOf(drafts: readonly { readonly notes: Notes | undefined }[]): Notes | undefined {
  let all: Notes | undefined;
  for (const { notes } of drafts) {
    if (notes === undefined) continue;
    if (all === undefined) all = new Notes();
    all.add(notes);
  }
  return all;
}
