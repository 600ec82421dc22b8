// The primitive types of R4 (datatypes.html): what JSON type and which text each may have.
import { narrativeFault } from './narrative.ts';

/** Whether a JSON value is a good value of a primitive type. */
export type Format = (value: unknown) => boolean;

/** R4: "strings SHALL NOT exceed 1MB in size". */
const MAX_STRING = 1_048_576;
const MAX_INTEGER = 2_147_483_647;

const YEAR = '(?!0000)\\d{4}';
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?';
const ZONE = '(?:Z|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))';
const MONTH_DAY = '(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\\d|3[01])';

const DATE = new RegExp(`^${YEAR}(?:-${MONTH_DAY})?)?$`);
const DATE_TIME = new RegExp(`^${YEAR}(?:-${MONTH_DAY}(?:T${CLOCK}${ZONE})?)?)?$`);
const INSTANT = new RegExp(`^${YEAR}-${MONTH_DAY})T${CLOCK}${ZONE}$`);
const TIME = new RegExp(`^${CLOCK}$`);
// R4 takes any text without spaces for a uri; control characters are refused as in strings (no database stores NUL).
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are refused
const CODE = /^[^\s\u0000-\u001f]+(?: [^\s\u0000-\u001f]+)*$/;
const ID = /^[A-Za-z0-9.-]{1,64}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const URI = /^[^\s\u0000-\u001f]+$/;
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/;
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that FHIR forbids in strings
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the day of `YYYY-MM-DD…` exists; the digits are known to be in range. Texts without a day pass. */
function dayExists(text: string): boolean {
  if (text.length < 10) return true;
  const day = Number(text.slice(8, 10));
  if (day <= 28) return true;
  const month = Number(text.slice(5, 7));
  if (month !== 2) return day <= (DAYS[month - 1] as number);
  const year = Number(text.slice(0, 4));
  return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const text =
  (pattern: RegExp): Format =>
  (v) =>
    typeof v === 'string' && pattern.test(v);
const dated =
  (pattern: RegExp): Format =>
  (v) =>
    typeof v === 'string' && pattern.test(v) && dayExists(v);
const whole =
  (min: number): Format =>
  (v) =>
    typeof v === 'number' && Number.isInteger(v) && v >= min && v <= MAX_INTEGER;

const isString: Format = (v) => typeof v === 'string' && v.length > 0 && v.length <= MAX_STRING && !CONTROL.test(v);

function isBase64(v: unknown): boolean {
  if (typeof v !== 'string') return false;
  const packed = /\s/.test(v) ? v.replace(/\s+/g, '') : v;
  return packed.length > 0 && packed.length % 4 === 0 && BASE64.test(packed);
}

/** By primitive type name. */
export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['base64Binary', isBase64],
  ['boolean', (v) => typeof v === 'boolean'],
  ['canonical', text(URI)],
  ['code', (v) => typeof v === 'string' && v.length <= MAX_STRING && CODE.test(v)],
  ['date', dated(DATE)],
  ['dateTime', dated(DATE_TIME)],
  ['decimal', (v) => typeof v === 'number' && Number.isFinite(v)],
  ['id', text(ID)],
  ['instant', dated(INSTANT)],
  ['integer', whole(-MAX_INTEGER - 1)],
  ['markdown', isString],
  ['oid', text(OID)],
  ['positiveInt', whole(1)],
  ['string', isString],
  ['time', text(TIME)],
  ['unsignedInt', whole(0)],
  ['uri', text(URI)],
  ['url', text(URI)],
  ['uuid', text(UUID)],
  ['xhtml', (v) => typeof v === 'string' && narrativeFault(v) === undefined],
]);

/** Element.id: any string without spaces (R4 element.html). */
export const isElementId: Format = text(URI);
