// Narrative.div: the safe part of XHTML that R4 allows (narrative.html, rules txt-1 and txt-2), read by a small tokenizer.
// A narrative is shown to people by other systems as it is, so nothing active and nothing loaded from elsewhere may pass.

const ELEMENTS = new Set(
  `a abbr acronym address b big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i
   img ins kbd li ol p pre q s samp small span strong strike sub sup table tbody td tfoot th thead tr tt u ul var`.split(
    /\s+/,
  ),
);
const ATTRIBUTES = new Set(
  `abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset cite class
   colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel rev rowspan rules
   scope shape span src start style summary tabindex title type valign value vspace width xml:lang xmlns`.split(/\s+/),
);
const NAMESPACE = 'http://www.w3.org/1999/xhtml';
const LINK = /^(?:#|https?:|ftp:|mailto:|tel:|urn:|[^:]*$)/i;
const IMAGE = /^(?:#|data:image\/(?:png|gif|jpeg|webp);|(?!\/\/)[^:]*$)/i;
const STYLE = /expression\(|@import|javascript:|behavior:|binding:/i;
const STYLE_ADDRESS = /url\((['"]?)(.*?)\1\)/gi;
const TAG =
  /<(?:(!--[\s\S]*?--)|(\/?)([A-Za-z][A-Za-z0-9:]*)((?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?))>/y;
const ATTRIBUTE = /([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const BARE_AMPERSAND = /&(?!#\d+;|#x[\da-f]+;|[A-Za-z][A-Za-z0-9]*;)/i;
const MAX_TAGS_OPEN = 200;

/** Why a narrative is refused: the rule it breaks and a word on the place; undefined when it is good. */
export interface NarrativeFault {
  readonly rule: 'txt-1' | 'txt-2';
  readonly found: string;
}

/** Checks the text of Narrative.div. */
export function narrativeFault(div: string): NarrativeFault | undefined {
  const source = div.trim();
  const open: string[] = [];
  let content = false;
  for (let at = 0; at < source.length; ) {
    const tag = source.indexOf('<', at);
    const text = source.slice(at, tag < 0 ? source.length : tag);
    if (text !== '') {
      if (open.length === 0) return broken('text outside the div');
      if (BARE_AMPERSAND.test(text)) return broken('& that is no entity');
      content ||= /\S/.test(text);
    }
    if (tag < 0) break;
    TAG.lastIndex = tag;
    const match = TAG.exec(source);
    if (match === null) return broken(source.slice(tag, tag + 20));
    at = TAG.lastIndex;
    const [, comment, closing, name = '', attributes = '', empty] = match;
    if (comment !== undefined) continue;
    if (closing === '/') {
      if (open.pop() !== name || attributes !== '') return broken(`</${name}>`);
      if (open.length === 0 && at < source.length) return broken('text outside the div');
      continue;
    }
    const wrong = openingFault(name, attributes, open.length === 0);
    if (wrong !== undefined) return broken(wrong);
    content ||= name === 'img';
    if (empty !== '/') open.push(name);
    if (open.length > MAX_TAGS_OPEN) return broken(`<${name}>`);
  }
  if (open.length > 0 || source === '') return broken('a div that does not end');
  return content ? undefined : { rule: 'txt-2', found: 'no content' };
}

function broken(found: string): NarrativeFault {
  return { rule: 'txt-1', found };
}

function openingFault(name: string, attributes: string, outermost: boolean): string | undefined {
  if (outermost && name !== 'div') return `<${name}>`;
  if (!ELEMENTS.has(name)) return `<${name}>`;
  let namespace = false;
  for (const [, attribute = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
    const value = double ?? single ?? '';
    if (!isSafe(name, attribute, value)) return `${attribute}="${value.slice(0, 40)}"`;
    namespace ||= attribute === 'xmlns';
  }
  return outermost && !namespace ? `<div> without xmlns="${NAMESPACE}"` : undefined;
}

function isSafe(element: string, attribute: string, raw: string): boolean {
  if (!ATTRIBUTES.has(attribute)) return false;
  const value = decoded(raw);
  switch (attribute) {
    case 'xmlns':
      return value === NAMESPACE;
    case 'href':
    case 'cite':
    case 'longdesc':
      return LINK.test(value);
    case 'src':
      return element === 'img' && IMAGE.test(value);
    case 'style':
      return isSafeStyle(value.replace(/\/\*.*?\*\//g, ''));
    default:
      return true;
  }
}

/** No script, and images only from the document itself; an escape (`\\`) could hide either. */
function isSafeStyle(value: string): boolean {
  if (STYLE.test(value) || value.includes('\\')) return false;
  for (const [, , address = ''] of value.matchAll(STYLE_ADDRESS)) if (!IMAGE.test(address)) return false;
  return true;
}

/** What a browser reads: character references resolved, blanks and control characters inside a scheme dropped. */
function decoded(value: string): string {
  return (
    value
      .replace(/&#x([\da-f]{1,6});?/gi, (_, hex: string) => character(Number.parseInt(hex, 16)))
      .replace(/&#(\d{1,7});?/g, (_, digits: string) => character(Number(digits)))
      .replace(/&colon;/gi, ':')
      .replace(/&(?:tab|newline);/gi, '')
      .replace(/&amp;/gi, '&')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop these inside addresses
      .replace(/[\u0000-\u0020]/g, '')
  );
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
