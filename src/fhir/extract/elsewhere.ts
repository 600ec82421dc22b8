// References at places that no search parameter looks at: extensions, contained resources, elements of which R4 has none. A
// deletion must see them too, so each becomes a token of its own. A reference that is indexed costs one look into a set.
import { paramKey, referenceHash } from '../../storage/hash.ts';
import type { TypeIndex } from './paths.ts';
import type { LocalReference } from './references.ts';

/** The key under which a type's references at such places stand. */
export function elsewhereKey(type: string): number {
  return paramKey(type, ' elsewhere');
}

/** Makes the tokens of the references of a type's resources that are not indexed otherwise. */
export function elsewhere(index: TypeIndex): (references: readonly LocalReference[], tokens: string[]) => void {
  const places = indexedPlaces(index);
  const key = elsewhereKey(index.type);
  return (references, tokens) => {
    for (const { steps, type, id } of references) {
      if (!places.has(placeOf(steps))) tokens.push(referenceHash(key, type, id));
    }
  };
}

/** Properties below the resource, without indexes: `basedOn`, `participant.individual`. */
function placeOf(steps: readonly (string | number)[]): string {
  // Nearly all stand on the resource itself: no text is made for them.
  if (steps.length === 2 || (steps.length === 3 && typeof steps[2] === 'number')) return steps[1] as string;
  return steps.filter((s, i) => i > 0 && typeof s === 'string').join('.');
}

/** Places of which every reference is among the tokens of its parameter, or known by the patient key. */
function indexedPlaces({ paths }: TypeIndex): ReadonlySet<string> {
  const branches = paths.filter((p) => p.kind === 'reference' && !p.truth).flatMap((p) => p.branches);
  return new Set(
    branches
      .filter(
        ({ type, steps }) => type === 'Reference' && steps.every((s) => s.at === undefined && s.where === undefined),
      )
      .map(({ steps }) => steps.map((s) => s.property).join('.')),
  );
}
