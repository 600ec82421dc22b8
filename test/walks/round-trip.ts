// Sends resources and reads them back: each comes back exactly as it was sent, or is refused for a reason that it says.
import type { Json, Server } from '../http/server.ts';

export interface Tripped {
  /** How many came back exactly. */
  readonly same: number;
  /** What came back changed: this must stay empty. */
  readonly changed: readonly string[];
  /** `Type/id` → codes of the reasons, each once. */
  readonly refused: ReadonlyMap<string, readonly string[]>;
  /** Refusals without an OperationOutcome, and errors of the server: this must stay empty. */
  readonly broken: readonly string[];
}

/**
 * @param resources as JSON text, so that digits are compared too; named by `Type/id`, or by `Type#n` when they have no id
 */
export async function roundTrips(s: Server, resources: readonly string[]): Promise<Tripped> {
  const changed: string[] = [];
  const broken: string[] = [];
  const refused = new Map<string, readonly string[]>();
  let same = 0;
  let left = resources.map((text, i) => ({ text, name: nameOf(text, i) }));
  // What refers to something that comes later is sent again once that is there.
  for (let progress = true; progress && left.length > 0; ) {
    progress = false;
    const again: typeof left = [];
    for (const one of left) {
      const reasons = await send(s, one.text);
      if (typeof reasons === 'string') {
        progress = true;
        refused.delete(one.name);
        if (reasons === one.text || bare(reasons) === bare(one.text)) same++;
        else changed.push(`${one.name}\n${bare(one.text)}\n${bare(reasons)}`);
      } else {
        if (reasons.length === 0) broken.push(one.name);
        refused.set(one.name, reasons);
        if (reasons.includes('reference-to-nothing')) again.push(one);
      }
    }
    left = again;
  }
  return { same, changed, refused, broken };
}

function nameOf(text: string, i: number): string {
  const { resourceType, id } = JSON.parse(text) as Json;
  return id === undefined ? `${resourceType}#${i}` : `${resourceType}/${id}`;
}

/** The text as it is read back, or why it was refused. */
async function send(s: Server, text: string): Promise<string | readonly string[]> {
  const { resourceType, id } = JSON.parse(text) as Json;
  const written = id === undefined ? await s.post(resourceType, text) : await s.put(`${resourceType}/${id}`, text);
  if (written.status >= 300) {
    if (written.status >= 500 || written.json.resourceType !== 'OperationOutcome') return [];
    return [...new Set<string>(written.json.issue.map((i: Json) => i.details.coding[0].code))].sort();
  }
  return (await s.get(`${resourceType}/${written.json.id}`, { accept: 'application/fhir+json' })).text;
}

/**
 * The text without what the server gives: id where there was none, version and time; meta stands after the id, as the server
 * puts it. Everything else keeps its order, and its numbers their digits.
 */
function bare(text: string): string {
  const digits = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? `#${context.source}` : value;
  const { resourceType, id, meta, ...rest } = JSON.parse(
    text,
    digits as (key: string, value: unknown) => unknown,
  ) as Json;
  const { versionId: _v, lastUpdated: _l, ...kept } = meta ?? {};
  return JSON.stringify({ resourceType, kept, rest });
}

/** How often each reason was given. */
export function tally({ refused }: Tripped): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of [...refused.values()].flat()) counts[reason] = (counts[reason] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
