// The Bundle that answers a search: matches, what they include, and what is to be said about the search itself.
// https://hl7.org/fhir/R4/bundle.html#searchset
import type { Fault } from '../../kernel/fault.ts';
import type { Page, StoredResource } from '../../storage/types.ts';
import type { Definitions } from '../definitions/types.ts';
import { outcomeOf } from '../outcome.ts';
import { type Form, MAX_INCLUDED, type ParsedSearch, type Query, subset } from '../search/index.ts';
import type { FhirRequest } from '../service.ts';
import type { Included } from './include.ts';

interface Found {
  readonly page: Page | undefined;
  readonly total: number | undefined;
  readonly included: Included;
}

/**
 * The Bundle as JSON text. Stored text goes out as it is, where all of it is asked for.
 * @param address of what was searched, without parameters
 */
export function searchset(
  definitions: Definitions,
  parsed: ParsedSearch,
  { page, total, included }: Found,
  address: string,
  { base, language }: FhirRequest,
): string {
  const link = [{ relation: 'self', url: withQuery(address, parsed.applied) }];
  if (page?.next !== undefined) link.push({ relation: 'next', url: withQuery(address, parsed.nextPage(page.next)) });
  const head = JSON.stringify({
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total === undefined ? {} : { total }),
    link,
  });
  // A summary is of every resource; a list of elements is not of those that are included (R4).
  const shared = parsed.form?.kind === 'summary' ? parsed.form : undefined;
  const said = notes(parsed, included);
  const entries = [
    ...(page?.rows ?? []).map((row) => entry(definitions, row, base, 'match', parsed.form)),
    ...included.rows.map((row) => entry(definitions, row, base, 'include', shared)),
    ...(said.length === 0 ? [] : [outcomeEntry(said, language)]),
  ];
  return entries.length === 0 ? head : `${head.slice(0, -1)},"entry":[${entries.join(',')}]}`;
}

function entry(
  definitions: Definitions,
  { type, id, content }: StoredResource,
  base: string,
  mode: 'match' | 'include',
  form: Form | undefined,
): string {
  const resource = form === undefined || content === null ? content : subset(definitions, content, form);
  return `{"fullUrl":${JSON.stringify(`${base}/${type}/${id}`)},"resource":${resource},"search":{"mode":"${mode}"}}`;
}

/** What is said about the search: parameters that were left out, includes that were cut. */
function notes({ leftOut }: ParsedSearch, { cut }: Included): Fault[] {
  const all: Fault[] = leftOut.map((fault) => ({ ...fault, severity: 'warning' }));
  if (cut) {
    all.push({
      kind: 'too-costly',
      detail: 'search-includes-cut',
      severity: 'warning',
      text: {
        en: `Of what this page includes, only ${MAX_INCLUDED} resources or fewer are here: a page takes no more. Ask for smaller pages (_count) or narrower includes.`,
        fr: `De ce que cette page inclut, seules ${MAX_INCLUDED} ressources au plus sont présentes : une page n’en prend pas davantage. Demandez des pages plus petites (_count) ou des inclusions plus étroites.`,
      },
    });
  }
  return all;
}

function outcomeEntry(faults: readonly Fault[], language: FhirRequest['language']): string {
  return `{"resource":${JSON.stringify(outcomeOf(faults, language))},"search":{"mode":"outcome"}}`;
}

function withQuery(address: string, query: Query): string {
  const text = new URLSearchParams(query.map(([n, v]): [string, string] => [n, v])).toString();
  return text === '' ? address : `${address}?${text}`;
}
