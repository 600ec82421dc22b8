import t from 'tap';
import { languageOf, outcomeOf, statusOf } from '../../src/fhir/outcome.ts';
import type { Fault } from '../../src/kernel/fault.ts';

const fault = (more: Partial<Fault> = {}): Fault => ({
  kind: 'value',
  detail: 'bad-format',
  text: { en: 'Do this.', fr: 'Faites ceci.' },
  ...more,
});

t.test('the status is that of the first error, warnings aside', async (t) => {
  t.equal(statusOf([fault({ severity: 'warning', kind: 'conflict' }), fault({ kind: 'deleted' })]), 410);
  t.equal(statusOf([fault({ status: 422 })]), 422);
});

t.test('an issue carries severity, code, text in the language asked, place and stable code', async (t) => {
  const outcome = outcomeOf([fault({ expression: 'Observation.status' })], 'fr');
  t.match(outcome.issue?.[0], {
    severity: 'error',
    code: 'value',
    details: { text: 'Faites ceci.', coding: [{ code: 'bad-format' }] },
    expression: ['Observation.status'],
  });
});

const LANGUAGES: readonly [header: string | undefined, language: string][] = [
  [undefined, 'en'],
  ['fr', 'fr'],
  ['fr-FR,fr;q=0.9,en;q=0.8', 'fr'],
  ['en;q=0.5, fr;q=0.6', 'fr'],
  ['de, en;q=0.1', 'en'],
  ['de', 'en'],
];
for (const [header, language] of LANGUAGES) {
  t.test(`Accept-Language ${header} is answered in ${language}`, async (t) => t.equal(languageOf(header), language));
}
