// transaction and batch: https://hl7.org/fhir/R4/http.html#transaction. The shell: reading entries, writing the answer.
import { FaultError, fault } from '../../kernel/fault.ts';
import { type Exact, partOf } from '../json.ts';
import { exceptionOutcome, outcomeOf, statusOf } from '../outcome.ts';
import type { FhirRequest, FhirResponse, FhirService } from '../service.ts';
import { shown } from '../shown.ts';
import { batch, type RunOperation } from './batch.ts';
import { type Entry, readEntry, refused } from './entries.ts';
import { checkBundleElements } from './envelope.ts';
import { linksOf } from './links.ts';
import { provenanceElsewhere, transactionWithProvenance } from './provenance.ts';
import { transaction } from './transaction.ts';

/** Entries that a bundle may have: bounds the time and memory of one request. */
export const MAX_ENTRIES = 10_000;

/** Result of an entry; `body` is the resource as JSON text, `outcome` the OperationOutcome of the response. */
export type EntryAnswer = FhirResponse;

export interface BundleOptions {
  /** Runs operations that batch entries name. */
  readonly operation: RunOperation;
  /** Told of an entry that failed by a bug of ours; returns the id under which the log has it. */
  readonly unexpected: (error: unknown) => string;
}

/** Runs a transaction or batch. @throws FaultError for a transaction's first failure: then nothing was stored */
export async function bundle(
  service: FhirService,
  request: FhirRequest & { body: Exact },
  options: BundleOptions,
): Promise<FhirResponse> {
  const { type, raw } = readBundle(request.body.value);
  const digits = (part: object) => partOf(request.body, part);
  const read = (one: unknown, i: number) => readEntry(service, one, i, request, digits);
  const { provenance } = request;
  if (type === 'batch' && provenance !== undefined) throw provenanceElsewhere();
  const answers =
    type === 'batch'
      ? await batchAnswers(service, raw, read, request, options)
      : provenance === undefined
        ? await transaction(service, raw.map(read), request)
        : await transactionWithProvenance(service, raw.map(read), { ...request, provenance });
  return { status: 200, body: answerText(`${type}-response`, answers) };
}

function readBundle(value: unknown): { type: 'transaction' | 'batch'; raw: readonly unknown[] } {
  const body = value as Record<string, unknown> | null;
  if (typeof body !== 'object' || body === null || body.resourceType !== 'Bundle') {
    throw refused(
      'bundle-expected',
      'Bundle',
      'Send a Bundle of type transaction or batch to the base address.',
      'Envoyez un Bundle de type transaction ou batch à l’adresse de base.',
    );
  }
  const { type } = body;
  if (type !== 'transaction' && type !== 'batch') {
    throw refused(
      'bundle-type',
      'Bundle.type',
      `Bundle.type must be transaction or batch here, it is ${shown(type)}.`,
      `Bundle.type doit être transaction ou batch ici, il vaut ${shown(type)}.`,
    );
  }
  checkBundleElements(body);
  const raw = body.entry ?? [];
  if (!Array.isArray(raw) || ('entry' in body && raw.length === 0)) {
    throw refused(
      'bundle-entry',
      'Bundle.entry',
      'Bundle.entry must be an array of entries (leave it out when there is none).',
      'Bundle.entry doit être un tableau d’entrées (omettez-le s’il n’y en a pas).',
    );
  }
  if (raw.length > MAX_ENTRIES) {
    throw fault('too-large', 'bundle-too-long', {
      en: `The Bundle has ${raw.length} entries, at most ${MAX_ENTRIES} are taken at once. Split it.`,
      fr: `Le Bundle a ${raw.length} entrées, au plus ${MAX_ENTRIES} sont acceptées à la fois. Découpez-le.`,
    });
  }
  return { type, raw };
}

async function batchAnswers(
  service: FhirService,
  raw: readonly unknown[],
  read: (one: unknown, i: number) => Entry,
  request: FhirRequest & { body: Exact },
  { operation, unexpected }: BundleOptions,
): Promise<EntryAnswer[]> {
  const answers: EntryAnswer[] = [];
  const settle = (index: number, answer: FhirResponse | undefined, failure: unknown) => {
    answers[index] = answer ?? failed(failure, request, unexpected);
  };
  const readable: Entry[] = [];
  for (const [index, one] of raw.entries()) {
    try {
      readable.push(read(one, index));
    } catch (failure) {
      settle(index, undefined, failure);
    }
  }
  const made = new Set(readable.flatMap((e) => (e.method === 'POST' && e.fullUrl !== undefined ? [e.fullUrl] : [])));
  const entries = readable.filter((entry) => {
    const link = made.size === 0 ? undefined : linkTo(made, entry);
    if (link !== undefined) settle(entry.index, undefined, dependent(entry, link));
    return link === undefined;
  });
  await batch(service, entries, request, operation, settle);
  return answers;
}

/** A reference of an entry to what another one makes. */
function linkTo(made: ReadonlySet<string>, { resource, fullUrl }: Entry): string | undefined {
  if (resource === undefined) return undefined;
  const own = linksOf(resource).find((l) => l.kind === 'reference' && l.value !== fullUrl && made.has(l.value));
  return own?.value;
}

/** R4 http.html#brules: entries of a batch do not depend on each other, so nothing would put the new id into the reference. */
function dependent({ index }: Entry, link: string): FaultError {
  return refused(
    'batch-link',
    `Bundle.entry[${index}].resource`,
    `${link} is made by another entry, whose id nobody knows before. Entries of a batch stand alone: send a transaction.`,
    `${link} est créé par une autre entrée, dont nul ne connaît l’identifiant avant. Les entrées d’un batch sont indépendantes : envoyez une transaction.`,
  );
}

/** An entry that fails does not fail the others, whatever it failed with. */
function failed(failure: unknown, { language }: FhirRequest, unexpected: BundleOptions['unexpected']): EntryAnswer {
  if (failure instanceof FaultError) {
    const { faults } = failure;
    const [{ version } = {}] = faults;
    const etag = version === undefined ? {} : { version };
    return { status: statusOf(faults), ...etag, outcome: JSON.stringify(outcomeOf(faults, language)) };
  }
  return { status: 500, outcome: JSON.stringify(exceptionOutcome(unexpected(failure), language)) };
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
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
