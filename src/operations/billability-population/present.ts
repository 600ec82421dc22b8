// A page of a population as a searchset (contract 2.5).
import type { Language } from '../../fhir/outcome.ts';
import type { PolicyCode } from '../../law/law.ts';
import { present as presentOne } from '../billability/present.ts';
import { quoted } from '../print/parameters.ts';
import type { Page } from './gather.ts';

export interface PageShown {
  readonly page: Page;
  readonly policy: PolicyCode;
  readonly language: Language;
  /** Absolute address of the FHIR base. */
  readonly base: string;
  /** Absolute addresses of this page and the next. */
  readonly self: string;
  readonly next: string | undefined;
}

/** The Bundle as JSON text. An entry's address is that of the same question about its prescription. */
export function presentPage({ page, policy, language, base, self, next }: PageShown): string {
  const links = [linkText('self', self), ...(next === undefined ? [] : [linkText('next', next)])];
  const entries = page.answers.map(
    (a) =>
      `{"fullUrl":${quoted(`${base}/ServiceRequest/${a.prescription}/$billability`)},"resource":${presentOne({ ...a, policy, language })},"search":{"mode":"match"}}`,
  );
  const list = entries.length === 0 ? '' : `,"entry":[${entries.join(',')}]`;
  return `{"resourceType":"Bundle","type":"searchset","total":${page.total},"link":[${links.join(',')}]${list}}`;
}

function linkText(relation: string, url: string): string {
  return `{"relation":"${relation}","url":${quoted(url)}}`;
}
