// Parameters of every type that are no index rows: _id, _lastUpdated, _list, _text, _content.
import type { Fault } from '../../kernel/fault.ts';
import { dateTest } from './dates.ts';
import { EVERYTHING, NOTHING, type Result, type SearchScope } from './draft.ts';
import { namedInList } from './list.ts';
import { ID } from './references.ts';
import { badValue, isFault, notServed } from './refusals.ts';
import { textClause } from './text.ts';
import { plain } from './values.ts';

/** Modifiers that they take. */
export const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  _id: ['missing', 'not'],
  _lastUpdated: ['missing'],
  _list: [],
  _text: [],
  _content: [],
};

/** The clause of one value. */
export async function specialClause(code: string, name: string, value: string, scope: SearchScope): Promise<Result> {
  switch (code) {
    case '_id':
      return idClause(name, value);
    case '_lastUpdated': {
      const test = dateTest(name, value, scope.now);
      return isFault(test) ? test : { kind: 'updated', test };
    }
    case '_list':
      return listClause(name, value, scope);
    default:
      return textClause(name, value, code === '_text', scope);
  }
}

function idClause(name: string, value: string): Result {
  if (ID.test(value)) return { kind: 'id', anyOf: [value] };
  return badValue(name, value, {
    en: 'a logical id (letters, digits, - and .)',
    fr: 'un identifiant logique (lettres, chiffres, - et .)',
  });
}

/** What the entries of a List name, but for those that it marks as deleted. */
async function listClause(name: string, value: string, scope: SearchScope): Promise<Result> {
  const text = plain(value);
  if (text.startsWith('$')) {
    return notServed(name, { en: `the list "${text}" is`, fr: `la liste « ${text} » n’est` });
  }
  const id = text.replace(/^List\//, '');
  if (!ID.test(id)) return wrongList(name, value);
  const named = await namedInList(scope.store, id, scope.base, scope.reach);
  const ids = named.filter(({ type }) => type === scope.index.type).map((n) => n.id);
  return ids.length === 0 ? NOTHING : { kind: 'id', anyOf: [...new Set(ids)] };
}

function wrongList(name: string, value: string): Fault {
  return badValue(name, value, { en: 'the id of a List', fr: 'l’identifiant d’une ressource List' });
}

/** `:missing`: every resource has an id and a time of its last change. */
export function specialMissing(missing: boolean): Result {
  return missing ? NOTHING : EVERYTHING;
}
