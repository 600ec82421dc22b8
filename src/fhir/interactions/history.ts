// history of an instance, a type, or everything: https://hl7.org/fhir/R4/http.html#history
import { fault } from '../../kernel/fault.ts';
import type { HistoryPage, NamedState, ReadStore, Span, StoredResource } from '../../storage/types.ts';
import { everything } from '../../storage/types.ts';
import { FOREVER, FOREVER_AGO, parseDate } from '../extract/dates.ts';
import { namedInList, subset } from '../search/index.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { locationOf, unknown } from './answer.ts';
import { FORM_PARAMETERS, formOf } from './form.ts';

const DEFAULT_COUNT = 50;
const MAX_COUNT = 1000;
const CURSOR = '_cursor';

/** Whose history: nothing = everything. */
export interface HistoryScope {
  readonly type?: string;
  readonly id?: string;
}

/**
 * States, newest first, deletions among them. `total` is left out where there are more than 10,000, and for `_at` over a type
 * or everything.
 * @throws FaultError 404 an id that was never used, 400 unknown parameter or bad value
 */
export function history(service: FhirService, scope: HistoryScope, request: FhirRequest): Promise<FhirResponse> {
  return historyFrom(service, service.store, scope, request);
}

/** See {@link history}; reads from `store`, which may be a transaction. */
export async function historyFrom(
  service: FhirService,
  store: ReadStore,
  scope: HistoryScope,
  request: FhirRequest,
): Promise<FhirResponse> {
  const { definitions } = service;
  const form = formOf(definitions, scope.type === undefined ? definitions.resourceTypes : [scope.type], request.query);
  const asked = readParameters(request, scope);
  if (form === 'count') asked.limit = 0;
  if (asked.list !== undefined) {
    const named = await namedInList(store, asked.list, request.base, everything);
    asked.among = distinctStates(named.filter(({ type }) => definitions.isResourceType(type)));
  }
  const { rows, total, next } = await (scope.id === undefined ? wide : narrow)(store, scope, asked);
  const address = `${request.base}/${[scope.type, scope.id, '_history'].filter((p) => p !== undefined).join('/')}`;
  const kept = request.query.filter(([name]) => name !== CURSOR && name !== '_format' && name !== '_pretty');
  const link = [{ relation: 'self', url: address + queryOf(request.query) }];
  if (next !== undefined) link.push({ relation: 'next', url: address + queryOf([...kept, [CURSOR, next]]) });
  const part = (content: string) =>
    form === undefined || form === 'count' ? content : subset(definitions, content, form);
  const entries = rows.map((state) => historyEntry(state, request.base, part));
  const head = JSON.stringify({
    resourceType: 'Bundle',
    type: 'history',
    ...(total === undefined ? {} : { total }),
    link,
  });
  return { status: 200, body: `${head.slice(0, -1)}${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}` };
}

interface Found {
  readonly rows: readonly StoredResource[];
  readonly total: number | undefined;
  readonly next: string | undefined;
}

async function narrow(store: ReadStore, scope: HistoryScope, asked: Asked): Promise<Found> {
  const { type = '', id = '' } = scope;
  const { limit, since, at, cursor, among } = asked;
  const versions = among && versionsOf(among, type, id);
  const page = {
    limit: limit === 0 ? 0 : limit + 1,
    ...(cursor === undefined ? {} : { before: cursor.version }),
    ...(since === undefined ? {} : { since }),
    ...(at === undefined ? {} : { at }),
    ...(versions === undefined ? {} : { versions }),
  };
  const { rows, total } = await store.history(type, id, page, everything);
  if (total === 0 && (await store.read(type, id, everything)) === undefined) throw unknown(type, id);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { rows: shown, total, next: last && writeCursor(last) };
}

async function wide(store: ReadStore, scope: HistoryScope, { limit, since, at, cursor, among }: Asked): Promise<Found> {
  const page: HistoryPage = {
    limit,
    ...(since === undefined ? {} : { since }),
    ...(at === undefined ? {} : { at }),
    ...(cursor === undefined ? {} : { after: cursor }),
    ...(among === undefined ? {} : { among }),
  };
  const { rows, total, next } = await store.historyOf(scope.type, page, everything);
  return { rows, total, next: limit > 0 && next !== undefined ? writeCursor(next) : undefined };
}

/** What a List names, each once: a resource without a version is all of its versions. */
function distinctStates(named: Awaited<ReturnType<typeof namedInList>>): readonly NamedState[] {
  const whole = new Set(named.filter((n) => n.version === undefined).map(({ type, id }) => `${type}/${id}`));
  const states = new Map<string, NamedState>();
  for (const { type, id, version } of named) {
    if (version === undefined) states.set(`${type}/${id}`, { type, id });
    else if (!whole.has(`${type}/${id}`) && VERSION.test(version)) {
      states.set(`${type}/${id}/${version}`, { type, id, version: Number(version) });
    }
  }
  return [...states.values()];
}

/** The versions of a resource that are named; undefined = all of them. */
function versionsOf(among: readonly NamedState[], type: string, id: string): readonly number[] | undefined {
  const named = among.filter((s) => s.type === type && s.id === id);
  return named.some((s) => s.version === undefined) ? undefined : named.map((s) => s.version!);
}

