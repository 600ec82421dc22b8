// Normalised text.
import t from 'tap';
import { cut, narrativeText, normalise, TEXT_LIMIT, wordsOf } from '../../../src/fhir/extract/text.ts';

t.test('case, accents, punctuation and repeated spaces do not count', async (t) => {
  t.equal(normalise('  Lefèvre   D’ÉTÉ '), 'lefevre d ete');
  t.equal(normalise('Œuvre ÆSIR straße Øre Łódź'), 'oeuvre aesir strasse ore lodz');
  t.equal(normalise('e\u0301\u0301'), 'e', 'combining marks are accents too');
  t.equal(normalise('İstanbul'), 'istanbul');
  t.equal(normalise('a\u00a0b\tc\nd'), 'a b c d');
  t.equal(normalise('張偉'), '張偉');
  t.equal(normalise('\u0301'), '');
  t.equal(normalise('Saint-Étienne (42)'), 'saint etienne 42');
  t.equal(normalise('%'), '');
  t.equal(normalise('a+b=c'), 'a+b=c', 'signs are no punctuation');
});

t.test('punctuation is the same in ASCII and beyond', async (t) => {
  for (let code = 32; code < 127; code++) {
    const sign = String.fromCharCode(code);
    t.equal(normalise(`a${sign}b`), normalise(`a${sign}bé`).slice(0, -1), sign);
  }
});

t.test('words are letters and digits, each once', async (t) => {
  t.same(wordsOf('a+b 12 a ~c'), ['a', 'b', '12', 'c']);
  t.same(wordsOf(' '), []);
  t.same(wordsOf('張偉 x'), ['張偉', 'x']);
  t.equal(wordsOf('x'.repeat(200))[0]?.length, 100);
});

t.test('the text of a narrative is what stands between its tags', async (t) => {
  t.equal(narrativeText('<div><p>a<br/>b</p><!-- c --></div>').replace(/ +/g, ' ').trim(), 'a b');
  t.equal(narrativeText('a&amp;b&#233;&#xE9;&nbsp;c&#xD800;&#1114112;'), 'a&bé\u00e9 c  ');
  t.equal(narrativeText('<a title="x > y">z</a>').includes('z'), true);
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
