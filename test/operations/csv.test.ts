// Cells of the population's table.
import t from 'tap';
import type { Decision } from '../../src/core/result.ts';
import type { Situation } from '../../src/core/situation.ts';
import { csvHead, csvLines } from '../../src/operations/billability-population/csv.ts';

/** The line of a window whose first reason has this text. */
function lineWith(text: string, language: 'en' | 'fr' = 'en'): string {
  const situation = { chain: { patient: 'Patient/1', activity: 'ic' } } as unknown as Situation;
  const decision = {
    assessment: {
      index: 1,
      period: { start: '2026-01-05', end: '2026-02-03' },
      unit: 'day',
      received: 3,
      ratio: 0.5,
      status: 'sufficient',
    },
    status: 'billable',
    reasons: [{ code: 'insufficient-data', severity: 'information', text: { en: text, fr: text }, evidence: [] }],
    technical: { code: '=1+1', amount: 5000, amo: 3000, amc: 2000, lastVerified: '2026-01-01' },
  } as unknown as Decision;
  return csvLines({ prescription: 'rx', situation, decisions: [decision] }, language);
}

t.test('a cell that begins like a formula is made a text', async (t) => {
  for (const sign of ['=', '+', '-', '@']) t.match(lineWith(`${sign}cmd`), `,'${sign}cmd\r\n`);
  t.match(lineWith('x'), ",'=1+1,50.00,30.00,20.00,");
});

t.test('no cell breaks its line', async (t) => {
  t.equal(lineWith('a\r\nb\tc').split('\r\n').length, 2);
  t.ok(lineWith('a\r\nb\tc').endsWith(',a b c\r\n'));
});

t.test('separators and quotes inside a cell are quoted', async (t) => {
  t.ok(lineWith('a, "b"').endsWith(',"a, ""b"""\r\n'));
  t.ok(lineWith('a; b', 'fr').endsWith(';"a; b"\r\n'));
});

t.test('every line has as many cells as the head', async (t) => {
  t.equal(lineWith('x').split(',').length, csvHead('en').split(',').length);
  t.equal(lineWith('x', 'fr').split(';').length, csvHead('fr').split(';').length);
});

t.test('numbers have the decimal sign of the language', async (t) => {
  t.match(lineWith('x'), ',3,0.5,');
  t.match(lineWith('x', 'fr'), ';3;0,5;');
});
