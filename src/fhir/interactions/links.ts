// Links between the entries of a transaction: https://hl7.org/fhir/R4/http.html#trules and bundle.html#references.

/** A place in a resource that holds a link, so that it can be rewritten once the target's id is known. */
export interface Link {
  readonly holder: Record<string, unknown>;
  readonly key: string;
  /** As it was sent. */
  readonly value: string;
  /** `uri`: one if the element turns out to be a uri, url, oid or uuid. `div`: a narrative that may hold some. */
  readonly kind: 'reference' | 'uri' | 'div';
}

/**
 * Every string that may link to an entry: `Reference.reference`, uri and url elements, any urn:uuid or urn:oid, and the
 * `href` and `src` of narratives, at any depth, extensions and contained resources included. A Bundle that is stored (a
 * document, a message) has none: its links are between its own entries, which are resolved in it (R4 bundle.html#references).
 */
export function linksOf(resource: object): Link[] {
  const links: Link[] = [];
  if ((resource as { resourceType?: unknown }).resourceType === 'Bundle') return links;
  collect(resource, links);
  return links;
}

/** Arrays by index: `for in` over them made this walk ten times slower (19 µs an Observation, now below 2). */
function collect(node: object, links: Link[]): void {
  if (Array.isArray(node)) {
    for (let i = 0; i < node.length; i++) {
      const item: unknown = node[i];
      if (typeof item === 'object' && item !== null) collect(item, links);
      else if (typeof item === 'string' && isUrn(item)) {
        links.push({ holder: node as unknown as Link['holder'], key: String(i), value: item, kind: 'uri' });
      }
    }
    return;
  }
  const holder = node as Link['holder'];
  for (const key in holder) {
    const value = holder[key];
    if (typeof value === 'string') {
      const kind = kindOf(key, value);
      if (kind !== undefined) links.push({ holder, key, value, kind });
    } else if (typeof value === 'object' && value !== null) {
      collect(value, links);
    }
  }
}

function isUrn(value: string): boolean {
  return value.charCodeAt(0) === 0x75 && (value.startsWith('urn:uuid:') || value.startsWith('urn:oid:'));
}

/** A switch, not a Set: this runs for every string of every bundle. */
function kindOf(key: string, value: string): Link['kind'] | undefined {
  switch (key) {
    case 'reference':
      return 'reference';
    case 'uri':
    case 'url':
    case 'valueUri':
    case 'valueUrl':
      return 'uri';
    case 'div':
      return value.includes('href') || value.includes('src') ? 'div' : undefined;
    default:
      return isUrn(value) ? 'uri' : undefined;
  }
}

/** `Patient?identifier=x` in a reference: a search that a transaction resolves (R4 "conditional references"). */
export function isConditional({ kind, value }: Link): boolean {
  return kind === 'reference' && value.includes('?') && CONDITIONAL.test(value);
}

const CONDITIONAL = /^[A-Z][A-Za-z]+\?/;

const IN_NARRATIVE = /((?:href|src)\s*=\s*)(?:"([^"]*)"|'([^']*)')/g;

/** Links in a narrative, each replaced by what `to` gives for it; what it gives nothing for stays. */
export function rewriteDiv(div: string, to: (link: string) => string | undefined): string {
  return div.replace(IN_NARRATIVE, (all, before: string, double: string | undefined, single: string | undefined) => {
    const target = to((double ?? single ?? '').replaceAll('&amp;', '&'));
    return target === undefined ? all : `${before}"${target}"`;
  });
}

/** The entry that a link means, and what follows in the link. */
export interface Target {
  readonly index: number;
  /** The link names a version: it names the new one afterwards. */
  readonly versioned: boolean;
  /** `#fragment`, or nothing. */
  readonly fragment: string;
}

/** Where each entry's links may point from: fullUrl, a bare uuid, `Type/id` of a resource sent in the bundle. */
export class LinkTargets {
  private readonly byLink = new Map<string, number>();

  /**
   * Registers the forms by which entry `index` may be meant. The *mesures* flow of ANS links `Observation.device` to the
   * id that the Device carries inside the bundle, with or without `Device/` and without a fullUrl: these forms count too.
   */
  add(index: number, type: string, fullUrl: string | undefined, id: string | undefined): void {
    if (fullUrl !== undefined) {
      this.put(fullUrl, index);
      const uuid = /^urn:uuid:(.+)$/.exec(fullUrl)?.[1];
      if (uuid !== undefined) this.put(`${type}/${uuid}`, index);
      const relative = /^https?:\/\/.*\/([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})$/.exec(fullUrl)?.[1];
      if (relative !== undefined) this.put(relative, index);
    }
    if (id !== undefined) {
      this.put(`${type}/${id}`, index);
      if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
        this.put(id, index);
        this.put(`urn:uuid:${id}`, index);
      }
    }
  }

  private put(link: string, index: number): void {
    if (!this.byLink.has(link)) this.byLink.set(link, index);
  }

  /** The entry that a link means, or undefined when it points outside the bundle. */
  entryOf(link: string): Target | undefined {
    const exact = this.byLink.get(link);
    if (exact !== undefined) return { index: exact, versioned: false, fragment: '' };
    if (!link.includes('#') && !link.includes('/_history/')) return undefined;
    const [, target = '', version, fragment = ''] = /^([^#]*?)(\/_history\/[^#/]+)?(#.*)?$/s.exec(link) ?? [];
    const index = this.byLink.get(target);
    return index === undefined ? undefined : { index, versioned: version !== undefined, fragment };
  }
}

/** The FHIRPath of a member below a resource, for messages; the resource's type alone when it is not found. */
export function pathOf(resource: object, holder: object, key: string): string {
  const { resourceType } = resource as { resourceType?: unknown };
  const type = typeof resourceType === 'string' ? resourceType : 'Resource';
  return findPath(resource, type, holder, key) ?? type;
}

function findPath(node: object, path: string, holder: object, key: string): string | undefined {
  if (node === holder) return Array.isArray(node) ? `${path}[${key}]` : `${path}.${key}`;
  for (const [name, value] of Object.entries(node)) {
    if (typeof value !== 'object' || value === null) continue;
    const found = findPath(value, Array.isArray(node) ? `${path}[${name}]` : `${path}.${name}`, holder, key);
    if (found !== undefined) return found;
  }
  return undefined;
}
