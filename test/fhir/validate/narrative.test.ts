import t from 'tap';
import { narrativeFault } from '../../../src/fhir/validate/narrative.ts';
import { faultsOf } from './check.ts';

const div = (inner: string) => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;

const good: readonly string[] = [
  div('<p>Observance : <b>80 %</b> &amp; plus</p>'),
  div('a<br/>b'),
  div('<table class="grid"><tbody><tr><td colspan="2">x</td></tr></tbody></table>'),
  div('<ul><li>a</li><li>b</li></ul>'),
  div('<a href="https://example.org/x?a=1&amp;b=2">x</a>'),
  div('<a href="#x">x</a> <a href="mailto:a@b.fr">y</a> <a href="Patient/1">z</a>'),
  div('<img src="#image" alt="x"/>'),
  div('<img src="urn:uuid:3f2c0d54-7a7e-4c9e-9d0a-0b8a6f2c1d11" alt="x"/>'),
  div('<img src="data:image/png;base64,AAAA" alt="x"/>'),
  div('<span style="color: red; background: url(data:image/png;base64,AA)">x</span>'),
  div('<!-- note --><p>x</p>'),
  div('&#160;&#xe9;&eacute;&apos;&thetasym;x'),
  div('<span style="/* a */ color: red /* b */; background: url(\'a(b)\')">x</span>'),
  `  ${div('x')}\n`,
  '<div xmlns="http://www.w3.org/1999/xhtml" lang="fr" xml:lang="fr">x</div>',
  "<div xmlns='http://www.w3.org/1999/xhtml'>x</div>",
];

t.test('accepts', async (t) => {
  for (const text of good) t.equal(narrativeFault(text), undefined, text);
});

const bad: readonly string[] = [
  '',
  'x',
  '<div>x</div>',
  '<p xmlns="http://www.w3.org/1999/xhtml">x</p>',
  '<div xmlns="http://www.w3.org/2000/svg">x</div>',
  div('<script>alert(1)</script>'),
  div('<SCRIPT>alert(1)</SCRIPT>'),
  div('<p onclick="alert(1)">x</p>'),
  div('<p OnClick="alert(1)">x</p>'),
  div('<a href="javascript:alert(1)">x</a>'),
  div('<a href="JaVaScRiPt:alert(1)">x</a>'),
  div('<a href=" javascript:alert(1)">x</a>'),
  div('<a href="java&#10;script:alert(1)">x</a>'),
  div('<a href="&#106;avascript:alert(1)">x</a>'),
  div('<a href="&#x6a;avascript&colon;alert(1)">x</a>'),
  div('<a href="data:text/html,x">x</a>'),
  div('<img src="https://example.org/track.png" alt="x"/>'),
  div('<img src="//example.org/track.png" alt="x"/>'),
  div('<img src="urn:x:track.png" alt="x"/>'),
  div('<img src="data:image/svg+xml;base64,AAAA" alt="x"/>'),
  div('<img src="data:text/html,x" alt="x"/>'),
  div('<span style="background: url(https://example.org/x.png)">x</span>'),
  div('<span style="width: expression(alert(1))">x</span>'),
  div('<span style="width: exp/**/ression(alert(1))">x</span>'),
  div('<span style="background: u\\72l(https://example.org)">x</span>'),
  div('<span style="background: url(data:image/png;base64,AA">x</span>'),
  div("<span style=\"background: url('x)');background: url('https://example.org')\">x</span>"),
  div('<span style="background: URL(https://example.org)">x</span>'),
  div('<span style="color: red /* x">x</span>'),
  div('<iframe src="#x">x</iframe>'),
  div('<form><input type="text"/></form>'),
  div('<object data="x">x</object>'),
  div('<style>p { color: red }</style>x'),
  div('<link rel="stylesheet" href="x"/>'),
  div('<svg><a>x</a></svg>'),
  div('<p>x'),
  div('<p>x</b>'),
  div('x</div><div>y'),
  div('a & b'),
  div('&xxe;'),
  div('&toString;'),
  div('&#12345678;'),
  div('<a href="https://example.org/?a=1&b=2">x</a>'),
  div('a < b'),
  div('<p class=x>x</p>'),
  div('<![CDATA[x]]>'),
  div('<?php x ?>'),
  div('<!-- x'),
  `<!DOCTYPE div [<!ENTITY x SYSTEM "file:///etc/passwd">]>${div('&x;')}`,
  `${div('x')}y`,
  `${div('x')}${div('y')}`,
  `x${div('y')}`,
];

t.test('refuses what is active, loaded from elsewhere, or no XHTML', async (t) => {
  for (const text of bad) t.equal(narrativeFault(text)?.rule, 'txt-1', text);
});

t.test('refuses a narrative that says nothing', async (t) => {
  for (const text of [div(''), div('  \n '), div('<p></p>'), div('<br/>'), div('<!-- x -->')]) {
    t.equal(narrativeFault(text)?.rule, 'txt-2', text);
  }
  t.equal(narrativeFault(div('<img src="#a" alt="b"/>')), undefined, 'an image says something');
});

t.test('is quick on large and on hostile texts', async (t) => {
  const start = performance.now();
  t.equal(narrativeFault(div('<p>x</p>'.repeat(100_000))), undefined);
  t.ok(narrativeFault(div('<p '.repeat(100_000))));
  t.ok(narrativeFault(div(`<p${' '.repeat(100_000)}x`)));
  t.ok(narrativeFault(div('<p>'.repeat(100_000))));
  t.ok(narrativeFault(div('<!--'.repeat(100_000))));
  for (const style of ['url(', '/*', "url('", 'url(x)', '/**/']) {
    narrativeFault(div(`<p style="${style.repeat(200_000)}">x</p>`));
  }
  t.ok(narrativeFault(div('&x;'.repeat(100_000))));
  t.ok(performance.now() - start < 2000);
});

t.test('is named in the fault of a resource', async (t) => {
  const patient = (text: string) => ({ resourceType: 'Patient', text: { status: 'generated', div: text } });
  t.same(faultsOf(patient(good[0] as string)), []);
  t.same(faultsOf(patient(div('<script>x</script>'))), ['invariant-txt-1 Patient.text.div']);
  t.same(faultsOf(patient(div(' '))), ['invariant-txt-2 Patient.text.div']);
  t.same(faultsOf({ resourceType: 'Patient', text: { status: 'generated', div: 5 } }), ['bad-format Patient.text.div']);
});
