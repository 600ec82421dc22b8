// X-Provenance: a Provenance sent beside a write, stored with it, of what it writes.
// https://hl7.org/fhir/R4/provenance.html#header
import { FaultError, fault } from '../../kernel/fault.ts';
import type { Exact } from '../json.ts';
import type { AnyResource, FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { checkedUnresolved } from './conditional-references.ts';
import type { Entry } from './entries.ts';
import { checkedResource } from './prepare.ts';
import type { Linked, Placement } from './rewrite.ts';
import { transaction } from './transaction.ts';

type Said = FhirRequest & { body: Exact; provenance: Exact };

/** Runs entries and stores the Provenance with them. @throws FaultError as a transaction; of the Provenance: `Provenance.…` */
export async function transactionWithProvenance(
  service: FhirService,
  entries: readonly Entry[],
  request: Said,
): Promise<FhirResponse[]> {
  if (!entries.some(writes)) throw provenanceElsewhere();
  const index = entries.length;
  const said = entryOf(index, 'POST', 'Provenance', {
    resource: provenanceOf(service, request.provenance),
    said: true,
  });
  const body = { ...request.body, digits: [...request.body.digits, ...request.provenance.digits] };
  try {
    const answers = await transaction(service, [...entries, said], { ...request, body });
    return answers.slice(0, index);
  } catch (error) {
    throw renamed(error, `Bundle.entry[${index}]`, 'Provenance');
  }
}

/** A create, update or patch with a Provenance. */
export async function writeWithProvenance(
  service: FhirService,
  method: 'POST' | 'PUT' | 'PATCH',
  type: string,
  request: Said,
  more: Partial<Entry>,
): Promise<FhirResponse> {
  const resource = method === 'PATCH' ? {} : { resource: checkedResource(service, request.body.value, type) };
  const { ifMatch, ifNoneMatch } = request;
  const entry = entryOf(0, method, type, { ifMatch, ifNoneMatch, ...resource, ...more });
  try {
    const prefer = request.prefer ?? 'representation';
    return (await transactionWithProvenance(service, [entry], { ...request, prefer }))[0]!;
  } catch (error) {
    throw renamed(error, 'Bundle.entry[0]', type);
  }
}

function writes({ method }: Entry): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}

function entryOf(index: number, method: Entry['method'], type: string, more: Partial<Entry>): Entry {
  return {
    index,
    method,
    type,
    address: { kind: more.id === undefined ? 'type' : 'instance', type, query: [] },
    id: undefined,
    condition: undefined,
    fullUrl: undefined,
    resource: undefined,
    patch: undefined,
    ifMatch: undefined,
    ifNoneMatch: undefined,
    ifModifiedSince: undefined,
    ifNoneExist: undefined,
    ...more,
  };
}

/** @throws FaultError 400 when it names its targets, or is no Provenance; 422 when it breaks R4 or a profile */
function provenanceOf(service: FhirService, { value }: Exact): AnyResource {
  if ((value as { target?: unknown } | null)?.target !== undefined) {
    throw fault(
      'invalid',
      'provenance-target',
      {
        en: 'Leave target out of X-Provenance: it names what this request writes.',
        fr: 'Retirez target de X-Provenance : il désigne ce que cette requête écrit.',
      },
      { expression: 'Provenance.target' },
    );
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  // R4 demands a target: what stands there until the writes have their ids.
  const whole = isObject ? { ...value, target: [{ display: 'what is written' }] } : value;
  return checkedUnresolved(service, whole, 'Provenance');
}

export function provenanceElsewhere(): Error {
  return fault('not-supported', 'provenance-elsewhere', {
    en: 'X-Provenance goes with what creates or changes resources: create, update, patch, and transactions with such entries.',
    fr: 'X-Provenance va avec ce qui crée ou modifie des ressources : création, mise à jour, patch, et transactions qui en contiennent.',
  });
}

/**
 * Points a Provenance of the header at the versions that the others write. Where they write nothing (a conditional create that
 * found its resource), it says nothing and is not written.
 */
export function pointed(
  entries: readonly Entry[],
  written: readonly Linked[],
  placementOf: (index: number) => Placement | undefined,
): readonly Linked[] {
  const said = entries.at(-1);
  if (said?.said !== true) return written;
  const others = written.filter(({ index }) => index !== said.index);
  const target = others.map(({ index }) => {
    const { reference, version } = placementOf(index)!;
    return { reference: `${reference}/_history/${version}` };
  });
  (said.resource as Record<string, unknown>).target = target;
  return target.length > 0 ? written : others;
}

/** Faults of an entry that nobody sent as one: their places start from the resource. */
function renamed(error: unknown, at: string, type: string): unknown {
  if (!(error instanceof FaultError)) return error;
  const faults = error.faults.map(({ expression, ...f }) => {
    if (expression === undefined || !expression.startsWith(at)) return { ...f, ...(expression && { expression }) };
    const inside = expression.slice(at.length);
    return inside.startsWith('.resource') ? { ...f, expression: `${type}${inside.slice('.resource'.length)}` } : f;
  });
  return new FaultError(faults, { cause: error });
}
