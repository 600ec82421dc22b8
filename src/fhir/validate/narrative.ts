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
const URN = /^urn:(?:uuid|oid):[0-9a-f.-]+$/i;
const STYLE = /expression\(|@import|javascript:|behavior:|binding:/i;
const TAG =
  /<(?:(!--[\s\S]*?--)|(\/?)([A-Za-z][A-Za-z0-9:]*)((?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?))>/y;
const ATTRIBUTE = /([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** References to characters; a name stands in the first group. */
const REFERENCE = /^&(?:#\d{1,7}|#[xX][\dA-Fa-f]{1,6}|([A-Za-z][A-Za-z0-9]{1,10}));/;
/** Entities of HTML 4.0 (section 24), which R4 takes, and `apos` of XML. Any other is none, or a DTD's. */
const ENTITIES: ReadonlySet<string> = new Set(
  `amp lt gt quot apos nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3
   acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil
   Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc
   Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml
   eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml OElig oelig Scaron scaron
   Yuml fnof circ tilde Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon
   Phi Chi Psi Omega alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau
   upsilon phi chi psi omega thetasym upsih piv ensp emsp thinsp zwnj zwj lrm rlm ndash mdash lsquo rsquo sbquo ldquo rdquo bdquo
   dagger Dagger bull hellip permil prime Prime lsaquo rsaquo oline frasl euro image weierp real trade alefsym larr uarr rarr darr
   harr crarr lArr uArr rArr dArr hArr forall part exist empty nabla isin notin ni prod sum minus lowast radic prop infin ang and
   or cap cup int there4 sim cong asymp ne equiv le ge sub sup nsub sube supe oplus otimes perp sdot lceil rceil lfloor rfloor
   lang rang loz spades clubs hearts diams`.split(/\s+/),
);
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
      const reference = badReference(text);
      if (reference !== undefined) return broken(reference);
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

/** The first `&` that begins no reference to a character. */
function badReference(text: string): string | undefined {
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    const [whole, name] = REFERENCE.exec(text.slice(at, at + 16)) ?? [];
    if (whole === undefined || (name !== undefined && !ENTITIES.has(name))) return text.slice(at, at + 20);
  }
  return undefined;
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
    if (badReference(value) !== undefined || !isSafe(name, attribute, value))
      return `${attribute}="${value.slice(0, 40)}"`;
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
      // A urn names an entry of the same transaction, whose address will stand there (R4 http.html#trules); it loads nothing.
      return element === 'img' && (IMAGE.test(value) || URN.test(value));
    case 'style':
      return isSafeStyle(value);
    default:
      return true;
  }
}

/**
 * No script, and images only from the document itself; an escape (`\\`) could hide either, and so could a comment or an
 * address without an end.
 */
function isSafeStyle(value: string): boolean {
  const bare = withoutComments(value.toLowerCase());
  if (bare === undefined || STYLE.test(bare) || bare.includes('\\')) return false;
  return addressesOf(bare)?.every((address) => IMAGE.test(address)) === true;
}

/** undefined where one does not end. By hand: a pattern would look for the end of each from its beginning. */
function withoutComments(value: string): string | undefined {
  let out = '';
  let at = 0;
  for (;;) {
    const start = value.indexOf('/*', at);
    if (start < 0) return out + value.slice(at);
    const end = value.indexOf('*/', start + 2);
    if (end < 0) return undefined;
    out += value.slice(at, start);
    at = end + 2;
  }
}

/** What stands in `url(…)`; undefined where one does not end. */
function addressesOf(style: string): string[] | undefined {
  const found: string[] = [];
  for (let at = style.indexOf('url('); at >= 0; at = style.indexOf('url(', at)) {
    const start = at + 4;
    const first = style[start];
    const quote = first === '"' || first === "'" ? first : undefined;
    const end = quote === undefined ? style.indexOf(')', start) : style.indexOf(`${quote})`, start + 1);
    if (end < 0) return undefined;
    found.push(style.slice(quote === undefined ? start : start + 1, end));
    at = end + 1;
  }
  return found;
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
