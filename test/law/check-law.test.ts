// The check of the law room: sources lead to words, texts say where they come from.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { anchorOf, checkLaw } from '../../scripts/check-law.ts';
import { copyRoom, ROOM } from './room.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/check-law.ts', import.meta.url));

t.test('the room of this repository holds together', async (t) => {
  t.strictSame(checkLaw(ROOM), []);
  t.match(execFileSync(process.execPath, [SCRIPT], { encoding: 'utf8' }), /holds together/);
});

t.test('finds a source whose text does not exist', async (t) => {
  const room = copyRoom(t);
  room.remove('texts/decision-uncam-2023-02-20.md');
  const files = checkLaw(room.folder).map((f) => f.file);
  t.strictSame(files, ['shares/general.json', 'shares/regime/general.json']);
});

t.test('finds a source whose heading does not exist', async (t) => {
  const room = copyRoom(t);
  room.set('shares/general.json', '/entries/0/source', 'guide-2023#nowhere');
  t.match(checkLaw(room.folder), [
    { file: 'shares/general.json', wrong: /guide-2023#nowhere, no such heading/, todo: /texts\/guide-2023\.md/ },
  ]);
});

t.test('finds a section that says nothing', async (t) => {
  const room = copyRoom(t);
  const text = room.read('texts/guide-2023.md');
  room.write('texts/guide-2023.md', text.replace(/(## Death\n)[^#]*/, '$1\n'));
  t.match(checkLaw(room.folder), [{ file: 'legal.json', wrong: /guide-2023#death, the section is empty/ }]);
});

t.test('finds a text without its address', async (t) => {
  const room = copyRoom(t);
  const text = room.read('texts/css.md');
  room.write('texts/css.md', text.replace(/^- Address:.*\n/m, ''));
  t.match(checkLaw(room.folder), [{ file: 'texts/css.md', wrong: /Address/ }]);
});

t.test('reports what the loader refuses', async (t) => {
  const room = copyRoom(t);
  room.write('shares/general.json', '{}');
  t.match(checkLaw(room.folder)[0], { file: 'shares/general.json', wrong: /required property/ });
});

t.test('an anchor is made of a heading as GitHub makes it', async (t) => {
  t.equal(anchorOf('R.162-97'), 'r162-97');
  t.equal(anchorOf('One year without a new prescription'), 'one-year-without-a-new-prescription');
  t.equal(anchorOf(' Décès, en cours '), 'décès-en-cours');
});
