// The values of one parameter → one clause of the plan, by the parameter's kind.
import type { Fault } from '../../kernel/fault.ts';
import { formHash, referenceHash } from '../../storage/hash.ts';
import type { Clause, Prefix, RangeTest } from '../../storage/types.ts';
import { FOREVER, FOREVER_AGO, parseDate } from '../extract/dates.ts';
import type { IndexedParameter, IndexPath, TypeIndex } from '../extract/paths.ts';
import { readReference } from '../extract/references.ts';
import { normalise, TEXT_LIMIT } from '../extract/text.ts';
import { approximateRange, impliedRange, parseDecimal, printDecimal } from './numbers.ts';
import { badValue, emptyValue, isFault, notServed } from './refusals.ts';
import { tokenClauses } from './tokens.ts';
import { alternatives, barParts, plain } from './values.ts';

/** A clause of which some may still name patients by id. */
export type Draft =
  | Clause
  | { readonly kind: 'patient-id'; readonly ids: readonly string[] }
  | { readonly kind: 'any'; readonly of: readonly Draft[] };

export interface ClauseScope {
  readonly index: TypeIndex;
  /** Absolute address of this server, without a trailing slash. */
  readonly base: string | undefined;
  /** Milliseconds: `ap` on dates depends on it. */
  readonly now: number;
  readonly isResourceType: (name: string) => boolean;
}

type Result = Draft | Fault;

/** Alternatives joined: nothing to join when there is one. */
export function anyOf(of: readonly Draft[]): Draft {
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}

/** The clause of a parameter that is indexed: any of its values, in any of its places. */
export function parameterClause(
  parameter: IndexedParameter,
  name: string,
  value: string,
  scope: ClauseScope,
): Draft | Fault[] {
  return joined(name, value, (one) => oneValue(parameter, name, one, scope));
}

/** `_id` */
export function idClause(name: string, value: string): Draft | Fault[] {
  return joined(name, value, (one) =>
    ID.test(one)
      ? { kind: 'id', anyOf: [one] }
      : badValue(name, one, {
          en: 'a logical id (letters, digits, - and .)',
          fr: 'un identifiant logique (lettres, chiffres, - et .)',
        }),
  );
}

/** `_lastUpdated` */
export function updatedClause(name: string, value: string, scope: ClauseScope): Draft | Fault[] {
  return joined(name, value, (one) => {
    const test = dateTest(name, one, scope.now);
    return isFault(test) ? test : { kind: 'updated', test };
  });
}

function joined(name: string, value: string, read: (one: string) => Result): Draft | Fault[] {
  const results = alternatives(value).map((one) => (one === '' ? emptyValue(name) : read(one)));
  const faults = results.filter(isFault);
  return faults.length > 0 ? faults : anyOf(results.filter((r) => !isFault(r)));
}

function oneValue(parameter: IndexedParameter, name: string, value: string, scope: ClauseScope): Result {
  switch (parameter.kind) {
    case 'token':
      return tokenClauses(parameter, name, value);
    case 'reference':
      return referenceClause(parameter, name, value, scope);
    case 'uri':
      return anyOf(parameter.paths.map((p) => ({ kind: 'token', anyOf: [formHash(p.key, 'pair', '', plain(value))] })));
    case 'date':
      return dateClause(parameter, name, value, scope);
    case 'string':
      return stringClause(parameter, name, value);
    case 'number':
    case 'quantity':
      return numberClause(parameter, name, value);
  }
}

// ---------------------------------------------------------------- references

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

function referenceClause(parameter: IndexedParameter, name: string, value: string, scope: ClauseScope): Result {
  const text = plain(value);
  const canonical = parameter.paths.every((p) =>
    p.branches.every((b) => b.type !== 'Reference' && b.type !== 'Resource'),
  );
  if (canonical) return exact(parameter.paths, [text]);
  if (ID.test(text)) return local(parameter, parameter.targets, text, scope);
  const reference = readReference(text, scope.base);
  if (reference.kind === 'contained') {
    return notServed(name, {
      en: 'a search for contained resources is',
      fr: 'la recherche de ressources contenues n’est',
    });
  }
  if (reference.kind === 'other') {
    if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return exact(parameter.paths, [text]);
    return badValue(name, text, REFERENCE);
  }
  if (reference.version !== undefined) {
    return notServed(name, {
      en: 'a search for one version of the target is',
      fr: 'la recherche d’une version de la cible n’est',
    });
  }
  if (!scope.isResourceType(reference.type) || !parameter.targets.includes(reference.type)) {
    const some = parameter.targets.length > 12 ? 'Type' : parameter.targets.join(' | ');
    return badValue(name, text, { en: `a reference to ${some}`, fr: `une référence à ${some}` });
  }
  return local(parameter, [reference.type], reference.id, scope);
}

const REFERENCE = {
  en: 'a reference: Type/id, id, or an absolute address',
  fr: 'une référence : Type/id, id, ou une adresse absolue',
};

function exact(paths: readonly IndexPath[], texts: readonly string[]): Draft {
  return { kind: 'token', anyOf: paths.flatMap((p) => texts.map((t) => formHash(p.key, 'pair', '', t))) };
}

