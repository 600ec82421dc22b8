// Each reason that an answer can give leads to a text.
import t from 'tap';
import { loadLaw } from '../../src/law/load.ts';

const REASONS = [
  'line-not-in-force',
  'line-not-formalised',
  'device-not-on-line',
  'device-certificate-missing',
  'device-certificate-expired',
  'operator-not-declared',
  'operator-cannot-bill',
  'agreement-missing',
  'prescription-incomplete',
  'prescription-too-long',
  'prescription-stale',
  'prescription-expired',
  'one-year-cap',
  'consent-refused',
  'transmission-interrupted',
  'insufficient-previous-period',
  'insufficient-data',
  'patient-deceased',
  'death-full-period',
  'duplicate-follow-up',
  'already-billed',
  'majore-not-eligible',
  'majore-cap-reached',
];

const { legal } = loadLaw();

t.test('every reason of billability has a reference, and no other code has one', async (t) => {
  t.strictSame(Object.keys(legal).sort(), [...REASONS].sort());
});

t.test('a reference is an absolute https address with a citation in both languages', async (t) => {
  for (const [reason, { uri, citation }] of Object.entries(legal)) {
    t.equal(new URL(uri).protocol, 'https:', reason);
    t.match(citation, { en: /\S/, fr: /\S/ }, reason);
  }
});

t.test('articles of the code are cited by number and lead to Légifrance', async (t) => {
  for (const [reason, { uri, citation }] of Object.entries(legal))
    if (citation.fr.startsWith('Code de la sécurité sociale')) {
      t.match(uri, /^https:\/\/www\.legifrance\.gouv\.fr\/codes\/article_lc\/LEGIARTI\d{12}$/, reason);
      t.match(citation.fr, /art\. [LR]\. 162-\d+/, reason);
    }
});
