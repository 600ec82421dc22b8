// Which parameters have a value, for `:missing`: one token for all of them together, because resources of the same make are
// many and their makes few. What a token means is noted once (storage: `shape`).
import { formHash, paramKey } from '../../storage/hash.ts';
import type { Shape } from '../../storage/types.ts';
import type { IndexPath, TypeIndex } from './paths.ts';
import type { Rows } from './sink.ts';

/** Bits of the places of a type. */
export interface Places {
  bitOf(path: IndexPath): number;
  targetBit(path: IndexPath, type: string): number | undefined;
  /** Keys by bit. */
  readonly keys: readonly number[];
}

export function placesOf(index: TypeIndex): Places {
  const keys: number[] = [];
  const bits = new Map<number, number>();
  for (const path of index.paths) {
    for (const key of [path.key, ...path.targetKeys.values()]) {
      bits.set(key, keys.length);
      keys.push(key);
    }
  }
  return {
    bitOf: (path) => bits.get(path.key)!,
    targetBit: (path, type) => {
      const key = path.targetKeys.get(type);
      return key === undefined ? undefined : bits.get(key);
    },
    keys,
  };
}

const KEPT = 10_000;

/** Makes the shapes of a type. */
export function shapes(type: string, { keys }: Places): (rows: Rows) => Shape {
  const param = paramKey(type, ' shape');
  const known = new Map<number, Map<number, Shape>>();
  let kept = 0;
  return ({ present, presentMore }) => {
    let ofPresent = known.get(present);
    let shape = ofPresent?.get(presentMore);
    if (shape !== undefined) return shape;
    if (++kept > KEPT) {
      known.clear();
      ofPresent = undefined;
      kept = 1;
    }
    const places = keys.filter((_, bit) => ((bit < 31 ? present >> bit : presentMore >> (bit - 31)) & 1) === 1).sort();
    shape = { token: formHash(param, 'pair', '', places.join(' ')), type, places };
    if (ofPresent === undefined) known.set(present, new Map([[presentMore, shape]]));
    else ofPresent.set(presentMore, shape);
    return shape;
  };
}