/** A local resource of one of the types. The patient a resource belongs to is a key of its row, not a token. */
function local(parameter: IndexedParameter, types: readonly string[], id: string, { index }: ClauseScope): Draft {
  const owned =
    types.includes('Patient') && index.patientPath !== undefined && parameter.paths.includes(index.patientPath);
  const others = parameter.paths.flatMap((p) =>
    types.filter((t) => t !== 'Patient' || p !== index.patientPath).map((t) => referenceHash(p.key, t, id)),
  );
  return anyOf([
    ...(owned ? [{ kind: 'patient-id', ids: [id] } as const] : []),
    ...(others.length > 0 ? [{ kind: 'token', anyOf: others } as const] : []),
  ]);
}

// ---------------------------------------------------------------- dates

const PREFIX = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[\d+-.])/;

function prefixOf(value: string): { prefix: Prefix; rest: string } {
  const prefix = PREFIX.exec(value)?.[1];
  return { prefix: (prefix ?? 'eq') as Prefix, rest: prefix === undefined ? value : value.slice(2) };
}

const DATE = {
  en: 'a date such as 2024, 2024-03, 2024-03-31 or 2024-03-31T10:00:00+02:00, after a prefix (eq ne gt lt ge le sa eb ap) or none',
  fr: 'une date comme 2024, 2024-03, 2024-03-31 ou 2024-03-31T10:00:00+02:00, après un préfixe (eq ne gt lt ge le sa eb ap) ou sans',
};

function dateTest(name: string, value: string, now: number): RangeTest | Fault {
  const { prefix, rest } = prefixOf(plain(value));
  // A plus sign that was not percent-encoded arrives as a space.
  const date = parseDate(rest.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (date === undefined) return badValue(name, value, DATE);
  if (prefix !== 'ap') return { prefix, lo: date.lo, hi: date.hi };
  return { prefix, ...approximate(date, now) };
}

/** Wider by a tenth of the gap between the date and now, on both sides (R4 search.html#prefix). */
function approximate({ lo, hi }: { lo: string; hi: string }, now: number): { lo: string; hi: string } {
  if (lo === FOREVER_AGO || hi === FOREVER) return { lo, hi };
  const [from, to] = [Date.parse(lo), Date.parse(hi)];
  const margin = Math.max(0, now < from ? from - now : now - to) / 10;
  const edge = (millis: number, open: string) => {
    const text = new Date(millis).toISOString();
    return /^\d{4}-/.test(text) && !text.startsWith('0000') ? text : open;
  };
  return { lo: edge(from - margin, FOREVER_AGO), hi: edge(to + margin, FOREVER) };
}

function dateClause(parameter: IndexedParameter, name: string, value: string, { index, now }: ClauseScope): Result {
  const test = dateTest(name, value, now);
  if (isFault(test)) return test;
  return anyOf(
    parameter.paths.map((p) =>
      p === index.datePath ? { kind: 'date', test } : { kind: 'other-date', param: p.key, test },
    ),
  );
}

// ---------------------------------------------------------------- strings

function stringClause(parameter: IndexedParameter, name: string, value: string): Result {
  const text = normalise(plain(value));
  if (text === '' || text.length > TEXT_LIMIT) {
    return badValue(name, value, {
      en: `a text of 1 to ${TEXT_LIMIT} characters`,
      fr: `un texte de 1 à ${TEXT_LIMIT} caractères`,
    });
  }
  return anyOf(parameter.paths.map((p) => ({ kind: 'string', param: p.key, match: 'starts', anyOf: [text] })));
}

// ---------------------------------------------------------------- numbers and quantities

function numberClause(parameter: IndexedParameter, name: string, value: string): Result {
  const parts = barParts(value);
  const { prefix, rest } = prefixOf(parts[0] ?? '');
  const decimal = parseDecimal(rest);
  const [, system = '', code = ''] = parts;
  const unitAllowed = parameter.kind === 'quantity' ? parts.length === 1 || parts.length === 3 : parts.length === 1;
  if (decimal === undefined || !unitAllowed) {
    return badValue(
      name,
      value,
      parameter.kind === 'quantity'
        ? {
            en: 'a quantity such as 5.4, 5.4|http://unitsofmeasure.org|mg or gt5.4||mg',
            fr: 'une quantité comme 5.4, 5.4|http://unitsofmeasure.org|mg ou gt5.4||mg',
          }
        : { en: 'a number such as 0.8 or gt0.8', fr: 'un nombre comme 0.8 ou gt0.8' },
    );
  }
  const exactText = printDecimal(decimal);
  const range =
    prefix === 'eq' || prefix === 'ne'
      ? impliedRange(decimal)
      : prefix === 'ap'
        ? approximateRange(decimal)
        : { lo: exactText, hi: exactText };
  const test = { prefix, ...range, ...(system === '' ? {} : { system }), ...(code === '' ? {} : { code }) };
  return anyOf(parameter.paths.map((p) => ({ kind: 'number', param: p.key, test })));
}
