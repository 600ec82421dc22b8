// Checks that the law room holds together: every file valid, every source one click from words that say something.
// As a script: prints what is wrong and what to do, exit code 1.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LawError, lawPaths } from '../src/law/files.ts';
import { loadLaw } from '../src/law/load.ts';

/** One thing to repair. */
export interface Finding {
  /** Path inside the law room. */
  readonly file: string;
  readonly wrong: string;
  readonly todo: string;
}

const HEAD = ['Reference', 'Published', 'Address', 'Read on'];

/**
 * Looks at a law room: the JSON by the loader, then texts and sources.
 * @param folder absolute path of the room
 * @returns all findings, empty when all is well
 */
export function checkLaw(folder: string): Finding[] {
  const texts = readTexts(join(folder, 'texts'));
  return [
    ...unreadable(folder),
    ...[...texts].flatMap(([file, text]) => headOf(file, text)),
    ...sources(folder, texts),
  ];
}

/** The anchor of a heading, as GitHub makes it. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

function readTexts(folder: string): Map<string, string> {
  const names = existsSync(folder) ? readdirSync(folder).filter((n) => n.endsWith('.md')) : [];
  return new Map(names.sort().map((n) => [n, readFileSync(join(folder, n), 'utf8')]));
}

function unreadable(folder: string): Finding[] {
  try {
    loadLaw(folder);
    return [];
  } catch (e) {
    if (!(e instanceof LawError)) throw e;
    return e.problems.map((p) => ({
      file: p.file,
      wrong: `${p.field || '/'} ${p.problem}`,
      todo: 'correct the file by dated.schema.json',
    }));
  }
}

function headOf(file: string, text: string): Finding[] {
  return HEAD.filter((key) => !new RegExp(`^- ${key}: \\S`, 'm').test(text)).map((key) => ({
    file: `texts/${file}`,
    wrong: `has no line "- ${key}: …"`,
    todo: 'add it under the title',
  }));
}

function sources(folder: string, texts: Map<string, string>): Finding[] {
  return lawPaths(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return [...text.matchAll(/"source":\s*"([^"]*)"/g)].flatMap(([, source]) => missing(file, source!, texts));
  });
}

function missing(file: string, source: string, texts: Map<string, string>): Finding[] {
  const [name = '', anchor = ''] = source.split('#');
  const text = texts.get(`${name}.md`);
  if (text === undefined)
    return [{ file, wrong: `cites ${source}, texts/${name}.md does not exist`, todo: `write texts/${name}.md` }];
  const section = sectionOf(text, anchor);
  if (section === undefined)
    return [{ file, wrong: `cites ${source}, no such heading`, todo: `add the heading to texts/${name}.md` }];
  if (section === '')
    return [
      { file, wrong: `cites ${source}, the section is empty`, todo: `say in texts/${name}.md what is relied on` },
    ];
  return [];
}

// What stands under a heading up to the next one; undefined without the heading.
function sectionOf(text: string, anchor: string): string | undefined {
  const parts = text.split(/^#{2,6} /m).slice(1);
  const found = parts.find((part) => anchorOf(part.split('\n', 1)[0]!) === anchor);
  return found === undefined ? undefined : found.slice(found.split('\n', 1)[0]!.length).trim();
}

function main(): void {
  const findings = checkLaw(fileURLToPath(new URL('../src/law', import.meta.url)));
  for (const f of findings) console.error(`src/law/${f.file}: ${f.wrong}. To do: ${f.todo}.`);
  console.log(
    findings.length === 0 ? 'The law room holds together.' : `${findings.length} problem(s) in the law room.`,
  );
  process.exitCode = findings.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
