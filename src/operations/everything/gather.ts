// A page of a patient's record, or of everybody's: what is the patient's own, what names the patient, and what those name.
import { FOREVER, FOREVER_AGO, parseDate } from '../../fhir/extract/dates.ts';
import { stated, unknown } from '../../fhir/interactions/answer.ts';
import { type Cursor, everything, type RecordPlace, type StoredResource } from '../../storage/types.ts';
import type { Given } from '../input/declare.ts';
import type { OperationService } from '../operation.ts';
import type { Mark } from './cursor.ts';
import type { parameters } from './definition.ts';
import { firstNamed, LINKED, linkedTo, namesAnother, type Seen, seen } from './links.ts';
import { careParams, mentionsOf } from './places.ts';

export type Asked = Omit<Given<ReturnType<typeof parameters>>, '_count' | '_cursor'> & {
  /** undefined: every Patient. */
  readonly id: string | undefined;
  readonly base: string;
  readonly count: number;
  readonly after: Mark | undefined;
};

export interface Gathered {
  readonly records: readonly StoredResource[];
  readonly linked: readonly StoredResource[];
  readonly next: Mark | undefined;
}

/** Patients looked at for a page of all: many may have nothing of what is asked, and each takes a statement. */
const PATIENTS = 100;

/** @throws FaultError 404, 410 when there is no such Patient */
export async function gather(service: OperationService, asked: Asked): Promise<Gathered> {
  const records: Seen[] = [];
  const part = parts(service, asked);
  const { shown } = part;
  let left = asked.count;
  let looked = 0;
  let next: Mark | undefined;
  for await (const { patient, after } of patientsOf(service, asked)) {
    if (left === 0 || looked === PATIENTS) {
      next = { patient: patient.id, place: undefined };
      break;
    }
    const found = await part.of(patient, after, left);
    records.push(...found.records);
    left -= found.counted;
    looked++;
    next = found.next;
    if (next !== undefined) break;
  }
  const linked = await linkedTo(service, records, asked.id, asked.base);
  return {
    records: records.map(({ state }) => state).filter(({ type }) => shown(type)),
    linked: linked.filter(({ type }) => shown(type)),
    next,
  };
}

interface At {
  readonly patient: StoredResource;
  /** undefined: from the Patient itself on. */
  readonly after: RecordPlace | undefined;
}

/** The Patient asked for; or all of them in the order of their ids, from where the page before ended. */
async function* patientsOf(service: OperationService, { id, after }: Asked): AsyncGenerator<At> {
  const from = id ?? after?.patient;
  const first = from === undefined ? undefined : await service.store.read('Patient', from, everything);
  if (id !== undefined) {
    if (first === undefined) throw unknown('Patient', id);
    stated(first);
    yield { patient: first, after: after?.place };
    return;
  }
  if (first?.content != null) yield { patient: first, after: after?.place };
  let cursor: Cursor | undefined = from === undefined ? undefined : { id: from, values: [] };
  do {
    const plan = { reach: everything, type: 'Patient', where: [], sort: [], limit: PATIENTS };
    const page = await service.store.search(cursor === undefined ? plan : { ...plan, after: cursor });
    for (const patient of page.rows) yield { patient, after: undefined };
    cursor = page.next;
  } while (cursor !== undefined);
}

interface Part {
  readonly records: readonly Seen[];
  /** How much of the page it takes. */
  readonly counted: number;
  readonly next: Mark | undefined;
}

/** Reads records by the same question for each patient. */
function parts(service: OperationService, asked: Asked) {
  const { definitions, store } = service;
  const shown = asked._type.length === 0 ? () => true : (type: string) => asked._type.includes(type);
  // Whatever record names a practitioner: to show those that are named, all have to be looked at.
  const all = asked._type.length === 0 || asked._type.some((type) => LINKED.has(type));
  const question = {
    reach: everything,
    types: all ? undefined : asked._type,
    since: asked._since,
    care: careOf(service, asked),
  };
  const of = async (patient: StoredResource, after: RecordPlace | undefined, room: number): Promise<Part> => {
    const { id } = patient;
    const self = after === undefined && (asked._since === undefined || isSince(patient, asked._since)) ? [patient] : [];
    const counted = shown('Patient') ? self.length : 0;
    const rest = room - counted;
    const page = await store.recordPage({
      ...question,
      patient: patient.patient,
      mentions: mentionsOf(definitions, id),
      // One more than there is room for tells that there is more.
      limit: Math.max(rest, 1),
      after: after?.type === 'Patient' ? undefined : after,
    });
    const rows = rest === 0 ? [] : page.rows;
    const place =
      rest > 0 ? page.next : page.rows.length > 0 ? ({ mention: false, type: 'Patient', id } as const) : undefined;
    // What several patients share (a Group, an Appointment of two) would tell of the others; asked for all, it is told once.
    const told = ({ state, resource }: Seen) =>
      state.patient !== 0 ||
      (asked.id === undefined ? firstNamed(service, resource) === id : !namesAnother(service, resource, id));
    return {
      records: [...self, ...rows].map(seen).filter(told),
      counted: counted + rows.length,
      next: place && { patient: id, place },
    };
  };
  return { shown, of };
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
