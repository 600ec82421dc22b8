// The questions of half tokens to the tables of what was ever seen: one statement, whatever is asked.
import type { Question, Reader } from './lanes.ts';
import { nextText } from './search/sides.ts';
import { cutText } from './text.ts';
import { knownTypeKey } from './type-keys.ts';
import type { Half } from './types.ts';

type Kind = Half['kind'];

interface Part {
  /** The names of its columns of questions and their types, after `place`. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** From `q`, the questions, to the rows with the tokens. */
  readonly join: string;
  readonly token: string;
}

const PARTS: Readonly<Record<Kind, Part>> = {
  'any-system': {
    columns: [
      ['param', 'int'],
      ['code', 'text'],
    ],
    join: 'coding c on c.param = q.param and c.code = q.code',
    token: 'c.hash',
  },
  'any-code': {
    columns: [
      ['param', 'int'],
      ['system', 'text'],
    ],
    join: 'coding c on c.param = q.param and c.system = q.system',
    token: 'c.hash',
  },
  'uri-below': {
    columns: [
      ['param', 'int'],
      ['low', 'text'],
      ['high', 'text'],
    ],
    join: 'coding c on c.param = q.param and c.code >= q.low and c.code < q.high',
    token: 'c.hash',
  },
  wording: {
    columns: [
      ['param', 'int'],
      ['low', 'text'],
      ['high', 'text'],
    ],
    join: 'wording w on w.param = q.param and w.value >= q.low and w.value < q.high',
    token: 'w.token',
  },
  'wording-word': {
    columns: [
      ['type', 'smallint'],
      ['word', 'text'],
    ],
    join: 'wording w on w.type = q.type and w.words @@ q.word::tsquery',
    token: 'w.token',
  },
  present: {
    columns: [
      ['type', 'smallint'],
      ['places', 'text'],
      ['present', 'bool'],
    ],
    join: 'shape s on s.type = q.type and (s.places && q.places::int[]) = q.present',
    token: 's.token',
  },
};

/** A text above all that begin with the prefix, in the collation C. */
function above(prefix: string): string {
  return nextText(prefix) ?? '\u{10ffff}\u{10ffff}';
}

function valuesOf(half: Half): readonly unknown[] {
  switch (half.kind) {
    case 'any-system':
      return [half.param, half.code];
    case 'any-code':
      return [half.param, half.system];
    case 'uri-below':
      return [half.param, half.prefix, above(half.prefix)];
    case 'wording': {
      const text = cutText(half.text);
      return [half.param, text, above(text)];
    }
    case 'wording-word':
      return [knownTypeKey(half.type), half.word];
    case 'present':
      return [knownTypeKey(half.type), `{${half.places.join(',')}}`, half.present];
  }
}

/** The statement: a part for each kind that is asked for, a row for each token. */
export function halvesQuestion(questions: readonly Half[]): Question {
  const byKind = Map.groupBy(questions.keys(), (i) => questions[i]!.kind);
  const values: unknown[] = [];
  const parts = [...byKind].map(([kind, places]) => {
    const { columns, join, token } = PARTS[kind];
    const rows = places.map((place) => [place, ...valuesOf(questions[place]!)]);
    const lists = [['place', 'int'] as const, ...columns].map(([, type], column) => {
      values.push(rows.map((row) => row[column]));
      return `$${values.length}::${type}[]`;
    });
    const names = ['place', ...columns.map(([name]) => name)].join(', ');
    return `select distinct q.place, ${token}::text as token\nfrom unnest(${lists.join(', ')}) as q (${names})\njoin ${join}`;
  });
  return { name: `halves ${[...byKind.keys()].join(' ')}`, text: parts.join('\nunion all\n'), values };
}

/** Token hashes that the halves stand for, one list a question. */
export async function lookUpHalves(
  questions: readonly Half[],
  reader: Reader,
): Promise<readonly (readonly string[])[]> {
  const answers: string[][] = questions.map(() => []);
  for (const { place, token } of await reader.rows(halvesQuestion(questions))) {
    answers[place as number]!.push(token as string);
  }
  return answers;
}
