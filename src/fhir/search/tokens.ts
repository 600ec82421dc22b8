// Token values: `code`, `system|code`, `|code`, `system|` (R4 search.html#token), by what stands at the parameter's places.
// Matching is literal, also in case. R4 leans to ignoring case when in doubt; here identifiers decide conditional creates
// and HL7's own code systems are case sensitive, so a false match would cost more than a missed one.
import type { Fault } from '../../kernel/fault.ts';
import { formHash } from '../../storage/hash.ts';
import type { Clause } from '../../storage/types.ts';
import type { Branch } from '../extract/branches.ts';
import type { IndexedParameter, IndexPath } from '../extract/paths.ts';
import type { SearchScope } from './draft.ts';
import { badValue, isFault } from './refusals.ts';
import { barParts } from './values.ts';

/** What was asked: the system is undefined when none was named, empty when the token must have none. */
interface Asked {
  readonly system: string | undefined;
  readonly code: string;
}

export type Form = 'coding' | 'identifier' | 'boolean' | 'text';

/** The clause of one value, or the refusal. */
export function tokenClauses(
  parameter: IndexedParameter,
  name: string,
  value: string,
  scope: SearchScope,
): Clause | Fault {
  const parts = barParts(value);
  const asked: Asked =
    parts.length === 1 ? { system: undefined, code: parts[0]! } : { system: parts[0]!, code: parts[1]! };
  if (parts.length > 2 || (asked.code === '' && (asked.system ?? '') === '')) {
    return badValue(name, value, {
      en: 'code, system|code, |code or system| (a bar or comma inside a code is written \\| or \\,)',
      fr: 'code, système|code, |code ou système| (une barre ou virgule dans un code s’écrit \\| ou \\,)',
    });
  }
  return overBranches(parameter, (form, path, branch) => inForm(form, path, branch, asked, name, value, scope));
}

/** A clause for each form of value that the parameter's places hold. A value that fits one of them is fine. */
export function overBranches(
  parameter: IndexedParameter,
  make: (form: Form, path: IndexPath, branch: Branch) => Clause | Fault,
): Clause | Fault {
  const forms = new Map<string, Clause | Fault>();
  for (const path of parameter.paths) {
    for (const branch of path.branches) {
      const form = formOf(path, branch);
      forms.set(`${path.key} ${form} ${branch.type === 'string'}`, make(form, path, branch));
    }
  }
  const results = [...forms.values()];
  const clauses = results.filter((r) => !isFault(r));
  // Group.value takes codes and booleans.
  if (clauses.length === 0) return results.find(isFault) ?? { kind: 'none' };
  return clauses.length === 1 ? clauses[0]! : { kind: 'or', anyOf: clauses };
}

export function formOf(path: IndexPath, { type }: Branch): Form {
  if (path.truth || type === 'boolean') return 'boolean';
  if (type === 'CodeableConcept' || type === 'Coding') return 'coding';
  return type === 'Identifier' || type === 'ContactPoint' ? 'identifier' : 'text';
}

function inForm(
  form: Form,
  path: IndexPath,
  branch: Branch,
  asked: Asked,
  name: string,
  value: string,
  scope: SearchScope,
): Clause | Fault {
  switch (form) {
    case 'coding':
      return coding(path.key, asked);
    case 'identifier':
      return identifier(path.key, asked);
    case 'boolean':
      return truth(path.key, asked, name, value);
    case 'text':
      return text(path, branch, asked, scope);
  }
}

function coding(param: number, { system, code }: Asked): Clause {
  if (system === undefined) return { kind: 'any-system', param, code };
  if (code === '') return { kind: 'any-code', param, system };
  return { kind: 'token', anyOf: [formHash(param, 'pair', system, code)] };
}

function identifier(param: number, { system, code }: Asked): Clause {
  const form = system === undefined ? 'value' : code === '' ? 'system' : 'pair';
  const anyOf = [formHash(param, form, system ?? '', code)];
  return form === 'system' ? { kind: 'token', anyOf } : { kind: 'token', anyOf, rare: true };
}

const BOOLEANS = ['http://hl7.org/fhir/special-values', 'http://terminology.hl7.org/CodeSystem/special-values', ''];

function truth(param: number, { system, code }: Asked, name: string, value: string): Clause | Fault {
  if ((code !== 'true' && code !== 'false') || (system !== undefined && !BOOLEANS.includes(system))) {
    return badValue(name, value, { en: 'true or false', fr: 'true ou false' });
  }
  return { kind: 'token', anyOf: [formHash(param, 'pair', '', code)] };
}

/** The token of a value that has no system. Where the type is string, case does not count (R4). */
export function plainToken(param: number, { type }: Branch, code: string): string {
  const literal = type !== 'string' && type !== 'markdown';
  return formHash(param, 'pair', '', literal ? code : code.toLowerCase());
}

/** `code`, `string`, `id` …: they have no system, but a bound code implies those of its binding. */
function text(path: IndexPath, branch: Branch, { system, code }: Asked, scope: SearchScope): Clause {
  if (system !== undefined && system !== '' && !branch.systems.includes(system)) return { kind: 'none' };
  if (code !== '') return { kind: 'token', anyOf: [plainToken(path.key, branch, code)] };
  const codes = branch.systems.length > 1 ? scope.definitions.codeSystem(system!)?.codes : undefined;
  if (codes === undefined) return { kind: 'present', type: scope.index.type, places: [path.key], present: true };
  return { kind: 'token', anyOf: codes.map((c) => plainToken(path.key, branch, c)) };
}
