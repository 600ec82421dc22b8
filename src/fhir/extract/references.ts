// The forms of a reference: https://hl7.org/fhir/R4/references.html#literal

/** What a reference text says. */
export type ReferenceText =
  | { readonly kind: 'local'; readonly type: string; readonly id: string; readonly version?: string }
  /** Absolute address elsewhere, urn, or anything else that is compared as it stands. */
  | { readonly kind: 'other'; readonly text: string }
  /** `#id`: inside the same resource. */
  | { readonly kind: 'contained' };

const LOCAL = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

/** Reads a reference. `base`: absolute addresses below it are local ones. */
export function readReference(text: string, base?: string): ReferenceText {
  if (text.startsWith('#')) return { kind: 'contained' };
  const relative = base !== undefined && text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text;
  const m = LOCAL.exec(relative);
  if (m === null) return { kind: 'other', text };
  return { kind: 'local', type: m[1]!, id: m[2]!, ...(m[3] === undefined ? {} : { version: m[3] }) };
}

export interface LocalReference {
  /** FHIRPath of the Reference: `Observation.basedOn[0]`. */
  readonly path: string;
  /** Type of the resource that holds it, properties and indexes down to it. */
  readonly steps: readonly (string | number)[];
  readonly type: string;
  readonly id: string;
}

/** Its path is printed when somebody asks: every write finds references, and few have a fault. */
class Found implements LocalReference {
  readonly steps: readonly (string | number)[];
  readonly type: string;
  readonly id: string;

  constructor(steps: readonly (string | number)[], type: string, id: string) {
    this.steps = steps;
    this.type = type;
    this.id = id;
  }

  get path(): string {
    return this.steps.map((p, i) => (typeof p === 'number' ? `[${p}]` : i === 0 ? p : `.${p}`)).join('');
  }
}

/**
 * Every literal local reference in a resource, at any depth, extensions and contained resources included. A stored Bundle,
 * and the resources inside Parameters, speak of their own world: nothing in them is a reference of this server's.
 */
export function localReferences(resource: { readonly resourceType: string }): LocalReference[] {
  const found: LocalReference[] = [];
  if (resource.resourceType !== 'Bundle') walk(resource, [resource.resourceType], found);
  return found;
}

function walk(node: object, path: (string | number)[], found: LocalReference[]): void {
  if (Array.isArray(node)) {
    for (let i = 0; i < node.length; i++) {
      const item: unknown = node[i];
      if (typeof item === 'object' && item !== null) below(item, i, path, found);
    }
    return;
  }
  const holder = node as Record<string, unknown>;
  for (const key in holder) {
    const value = holder[key];
    if (typeof value === 'object' && value !== null) {
      if (key !== 'resource' || path[0] !== 'Parameters') below(value, key, path, found);
    } else if (key === 'reference' && typeof value === 'string') {
      const reference = readReference(value);
      if (reference.kind === 'local') found.push(new Found(path.slice(), reference.type, reference.id));
    }
  }
}

function below(node: object, key: string | number, path: (string | number)[], found: LocalReference[]): void {
  path.push(key);
  walk(node, path, found);
  path.pop();
}
