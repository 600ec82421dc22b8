// The profiles that the server knows, compiled at first use.
import type { CodeSystem, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { pruneStructure, withoutVersion } from '../../definitions/prune.ts';
import { expander, pruneCodeSystem, pruneValueSet } from '../../definitions/terminology.ts';
import type { Definitions, Expansion } from '../../definitions/types.ts';
import * as base from '../messages.ts';
import type { Json, Run } from '../run.ts';
import type { Shape, Shapes } from '../shape.ts';
import { addedRules, type Check, compileChildren, type Workshop } from './compile.ts';
import * as say from './messages.ts';
import { type Node, treeOf } from './tree.ts';

interface Profile {
  readonly definition: StructureDefinition;
  /** The type it constrains. */
  readonly type: string;
  tree?: Node;
  check?: Check;
}

export class Profiles {
  readonly #shapes: Shapes;
  readonly #profiles = new Map<string, Profile>();
  readonly #expansion: (url: string) => Expansion | undefined;

  constructor(
    shapes: Shapes,
    profiles: readonly StructureDefinition[],
    valueSets: readonly ValueSet[],
    codeSystems: readonly CodeSystem[],
  ) {
    this.#shapes = shapes;
    for (const p of profiles) {
      if (!p.snapshot?.element?.length || p.derivation !== 'constraint') continue;
      this.#profiles.set(p.url, { definition: p, type: p.type });
    }
    this.#expansion = expanderOver(shapes.definitions, valueSets, codeSystems);
  }

  /** Checks a resource, whose base structure is good, against the profiles that it claims. */
  resource(resource: Json, run: Run): void {
    const claimed = (resource.meta as Json | undefined)?.profile;
    if (!Array.isArray(claimed)) return;
    claimed.forEach((url: unknown, i) => {
      if (typeof url === 'string') this.#claimed(url, i, resource, run);
    });
  }

  /** The type that a profile, or a base definition, is about; undefined too for a `|version` that is not the one known. */
  typeOf(url: string): string | undefined {
    const bare = withoutVersion(url);
    const version = url.slice(bare.length + 1);
    const profile = this.#profiles.get(bare);
    if (profile !== undefined) return isVersion(version, profile.definition.version) ? profile.type : undefined;
    const base = this.#shapes.definitions.definition(bare);
    return base?.url === bare && isVersion(version, BASE_VERSION) ? base.name : undefined;
  }

  #claimed(claim: string, index: number, resource: Json, run: Run): void {
    const url = withoutVersion(claim);
    const profile = this.#profiles.get(url);
    const at = `.meta.profile[${index}]`;
    if (profile === undefined) {
      const isBase = this.#shapes.definitions.definition(url)?.name === resource.resourceType;
      if (!isBase) run.add('not-supported', 'profile-unknown', say.unknownProfile(claim), at, 'warning');
    } else if (profile.type !== resource.resourceType) {
      run.add('value', 'profile-other-type', say.profileOfOtherType(claim, profile.type), at);
    } else this.#compiled(profile)(resource, run);
  }

  /** Checks an extension against its definition, when that is known. */
  extension(extension: Json, modifier: boolean, run: Run): void {
    const url = extension.url as string;
    const profile = this.#profiles.get(url);
    if (profile !== undefined && profile.type === 'Extension') this.#compiled(profile)(extension, run);
    // What a modifier changes may turn the meaning of the element round (R4 extensibility.html#modifierExtension).
    else if (modifier) run.add('not-supported', 'modifier-unknown', base.unknownModifier(url), '.url', 'warning');
  }

  #compiled(profile: Profile): Check {
    profile.check ??= this.#compile(profile);
    return profile.check;
  }

  #compile(profile: Profile): Check {
    const shape = this.#shapes.type(profile.type);
    if (shape === undefined) return () => {};
    const shop = this.#workshop(profile, shape);
    const tree = this.#tree(profile);
    const known = (this.#shapes.definitions.definition(profile.type)?.elements[0]?.constraints ?? []).map((c) => c.key);
    const rules = addedRules(tree.element, known, () => [shape], shop);
    const checks = compileChildren(tree, shape, shop);
    return (value, run) => {
      const before = run.notes.length;
      for (const check of checks) check(value, run);
      if (run.notes.length === before) for (const rule of rules) rule.check(value, run);
    };
  }

  #tree(profile: Profile): Node {
    profile.tree ??= treeOf(pruneStructure(profile.definition, 'words'));
    return profile.tree;
  }

  #workshop(profile: Profile, shape: Shape): Workshop {
    const { url } = profile.definition;
    return {
      shapes: this.#shapes,
      title: url.slice(url.lastIndexOf('/') + 1),
      resource: shape.kind === 'resource' ? shape : undefined,
      expansion: this.#expansion,
      tree: (other) => {
        const found = this.#profiles.get(withoutVersion(other));
        return found && this.#tree(found);
      },
      typeOf: (other) => {
        const known = this.#profiles.get(other);
        return known?.type ?? this.#shapes.definitions.definition(other)?.name;
      },
      profile: (other) => this.#reference(withoutVersion(other)),
    };
  }

  /** The check of another profile, resolved when it is first asked: profiles may name each other. */
  #reference(url: string): Check | undefined {
    const profile = this.#profiles.get(url);
    return profile && ((value, run) => this.#compiled(profile)(value, run));
  }
}

/** The version of every base definition. */
const BASE_VERSION = '4.0.1';

/** Whether an asked version is the known one, or the beginning of it (`4.0` of `4.0.1`). Empty = any. */
function isVersion(asked: string, known = ''): boolean {
  return asked === '' || `${known}.`.startsWith(`${asked}.`);
}

/** Value sets and code systems of the profiles' packages stand before those of R4. */
function expanderOver(
  definitions: Definitions,
  valueSets: readonly ValueSet[],
  codeSystems: readonly CodeSystem[],
): (url: string) => Expansion | undefined {
  const sets = new Map(valueSets.filter((v) => v.url).map((v) => [v.url as string, v]));
  const systems = new Map(codeSystems.filter((c) => c.url).map((c) => [c.url as string, c]));
  return expander({
    valueSet: (url) => {
      const own = sets.get(url);
      return own ? pruneValueSet(own) : definitions.valueSet(url);
    },
    codeSystem: (url) => {
      const own = systems.get(url);
      return own ? pruneCodeSystem(own) : definitions.codeSystem(url);
    },
  });
}
