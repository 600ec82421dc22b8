// References that name this server by its address. https://hl7.org/fhir/R4/references.html#literal
// `https://this.server/fhir/Patient/1` is Patient/1. It is stored as such, as HAPI and Firely do: the address is what one client
// calls the server by, and only the relative form is the same for integrity, for searches, and for the ledger of days.

const LOCAL = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

type Node = Record<string, unknown>;

/**
 * Makes the references of a body relative that are absolute below `base`, in place: those of a resource, of the resources in a
 * transaction or batch, and of what a patch puts in. A Bundle that is stored speaks of its own entries: it stays as it is.
 */
export function makeReferencesLocal(body: unknown, base: string): void {
  if (typeof body !== 'object' || body === null) return;
  const { resourceType, type, entry } = body as { resourceType?: unknown; type?: unknown; entry?: unknown };
  if (resourceType !== 'Bundle') {
    walk(body, `${base}/`);
    return;
  }
  if ((type !== 'transaction' && type !== 'batch') || !Array.isArray(entry)) return;
  for (const { resource } of entry.filter(isNode) as { resource?: unknown }[]) {
    if (isNode(resource) && resource.resourceType !== 'Bundle') walk(resource, `${base}/`);
  }
}

function walk(node: object, prefix: string): void {
  if (Array.isArray(node)) {
    for (const item of node) if (isNode(item) || Array.isArray(item)) walk(item, prefix);
    return;
  }
  const holder = node as Node;
  for (const key in holder) {
    const value = holder[key];
    if (typeof value === 'object' && value !== null) walk(value, prefix);
    else if (key === 'reference') shorten(holder, key, prefix);
  }
  // JSON Patch: { op, path: "/subject/reference", value }.
  if (typeof holder.path === 'string' && holder.path.endsWith('/reference')) shorten(holder, 'value', prefix);
  if (Array.isArray(holder.part)) walkOperation(holder.part.filter(isNode), prefix);
}

/** FHIRPath Patch: the parts of an operation on `….reference`. */
function walkOperation(parts: readonly Node[], prefix: string): void {
  const path = parts.find((part) => part.name === 'path')?.valueString;
  if (typeof path !== 'string' || !path.endsWith('.reference')) return;
  for (const part of parts) if (part.name === 'value') shorten(part, 'valueString', prefix);
}

function shorten(holder: Node, key: string, prefix: string): void {
  const value = holder[key];
  if (typeof value !== 'string' || !value.startsWith(prefix)) return;
  const relative = value.slice(prefix.length);
  if (LOCAL.test(relative)) holder[key] = relative;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
