// The envelope of a transaction or batch: the elements of Bundle that are understood there. The resources inside are validated
// on their own; what stands around them is looked at here, so that a misspelt condition is not a condition that is ignored.
// https://hl7.org/fhir/R4/bundle-definitions.html, constraints bdl-1, bdl-2, bdl-4, bdl-8.
import type { FaultCode, FaultError } from '../../kernel/fault.ts';
import { fault } from '../../kernel/fault.ts';

const BUNDLE = known('resourceType id meta implicitRules language identifier type timestamp link entry signature');
const ENTRY = known('id extension link fullUrl resource request');
const REQUEST = known('id extension method url ifNoneMatch ifModifiedSince ifMatch ifNoneExist');

/** Names of elements, and of what may stand beside primitives. */
function known(names: string): ReadonlySet<string> {
  return new Set(names.split(' ').flatMap((name) => [name, `_${name}`]));
}

/** What goes with another kind of Bundle, and with which. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  total: 'searchset, history',
  search: 'searchset',
  response: 'batch-response, transaction-response, history',
};

/** @throws FaultError 400 for an element of the Bundle itself that is not understood */
export function checkBundleElements(bundle: object): void {
  checkNames(bundle, BUNDLE, 'Bundle');
}

/**
 * Looks at an entry and its request.
 * @param at `Bundle.entry[3]`
 * @throws FaultError 400 for an element that is not understood, for a fullUrl that is none
 */
export function checkEntryElements(entry: object, request: object, at: string): void {
  checkNames(entry, ENTRY, at);
  checkNames(request, REQUEST, `${at}.request`);
  const { fullUrl } = entry as { fullUrl?: unknown };
  if (fullUrl === undefined) return;
  const isUrl = typeof fullUrl === 'string' && fullUrl !== '' && !/\s/.test(fullUrl);
  if (isUrl && !fullUrl.includes('/_history/')) return;
  throw refusedElement(
    'full-url-form',
    `${at}.fullUrl`,
    'fullUrl is the address of a resource, without a version (bdl-8), or a urn:uuid.',
    'fullUrl est l’adresse d’une ressource, sans version (bdl-8), ou un urn:uuid.',
  );
}

function checkNames(holder: object, names: ReadonlySet<string>, at: string): void {
  for (const name in holder) {
    if (names.has(name)) continue;
    const path = `${at}.${name}`;
    const kinds = ELSEWHERE[name];
    if (kinds !== undefined) {
      throw refusedElement(
        'envelope-elsewhere',
        path,
        `${name} goes with a Bundle of type ${kinds}. Leave it out.`,
        `${name} va avec un Bundle de type ${kinds}. Omettez-le.`,
      );
    }
    throw refusedElement(
      'envelope-unknown',
      path,
      `${path} is not understood. Known here: ${listOf(names)}.`,
      `${path} n’est pas compris. Sont connus ici : ${listOf(names)}.`,
    );
  }
}

function listOf(names: ReadonlySet<string>): string {
  return [...names].filter((name) => !name.startsWith('_')).join(', ');
}

function refusedElement(detail: FaultCode, expression: string, en: string, fr: string): FaultError {
  return fault('structure', detail, { en, fr }, { expression });
}
