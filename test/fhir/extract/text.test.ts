// Normalised text.
import t from 'tap';
import { cut, normalise, TEXT_LIMIT } from '../../../src/fhir/extract/text.ts';

t.test('case, accents and repeated spaces do not count', async (t) => {
  t.equal(normalise('  Lefèvre   D’ÉTÉ '), 'lefevre d’ete');
  t.equal(normalise('Œuvre ÆSIR straße Øre Łódź'), 'oeuvre aesir strasse ore lodz');
  t.equal(normalise('e\u0301\u0301'), 'e', 'combining marks are accents too');
  t.equal(normalise('İstanbul'), 'istanbul');
  t.equal(normalise('a\u00a0b\tc\nd'), 'a b c d');
  t.equal(normalise('張偉'), '張偉');
  t.equal(normalise('\u0301'), '');
});

t.test('a text is normalised once and for all', async (t) => {
  for (const text of ['Lefèvre', 'ŒUF', 'ﬁn', 'Ǆ', 'ẞ', '½', 'a  b'])
    t.equal(normalise(normalise(text)), normalise(text), text);
});

t.test('a long text is cut at 255 units, never inside a character', async (t) => {
  t.equal(cut('x'.repeat(300)).length, TEXT_LIMIT);
  t.equal(cut('x'.repeat(255)).length, 255);
  const split = `${'x'.repeat(254)}😀`;
  t.equal(cut(split), 'x'.repeat(254));
  t.ok(cut(`${'x'.repeat(253)}😀y`).isWellFormed());
});