/** What was done is told as a direct write, whatever the condition was (R4). */
function historyEntry(state: StoredResource, base: string, part: (content: string) => string): string {
  const method = state.content === null ? 'DELETE' : state.method;
  const url = method === 'POST' ? state.type : `${state.type}/${state.id}`;
  const status = method === 'DELETE' ? '204 No Content' : state.version === 1 ? '201 Created' : '200 OK';
  const rest = JSON.stringify({
    request: { method, url },
    response: {
      status,
      location: locationOf(state),
      etag: `W/"${state.version}"`,
      lastModified: state.updated,
    },
  });
  const fullUrl = JSON.stringify(`${base}/${state.type}/${state.id}`);
  return `{"fullUrl":${fullUrl}${state.content === null ? '' : `,"resource":${part(state.content)}`},${rest.slice(1)}`;
}

function queryOf(pairs: readonly (readonly [string, string])[]): string {
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs.map(([n, v]): [string, string] => [n, v]))}`;
}

type Place = NonNullable<HistoryPage['after']>;

interface Asked {
  limit: number;
  since?: string;
  at?: Span;
  /** Id of a List. */
  list?: string;
  /** What it names. */
  among?: readonly NamedState[];
  cursor?: Place;
}

function readParameters(request: FhirRequest, scope: HistoryScope): Asked {
  const asked: Asked = { limit: DEFAULT_COUNT };
  const seen = new Set<string>();
  for (const [name, value] of request.query) {
    if (name === '_format' || name === '_pretty' || FORM_PARAMETERS.includes(name)) continue;
    // R4: each of these parameters shall not appear more than once.
    if (seen.has(name) || !readParameter(asked, name, value, scope)) throw refused(name, value);
    seen.add(name);
  }
  return asked;
}

function readParameter(asked: Asked, name: string, value: string, scope: HistoryScope): boolean {
  switch (name) {
    case '_count':
      if (!/^\d{1,9}$/.test(value)) return false;
      asked.limit = Math.min(Number(value), MAX_COUNT);
      return true;
    case '_since': {
      const since = instant(value);
      if (since !== undefined) asked.since = since;
      return since !== undefined;
    }
    case '_at': {
      const at = span(value);
      if (at !== undefined) asked.at = at;
      return at !== undefined;
    }
    case '_list': {
      const id = value.replace(/^List\//, '');
      if (!ID.test(id)) return false;
      asked.list = id;
      return true;
    }
    case CURSOR: {
      const cursor = readCursor(value, scope);
      if (cursor !== undefined) asked.cursor = cursor;
      return cursor !== undefined;
    }
    default:
      return false;
  }
}

/** A plus that was not encoded arrives as a space. */
function zoned(value: string): string {
  return value.replace(/ (?=\d\d:\d\d$)/, '+');
}

function instant(value: string): string | undefined {
  const text = zoned(value);
  const date = parseDate(text);
  return date?.zoned === true && date.precision === 'second' ? date.lo : undefined;
}

/** A date or time of any precision, with a prefix of date searches: the instants that it means. */
function span(value: string): Span | undefined {
  const m = /^(eq|ge|gt|sa|le|lt|eb)?(.*)$/s.exec(zoned(value));
  const date = parseDate(m?.[2] ?? '');
  if (date === undefined) return undefined;
  switch (m?.[1]) {
    case 'ge':
      return { lo: date.lo, hi: FOREVER };
    case 'gt':
    case 'sa':
      return { lo: date.hi, hi: FOREVER };
    case 'le':
      return { lo: FOREVER_AGO, hi: date.hi };
    case 'lt':
    case 'eb':
      return { lo: FOREVER_AGO, hi: date.lo };
    default:
      return { lo: date.lo, hi: date.hi };
  }
}

/** Where a page ended, opaque to clients. */
function writeCursor({ updated, type, id, version }: Place): string {
  return Buffer.from(`${updated} ${type} ${id} ${version}`).toString('base64url');
}

const PLACE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z) ([A-Z][A-Za-z]+) ([A-Za-z0-9\-.]{1,64}) ([1-9]\d{0,8})$/;

const ID = /^[A-Za-z0-9\-.]{1,64}$/;
const VERSION = /^[1-9]\d{0,8}$/;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function readCursor(text: string, scope: HistoryScope): Place | undefined {
  if (!/^[A-Za-z0-9_-]{1,400}$/.test(text)) return undefined;
  const m = PLACE.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (m === null || Number.isNaN(Date.parse(m[1]!))) return undefined;
  const place = { updated: m[1]!, type: m[2]!, id: m[3]!, version: Number(m[4]) };
  // One that another history gave makes no sense here; wide ones go by the stored form of the id.
  if (scope.id === undefined && !UUID.test(place.id)) return undefined;
  if (place.type !== (scope.type ?? place.type) || place.id !== (scope.id ?? place.id)) return undefined;
  return place;
}

function refused(name: string, value: string): Error {
  return fault('not-supported', 'history-parameter', {
    en: `The parameter ${name}=${value} is not understood here. _history takes, each once: _count (0 or more), _since (an instant with zone), _at (a date or time), _list (the id of a List), _summary or _elements.`,
    fr: `Le paramètre ${name}=${value} n’est pas compris ici. _history accepte, chacun une fois : _count (0 ou plus), _since (un instant avec fuseau), _at (une date ou une heure), _list (l’identifiant d’une List), _summary ou _elements.`,
  });
}
