// A copy of the law room in a folder of its own, for tests that break a file.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOM = fileURLToPath(new URL('../../src/law', import.meta.url));

export interface Copy {
  readonly folder: string;
  /** Puts a value at a JSON pointer of a file (`/entries/-` appends), or takes it away when undefined. */
  set(path: string, pointer: string, value: unknown): void;
  read(path: string): string;
  write(path: string, text: string): void;
  remove(path: string): void;
}

/** Copies the room; the folder goes away when the test ends. */
export function copyRoom(t: { teardown(undo: () => void): void }): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-law-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(ROOM, folder, { recursive: true });
  const at = (path: string) => join(folder, path);
  return {
    folder,
    set(path, pointer, value) {
      const content: unknown = JSON.parse(readFileSync(at(path), 'utf8'));
      const steps = pointer.split('/').slice(1);
      const last = steps.pop()!;
      const holder = steps.reduce<object>((o, step) => Reflect.get(o, step), content as object);
      const key = last === '-' ? String((holder as unknown[]).length) : last;
      if (value === undefined) Reflect.deleteProperty(holder, key);
      else Reflect.set(holder, key, value);
      writeFileSync(at(path), JSON.stringify(content));
    },
    read: (path) => readFileSync(at(path), 'utf8'),
    write: (path, text) => writeFileSync(at(path), text),
    remove: (path) => rmSync(at(path)),
  };
}
