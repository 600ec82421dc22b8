// A page of a patient's record: what is the patient's own, what names the patient, and what those name.
import { FOREVER, FOREVER_AGO, parseDate } from '../../fhir/extract/dates.ts';
import { stated, unknown } from '../../fhir/interactions/answer.ts';
import { everything, type RecordPlace, type StoredResource } from '../../storage/types.ts';
import type { Given } from '../input/declare.ts';
import type { OperationService } from '../operation.ts';
import type { parameters } from './definition.ts';
import { LINKED, linkedTo, namesAnother, seen } from './links.ts';
import { careParams, mentionsOf } from './places.ts';

export type Asked = Omit<Given<ReturnType<typeof parameters>>, '_count' | '_cursor'> & {
  readonly id: string;
  readonly base: string;
  readonly count: number;
  readonly after: RecordPlace | undefined;
};

export interface Gathered {
  readonly records: readonly StoredResource[];
  readonly linked: readonly StoredResource[];
  readonly next: RecordPlace | undefined;
}

/** @throws FaultError 404, 410 when there is no such Patient */
export async function gather(service: OperationService, asked: Asked): Promise<Gathered> {
  const { id, after, base } = asked;
  const patient = await service.store.read('Patient', id, everything);
  if (patient === undefined) throw unknown('Patient', id);
  stated(patient);
  const shown = asked._type.length === 0 ? () => true : (type: string) => asked._type.includes(type);
  // Whatever record names a practitioner: to show those that are named, all have to be looked at.
  const all = asked._type.length === 0 || asked._type.some((type) => LINKED.has(type));
  const page = await service.store.recordPage({
    reach: everything,
    patient: patient.patient,
    types: all ? undefined : asked._type,
    since: asked._since,
    care: careOf(service, asked),
    mentions: mentionsOf(service.definitions, id),
    limit: asked.count,
    after,
  });
  const first = after === undefined && (asked._since === undefined || isSince(patient, asked._since)) ? [patient] : [];
  const records = [...first, ...page.rows]
    .map(seen)
    // What several patients share (a Group, an Appointment of two) would tell of the others.
    .filter(({ state, resource }) => state.patient !== 0 || !namesAnother(service, resource, id));
  const linked = await linkedTo(service, records, id, base);
  return {
    records: records.map(({ state }) => state).filter(({ type }) => shown(type)),
    linked: linked.filter(({ type }) => shown(type)),
    next: page.next,
  };
}

function isSince({ updated }: StoredResource, since: string): boolean {
  return Date.parse(updated) >= Date.parse(since);
}

/** Days are those of date searches (R4 gives a date no zone). */
function careOf(service: OperationService, { start, end }: Asked) {
  if (start === undefined && end === undefined) return undefined;
  const lo = start === undefined ? FOREVER_AGO : parseDate(start)!.lo;
  const hi = end === undefined ? FOREVER : parseDate(end)!.hi;
  return { lo, hi, params: careParams(service.definitions) };
}
