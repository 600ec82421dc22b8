// One clause of a search plan → one condition on a resource row.
import { longDateToken, referenceMask } from '../hash.ts';
import { storedId } from '../ids.ts';
import { knownTypeKey } from '../type-keys.ts';
import type { Clause, Link, Selection } from '../types.ts';
import { dateTest, instantTest } from './ranges.ts';
import { common, type Scope, within } from './scope.ts';
import { ids, isSide } from './sides.ts';

/**
 * All clauses together, joined by `and`. Tokens that must all be there become one array: the index meets them at once.
 * @param bounded the caller bounds `date_lo` itself, so that date clauses need not
 */
export function allOf(clauses: readonly Clause[], scope: Scope, bounded = false): string[] {
  const { row, values } = scope;
  const single = clauses.filter((c) => c.kind === 'token' && c.anyOf.length === 1);
  const tokens = single.flatMap((c) => (c.kind === 'token' ? c.anyOf : []));
  const rest = clauses.filter((c) => !single.includes(c));
  return [
    ...(tokens.length > 0 ? [`${row}.token @> ${values.put(tokens, 'int8[]')}`] : []),
    ...rest.map((c) =>
      c.kind === 'date' && bounded ? dateTest(c.test, `${row}.date_lo`, `${row}.date_hi`, values) : condition(c, scope),
    ),
  ];
}

/** All that a selection asks of its row: type, reach and clauses. */
export function selected({ type, where }: Selection, scope: Scope): string {
  const inner = type === scope.type ? scope : { ...scope, type };
  return [...common(inner), ...allOf(where, inner)].join(' and ');
}

/** Condition on the resources whose date is marked as long. */
export function longs({ type, values, row }: Scope): string {
  return `${row}.token @> ${values.put([longDateToken(type)], 'int8[]')}`;
}

export function condition(clause: Clause, scope: Scope): string {
  const { values, row } = scope;
  switch (clause.kind) {
    case 'token':
      return clause.anyOf.length === 1
        ? `${row}.token @> ${values.put(clause.anyOf, 'int8[]')}`
        : `${row}.token && ${values.put(clause.anyOf, 'int8[]')}`;
    case 'patient':
      return clause.anyOf.length === 1
        ? `${row}.patient = ${values.put(clause.anyOf[0], 'int')}`
        : `${row}.patient = any(${values.put(clause.anyOf, 'int[]')})`;
    case 'id':
      return `${row}.id = any(${values.put(clause.anyOf.map(storedId), 'uuid[]')})`;
    case 'updated':
      return instantTest(clause.test, `${row}.updated`, values);
    case 'date':
      return dateTest(clause.test, `${row}.date_lo`, `${row}.date_hi`, values, () => longs(scope));
    case 'other-date':
    case 'string':
    case 'number':
    case 'near':
      return `${row}.id in (${ids(clause, values)})`;
    case 'text': {
      const type = values.put(knownTypeKey(scope.type), 'int2');
      return `${row}.id in (select s.id from search_text s where s.type = ${type} and s.words @@ ${values.put(clause.word, 'tsquery')})`;
    }
    case 'or':
      return anyOf(clause.anyOf, scope);
    case 'and':
      return clause.allOf.length === 0 ? 'true' : `(${allOf(clause.allOf, scope).join(' and ')})`;
    case 'not':
      // Also where nothing is there to compare: `is not true` holds for null.
      return `(${condition(clause.clause, scope)}) is not true`;
    case 'refers':
      return refers(clause.by, clause.to, scope);
    case 'referred':
      return referred(clause.by, clause.from, scope);
    case 'none':
      return 'false';
    default:
      throw new Error(`${clause.kind} must be resolved before a search is compiled`);
  }
}

function anyOf(clauses: readonly Clause[], scope: Scope): string {
  const live = clauses.filter((c) => c.kind !== 'none');
  if (live.length === 0) return 'false';
  const tokens = live.flatMap((c) => (c.kind === 'token' ? c.anyOf : []));
  const side = live.filter(isSide);
  const others = live.filter((c) => c.kind !== 'token' && !isSide(c));
  const parts = others.map((c) => `(${c.kind === 'refers' ? refers(c.by, c.to, scope, true) : condition(c, scope)})`);
  if (tokens.length > 0) parts.push(`(${condition({ kind: 'token', anyOf: tokens }, scope)})`);
  // One set of ids keeps a semi-join; several `in` under an `or` would be a filter over the whole type.
  if (side.length > 0) {
    parts.push(`${scope.row}.id in (${side.map((c) => ids(c, scope.values)).join(' union all ')})`);
  }
  return parts.length === 1 ? parts[0]! : `(${parts.join(' or ')})`;
}

// ---------------------------------------------------------------- from resource to resource

/** A chain: the row names one of the selected. Tokens of references are hashes that SQL can make of an id. */
function refers(by: Link, to: Selection, scope: Scope, isAlternative = false): string {
  const target = within(scope, to.type);
  const { row } = target;
  const where = selected(to, target);
  if (by.kind === 'patient') {
    const patients = `select ${row}.patient from resource ${row} where ${where}`;
    // Under an \`or\` an \`in\` is no question of an index any more, an array is.
    return isAlternative ? `${scope.row}.patient = any(array(${patients}))` : `${scope.row}.patient in (${patients})`;
  }
  const hash = tokenOf(row, by.param, to.type, scope);
  return `${scope.row}.token && array(select ${hash} from resource ${row} where ${where})`;
}

/** Matches of an inner selection up to which what they name is read from their tokens, instead of asking each row who names it. */
const FEW = 2000;

/** Depth down to which a `_has` is written both ways: each writes the inner ones again, and their number is a power of it. */
const BOTH_WAYS = 3;

/** `_has`: one of the selected names the row. */
function referred(by: Link, from: Selection, scope: Scope): string {
  const source = within(scope, from.type);
  const { row } = source;
  const where = selected(from, source);
  if (by.kind === 'patient') {
    const patients = `select ${row}.patient from resource ${row} where ${row}.patient <> 0 and ${where}`;
    if (scope.gates === undefined) return `${scope.row}.patient in (${patients})`;
    const some = `select f.patient from (${patients} limit ${FEW + 1}) f`;
    scope.gates.push(`(select count(*) from (${some}) f) <= ${FEW}`);
    return `${scope.row}.patient in (${some})`;
  }
  const mask = scope.values.put(referenceMask(by.param, scope.type), 'int8');
  const some = `select ${row}.token from resource ${row} where ${where} limit ${FEW + 1}`;
  const hash = `uuid_hash_extended(${scope.row}.id, 0)`;
  const among = `${hash} in (select unnest(f.token) # ${mask} from (${some}) f)`;
  const few = `(select count(*) from (${some}) f) <= ${FEW}`;
  const asked = `exists (select from resource ${row} where ${row}.token @> array[${hash} # ${mask}] and ${where})`;
  if ((scope.depth ?? 0) > BOTH_WAYS) return asked;
  if (scope.gates !== undefined) {
    scope.gates.push(few);
    return among;
  }
  return `case when ${few} then ${among} else ${asked} end`;
}

/** The token by which a parameter names the resource of a row. */
function tokenOf(row: string, param: number, type: string, { values }: Scope): string {
  return `uuid_hash_extended(${row}.id, 0) # ${values.put(referenceMask(param, type), 'int8')}`;
}
