// Grouping by code: codings that stand together in one Observation are translations of each other, and that carries on from
// one to the next (R4: the grouping is transitive).
import type { Latest, PatientKey } from '../../storage/types.ts';

interface CodedBy {
  readonly patient: PatientKey;
  readonly codes: readonly string[];
}

/** The name of the group of an Observation, the same for all whose codings are linked in any way. */
export function groupsOf(all: readonly CodedBy[]): (one: CodedBy) => string {
  const parents = new Map<string, string>();
  const find = (name: string): string => {
    let root = name;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    // The way is made short, so that long chains of translations stay cheap.
    for (let at = name; at !== root; ) {
      const next = parents.get(at)!;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  const name = ({ patient }: CodedBy, code: string) => `${patient}\n${code}`;
  for (const one of all) {
    const first = find(name(one, one.codes[0]!));
    for (const code of one.codes.slice(1)) {
      const other = find(name(one, code));
      if (other !== first) parents.set(other, first);
    }
  }
  return (one) => find(name(one, one.codes[0]!));
}

/**
 * The first `max` of each group, and those whose date equals that of the last one taken.
 * @param latest most recent first
 */
export function firstOfEach(latest: readonly Latest[], groupOf: (one: CodedBy) => string, max: number): Latest[] {
  const taken = new Map<string, { count: number; age: number | undefined }>();
  return latest.filter((one) => {
    const group = groupOf(one);
    const so = taken.get(group) ?? { count: 0, age: undefined };
    const tie = one.age !== undefined && one.age === so.age;
    if (so.count >= max && !tie) return false;
    taken.set(group, { count: so.count + 1, age: one.age });
    return true;
  });
}
