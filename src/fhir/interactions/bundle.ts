// transaction and batch: https://hl7.org/fhir/R4/http.html#transaction. The shell: reading entries, writing the answer.
import { FaultError, fault } from '../../kernel/fault.ts';
import type { Exact } from '../json.ts';
import { outcomeOf, statusOf } from '../outcome.ts';
import type { AnyResource, FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { batchEntry } from './batch.ts';
import { rebase } from './prepare.ts';
import { transaction } from './transaction.ts';

/** Entries that a bundle may have: bounds the time and memory of one request. */
export const MAX_ENTRIES = 10_000;

/** An entry, read and checked as far as it can be alone. */
export interface Entry {
  readonly index: number;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly type: string;
  /** Id of the address: PUT, DELETE, GET of an instance. */
  readonly id: string | undefined;
  /** The address as sent. */
  readonly url: string;
  readonly fullUrl: string | undefined;
  readonly resource: AnyResource | undefined;
  readonly ifMatch: number | undefined;
  readonly ifNoneExist: string | undefined;
}

/** Result of an entry; `body` is the resource or OperationOutcome as JSON text. */
export interface EntryAnswer extends FhirResponse {
  readonly outcome?: string;
}

/** Runs a transaction or batch. @throws FaultError for a transaction's first failure: then nothing was stored */
export async function bundle(service: FhirService, request: FhirRequest & { body: Exact }): Promise<FhirResponse> {
  const body = request.body.value as Record<string, unknown> | null;
  if (typeof body !== 'object' || body === null || body.resourceType !== 'Bundle') {
    throw refused(
      'bundle-expected',
      'Bundle',
      'Send a Bundle of type transaction or batch to the base address.',
      'Envoyez un Bundle de type transaction ou batch à l’adresse de base.',
    );
  }
  if (body.type !== 'transaction' && body.type !== 'batch') {
    throw refused(
      'bundle-type',
      'Bundle.type',
      `Bundle.type must be transaction or batch here, it is "${String(body.type)}".`,
      `Bundle.type doit être transaction ou batch ici, il vaut « ${String(body.type)} ».`,
    );
  }
  const entries = body.entry ?? [];
  if (!Array.isArray(entries) || ('entry' in body && entries.length === 0)) {
    throw refused(
      'bundle-entry',
      'Bundle.entry',
      'Bundle.entry must be an array of entries (leave it out when there is none).',
      'Bundle.entry doit être un tableau d’entrées (omettez-le s’il n’y en a pas).',
    );
  }
  if (entries.length > MAX_ENTRIES) {
    throw fault('too-large', 'bundle-too-long', {
      en: `The Bundle has ${entries.length} entries, at most ${MAX_ENTRIES} are taken at once. Split it.`,
      fr: `Le Bundle a ${entries.length} entrées, au plus ${MAX_ENTRIES} sont acceptées à la fois. Découpez-le.`,
    });
  }
  const answers =
    body.type === 'transaction'
      ? await transaction(
          service,
          entries.map((e, i) => readEntry(service, e, i)),
          request,
        )
      : await batch(service, entries, request);
  return { status: 200, body: answerText(`${body.type}-response`, answers) };
}

async function batch(
  service: FhirService,
  entries: readonly unknown[],
  request: FhirRequest & { body: Exact },
): Promise<EntryAnswer[]> {
  const answers: EntryAnswer[] = [];
  // One after the other: the entries of a batch must not depend on each other, and a client's batch must not take every connection.
  for (const [index, raw] of entries.entries()) {
    try {
      answers.push(await batchEntry(service, readEntry(service, raw, index), request));
    } catch (e) {
      if (!(e instanceof FaultError)) throw e;
      answers.push({ status: statusOf(e.faults), outcome: JSON.stringify(outcomeOf(e.faults, request.language)) });
    }
  }
  return answers;
}

function answerText(type: string, answers: readonly EntryAnswer[]): string {
  const entries = answers.map((a) => {
    const response = [`"status":"${`${a.status} ${REASONS[a.status] ?? ''}`.trim()}"`];
    if (a.location !== undefined) response.push(`"location":${JSON.stringify(a.location)}`);
    if (a.version !== undefined) response.push(`"etag":"W/\\"${a.version}\\""`);
    if (a.lastModified !== undefined) response.push(`"lastModified":"${a.lastModified}"`);
    if (a.outcome !== undefined) response.push(`"outcome":${a.outcome}`);
    return `{${a.body === undefined ? '' : `"resource":${a.body},`}"response":{${response.join(',')}}}`;
  });
  return `{"resourceType":"Bundle","type":"${type}"${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}`;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  400: 'Bad Request',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  422: 'Unprocessable Entity',
};

const ADDRESS = /^([A-Z][A-Za-z]+)(?:\/([A-Za-z0-9\-.]{1,64}))?$/;

function readEntry(service: FhirService, raw: unknown, index: number): Entry {
  const at = `Bundle.entry[${index}]`;
  const entry = raw as { fullUrl?: unknown; resource?: AnyResource; request?: Record<string, unknown> } | null;
  const request = entry?.request;
  if (typeof entry !== 'object' || entry === null || typeof request !== 'object' || request === null) {
    throw refused(
      'entry-request',
      `${at}.request`,
      'Each entry needs a request with method and url.',
      'Chaque entrée doit avoir une request avec method et url.',
    );
  }
  const method = request.method;
  if (method !== 'POST' && method !== 'PUT' && method !== 'DELETE' && method !== 'GET') {
    throw refused(
      'entry-method',
      `${at}.request.method`,
      `The method "${String(method)}" is not supported in a Bundle. Use POST, PUT, DELETE or GET.`,
      `La méthode « ${String(method)} » n’est pas acceptée dans un Bundle. Utilisez POST, PUT, DELETE ou GET.`,
    );
  }
  const url = typeof request.url === 'string' ? request.url : '';
  const [, type = '', id] = ADDRESS.exec(url.split('?')[0] ?? '') ?? [];
  const conditional = method !== 'GET' && url.includes('?');
  if (
    !service.definitions.isResourceType(type) ||
    conditional ||
    (method === 'POST' ? id !== undefined : method !== 'GET' && id === undefined)
  ) {
    throw refused(
      'entry-url',
      `${at}.request.url`,
      `"${url}" is no address for ${method} here: POST wants Type, PUT and DELETE want Type/id (conditional ones are not supported), GET wants Type/id or Type?search.`,
      `« ${url} » n’est pas une adresse pour ${method} ici : POST attend Type, PUT et DELETE attendent Type/id (pas de forme conditionnelle), GET attend Type/id ou Type?recherche.`,
    );
  }
  const ifMatch = request.ifMatch === undefined ? undefined : versionOfTag(String(request.ifMatch));
  if (Number.isNaN(ifMatch) || request.ifNoneMatch !== undefined || request.ifModifiedSince !== undefined) {
    throw refused(
      'entry-condition',
      `${at}.request`,
      'ifMatch must look like W/"1"; ifNoneMatch and ifModifiedSince are not supported in a Bundle.',
      'ifMatch doit avoir la forme W/"1" ; ifNoneMatch et ifModifiedSince ne sont pas acceptés dans un Bundle.',
    );
  }
  const wants = method === 'POST' || method === 'PUT';
  if (wants !== (entry.resource !== undefined)) {
    throw refused(
      'entry-resource',
      `${at}.resource`,
      wants ? `A ${method} entry needs a resource.` : `A ${method} entry takes no resource.`,
      wants ? `Une entrée ${method} doit avoir une ressource.` : `Une entrée ${method} ne prend pas de ressource.`,
    );
  }
  return {
    index,
    method,
    type,
    id,
    url,
    fullUrl: typeof entry.fullUrl === 'string' ? entry.fullUrl : undefined,
    resource: entry.resource,
    ifMatch,
    ifNoneExist: request.ifNoneExist === undefined ? undefined : String(request.ifNoneExist),
  };
}

/** The version in a weak or strong entity tag; NaN when it is none. */
export function versionOfTag(tag: string): number {
  return Number(/^\s*(?:W\/)?"([1-9]\d{0,8})"\s*$/.exec(tag)?.[1] ?? Number.NaN);
}

/** The same faults, with expressions that start from the bundle. */
export function faultsOfEntry(e: unknown, index: number): unknown {
  if (!(e instanceof FaultError)) return e;
  const at = `Bundle.entry[${index}].resource`;
  return new FaultError(
    e.faults.map((f) => ({
      ...f,
      expression:
        f.expression === undefined
          ? `Bundle.entry[${index}]`
          : f.expression.startsWith('Bundle.')
            ? f.expression
            : rebase(f.expression, at),
    })),
    { cause: e },
  );
}

function refused(detail: string, expression: string, en: string, fr: string): FaultError {
  return fault('structure', detail, { en, fr }, { expression });
}
