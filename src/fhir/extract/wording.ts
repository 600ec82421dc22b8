// The texts that stand with coded values, for `:text`. Devices say the same all the time, so the texts of a resource together
// are one token, and what they are is noted once (storage: `wording`).
import { textLanes } from '../../storage/hash.ts';
import type { Wording } from '../../storage/types.ts';
import { type Rows, remembered, type Said } from './sink.ts';
import { cut, normalise, wordsOf } from './text.ts';

/** Takes a text of a coded value under a key. */
export function sayer(param: number): (text: string, rows: Rows) => void {
  const said = remembered((text): Said | null => {
    const whole = normalise(text);
    return whole === '' ? null : { lanes: textLanes(param, whole), param, value: cut(whole), words: wordsOf(whole) };
  });
  return (text, rows) => {
    const one = said(text);
    if (one === null) return;
    rows.said.push(one);
    // Sums, so that the order in which a resource says things makes no difference.
    rows.saidFirst = (rows.saidFirst + one.lanes[0]) | 0;
    rows.saidSecond = (rows.saidSecond + one.lanes[1]) | 0;
  };
}

const KEPT = 20_000;
const halves = new Int32Array(2);
const whole = new BigInt64Array(halves.buffer);

/** Makes the wordings of a type, for resources that say something. */
export function wordings(type: string): (rows: Rows) => Wording {
  const known = new Map<number, Map<number, Wording>>();
  let kept = 0;
  return ({ said, saidFirst, saidSecond }) => {
    let ofFirst = known.get(saidFirst);
    let wording = ofFirst?.get(saidSecond);
    if (wording !== undefined) return wording;
    if (++kept > KEPT) {
      known.clear();
      ofFirst = undefined;
      kept = 1;
    }
    halves[0] = saidFirst;
    halves[1] = saidSecond;
    wording = { token: whole[0]!.toString(), type, texts: distinct(said) };
    if (ofFirst === undefined) known.set(saidFirst, new Map([[saidSecond, wording]]));
    else ofFirst.set(saidSecond, wording);
    return wording;
  };
}

/** Each parameter and beginning of a text once, with the words of all texts that begin so. */
function distinct(said: readonly Said[]): Wording['texts'] {
  const texts = new Map<string, { param: number; value: string; words: string[] }>();
  for (const { param, value, words } of said) {
    const key = `${param} ${value}`;
    const text = texts.get(key);
    if (text === undefined) texts.set(key, { param, value, words: [...words] });
    else text.words.push(...words.filter((w) => !text.words.includes(w)));
  }
  return [...texts.values()];
}
