// The JSON files of the law room, read and checked one by one. A wrong file is refused whole: every problem names the file and the field.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { parseDay } from '../kernel/day.ts';
import type { Entry, Parameter } from './law.ts';

/** What a file of the law room is, by its place: one parameter, or one of three undated documents. */
export type Kind = 'parameter' | 'line' | 'policy' | 'legal';

/** Something wrong in a file; `field` is a JSON pointer, empty for the whole file. */
export interface LawProblem {
  readonly file: string;
  readonly field: string;
  readonly problem: string;
}

/** The law cannot be read: a defect of the house, not of a caller, so that the server does not start. */
export class LawError extends Error {
  readonly problems: readonly LawProblem[];

  constructor(problems: readonly LawProblem[]) {
    super(problems.map((p) => `law/${p.file} ${p.field || '/'}: ${p.problem}`).join('\n'));
    this.name = 'LawError';
    this.problems = problems;
  }
}

/** A file that was read: its path inside the room with `/`, and what it holds. */
export interface LawFile {
  readonly path: string;
  readonly content: unknown;
}

const SCHEMA = 'dated.schema.json';

/** Paths of the JSON files under a folder, sorted, with `/`; the schema itself left out. */
export function lawPaths(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && e.name.endsWith('.json') && e.name !== SCHEMA)
    .map((e) => relative(folder, join(e.parentPath, e.name)).split(sep).join('/'))
    .sort();
}

/** What stands at a path: `legal.json`, `…/line.json`, `…/policy.json`, else a parameter. */
export function kindOf(path: string): Kind {
  if (path === 'legal.json') return 'legal';
  if (/^lines\/[^/]+\/line\.json$/.test(path)) return 'line';
  if (/^policies\/[^/]+\/policy\.json$/.test(path)) return 'policy';
  return 'parameter';
}

/**
 * Reads and checks every file under a folder.
 * @param folder absolute path of the law room (or of a copy of it)
 * @returns the contents by path, each of the shape that its place demands
 * @throws LawError with all problems of all files
 */
export function readLawFiles(folder: string): Map<string, LawFile> {
  const check = checker(folder);
  const problems: LawProblem[] = [];
  const files = new Map<string, LawFile>();
  for (const path of lawPaths(folder)) {
    const content = parse(folder, path, problems);
    if (content === undefined) continue;
    problems.push(...check(path, content));
    files.set(path, { path, content });
  }
  if (problems.length > 0) throw new LawError(problems);
  return files;
}

function parse(folder: string, path: string, problems: LawProblem[]): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, path), 'utf8'));
  } catch (e) {
    problems.push({ file: path, field: '', problem: `is not JSON: ${(e as Error).message}` });
    return undefined;
  }
}

function checker(folder: string): (path: string, content: unknown) => LawProblem[] {
  const ajv = new Ajv({ allErrors: true, strict: true });
  const schema = JSON.parse(readFileSync(join(folder, SCHEMA), 'utf8'));
  ajv.addSchema(schema);
  const ref = (pointer: string): ValidateFunction | undefined => ajv.getSchema(`${schema.$id}#/definitions/${pointer}`);
  const say = (path: string, field: string, errors: ErrorObject[] | null | undefined): LawProblem[] =>
    (errors ?? []).map((e) => ({
      file: path,
      field: field + e.instancePath,
      problem: `${e.message}${'additionalProperty' in e.params ? ` (${e.params.additionalProperty})` : ''}`,
    }));

  return (path, content) => {
    const kind = kindOf(path);
    const whole = ref(kind)!;
    if (!whole(content)) return say(path, '', whole.errors);
    if (kind !== 'parameter') return [];
    const parameter = content as Parameter<unknown>;
    const value = ref(`values/${parameter.unit}`);
    if (value === undefined)
      return [{ file: path, field: '/unit', problem: `${parameter.unit} is no unit of ${SCHEMA}` }];
    const values = parameter.entries.flatMap((e, i) =>
      e.value === null || value(e.value) ? [] : say(path, `/entries/${i}/value`, value.errors),
    );
    return [...values, ...datesOf(path, parameter)];
  };
}

// What a JSON schema cannot say: real days, in order, without a gap at the start, and a name equal to the place.
function datesOf(path: string, p: Parameter<unknown>): LawProblem[] {
  const problems: LawProblem[] = [];
  const wrong = (field: string, problem: string) => problems.push({ file: path, field, problem });
  const real = (field: string, text: string) => {
    if (parseDay(text) === undefined) wrong(field, `${text} is no day of the calendar`);
  };
  const name = path.replace(/\.json$/, '').replaceAll('/', '.');
  if (p.name !== name) wrong('/name', `is ${p.name}, the place says ${name}`);
  real('/knownFrom', p.knownFrom);
  real('/verified', p.verified);
  if (p.verified < p.knownFrom) wrong('/verified', 'is before knownFrom');
  p.entries.forEach((e: Entry<unknown>, i) => {
    real(`/entries/${i}/from`, e.from);
    const before = p.entries[i - 1];
    if (before && before.from >= e.from) wrong(`/entries/${i}/from`, `is not after ${before.from} of the entry before`);
  });
  if (p.entries[0]?.from !== p.knownFrom) wrong('/knownFrom', 'is not the day of the first entry');
  return problems;
}
