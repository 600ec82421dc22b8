// Conditions of HTTP on a version: If-Match, If-None-Match, If-Modified-Since.
// https://hl7.org/fhir/R4/http.html#concurrency, #cread; RFC 9110 section 13.
import { de } from '../../kernel/article.ts';
import { fault } from '../../kernel/fault.ts';
import type { StoredResource } from '../../storage/types.ts';
import type { FhirRequest, VersionTag } from '../service.ts';

const TAG = /^(?:W\/)?"([^"]*)"$/;
const VERSION = /^[1-9]\d{0,8}$/;

/** Reads one entity tag, or `*`; undefined when the text is none. */
export function readTag(text: string): VersionTag | undefined {
  const trimmed = text.trim();
  if (trimmed === '*') return '*';
  const m = TAG.exec(trimmed);
  if (m === null) return undefined;
  return VERSION.test(m[1]!) ? Number(m[1]) : 0;
}

/** If-Match: one tag or several. @throws FaultError 400 when the text is none */
export function readIfMatch(text: string, expression?: string): readonly VersionTag[] {
  return readTags('If-Match', text, expression);
}

/** If-None-Match: one tag or several. @throws FaultError 400 when the text is none */
export function readIfNoneMatch(text: string, expression?: string): readonly VersionTag[] {
  return readTags('If-None-Match', text, expression);
}

function readTags(header: string, text: string, expression: string | undefined): readonly VersionTag[] {
  const tags = text.split(',').map((one) => readTag(one) ?? refuse(header, text, expression));
  // `*` stands alone (RFC 9110 13.1.1).
  return tags.length > 1 && tags.includes('*') ? refuse(header, text, expression) : tags;
}

function refuse(header: string, text: string, expression: string | undefined): never {
  throw fault(
    'value',
    'entity-tag-form',
    {
      en: `${header} must be an entity tag such as W/"3"; ${JSON.stringify(text)} is none.`,
      fr: `${header} doit être une étiquette d’entité comme W/"3" ; ${JSON.stringify(text)} n’en est pas une.`,
    },
    expression === undefined ? {} : { expression },
  );
}

/** What of a request makes a read conditional. */
export type ReadConditions = Pick<FhirRequest, 'ifNoneMatch' | 'ifModifiedSince'>;

/** Whether a reader who asked with conditions has this state already: the answer is 304 then. */
export function notModified(request: ReadConditions, state: StoredResource): boolean {
  // If-None-Match decides alone where both are sent (RFC 9110 13.2.2).
  if (request.ifNoneMatch !== undefined) return request.ifNoneMatch.some((tag) => tag === '*' || tag === state.version);
  if (request.ifModifiedSince === undefined) return false;
  // Last-Modified is told in whole seconds.
  return Math.floor(Date.parse(state.updated) / 1000) * 1000 <= request.ifModifiedSince;
}

/**
 * Judges the conditions of a write against the current state (undefined: never there; content null: deleted).
 * @throws FaultError 412
 */
export function checkWriteConditions(
  request: {
    readonly ifMatch?: readonly VersionTag[] | undefined;
    readonly ifNoneMatch?: readonly VersionTag[] | undefined;
  },
  current: StoredResource | undefined,
  reference: string,
): void {
  const live = current !== undefined && current.content !== null;
  const { ifMatch, ifNoneMatch } = request;
  // A deletion has a version, too, by which the resource is brought back; `*` is any that there is.
  const holds = (tag: VersionTag) => (tag === '*' ? live : tag === current?.version);
  if (ifMatch?.some(holds) === false) {
    const named = ifMatch.map((tag) =>
      tag === '*' ? '*' : tag === 0 ? 'no version of this server' : `version ${tag}`,
    );
    const nommees = ifMatch.map((tag) =>
      tag === '*' ? '*' : tag === 0 ? 'aucune version de ce serveur' : `la version ${tag}`,
    );
    throw fault('version-mismatch', 'if-match', {
      en: `If-Match names ${named.join(', ')}; the current version of ${reference} is ${current?.version ?? 'none'}${live || current === undefined ? '' : ', a deletion'}. Read it again and repeat the change.`,
      fr: `If-Match nomme ${nommees.join(', ')} ; la version courante ${de(reference)} est ${current?.version ?? 'aucune'}${live || current === undefined ? '' : ', une suppression'}. Relisez-la puis refaites la modification.`,
    });
  }
  if (live && ifNoneMatch?.some((tag) => tag === '*' || tag === current.version)) {
    throw fault('version-mismatch', 'if-none-match', {
      en: `${reference} is there in version ${current.version}, which If-None-Match excludes.`,
      fr: `${reference} existe en version ${current.version}, que If-None-Match exclut.`,
    });
  }
}
