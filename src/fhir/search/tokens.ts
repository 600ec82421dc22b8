// Token values: `code`, `system|code`, `|code`, `system|` (R4 search.html#token), by what stands at the parameter's places.
// Matching is literal, also in case. R4 leans to ignoring case when in doubt; here identifiers decide conditional creates
// and HL7's own code systems are case sensitive, so a false match would cost more than a missed one.
import type { Fault } from '../../kernel/fault.ts';
import { formHash } from '../../storage/hash.ts';
import type { Clause } from '../../storage/types.ts';
import type { Branch } from '../extract/branches.ts';
import type { IndexedParameter, IndexPath } from '../extract/paths.ts';
import { badValue, isFault, notServed } from './refusals.ts';
import { barParts } from './values.ts';

/** What was asked: the system is undefined when none was named, empty when the token must have none. */
interface Asked {
  readonly system: string | undefined;
  readonly code: string;
}

type Form = 'coding' | 'identifier' | 'boolean' | 'text';

/** The clause of one value, or the refusal. */
export function tokenClauses(parameter: IndexedParameter, name: string, value: string): Clause | Fault {
  const parts = barParts(value);
  const asked: Asked =
    parts.length === 1 ? { system: undefined, code: parts[0]! } : { system: parts[0]!, code: parts[1]! };
  if (parts.length > 2 || (asked.code === '' && (asked.system ?? '') === '')) {
    return badValue(name, value, {
      en: 'code, system|code, |code or system| (a bar or comma inside a code is written \\| or \\,)',
      fr: 'code, système|code, |code ou système| (une barre ou virgule dans un code s’écrit \\| ou \\,)',
    });
  }
  const forms = new Map<string, Clause | Fault>();
  for (const path of parameter.paths) {
    for (const branch of path.branches) {
      const form = formOf(path, branch);
      const clause = inForm(form, path, branch, asked, name, value);
      forms.set(`${path.key} ${form}`, clause);
    }
  }
  const results = [...forms.values()];
  const clauses = results.filter((r) => !isFault(r));
  // A value that fits one of the forms is fine: Group.value takes codes and booleans.
  if (clauses.length === 0) return results.find(isFault)!;
  return clauses.length === 1 ? clauses[0]! : { kind: 'or', anyOf: clauses };
}

function formOf(path: IndexPath, { type }: Branch): Form {
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
): Clause | Fault {
  switch (form) {
    case 'coding':
      return coding(path.key, asked);
    case 'identifier':
      return identifier(path.key, asked);
    case 'boolean':
      return truth(path.key, asked, name, value);
    case 'text':
      return text(path.key, branch, asked, name);
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

/** `code`, `string`, `id` …: they have no system, but a bound code implies that of its binding. */
function text(param: number, branch: Branch, { system, code }: Asked, name: string): Clause | Fault {
  if (code === '') {
    return notServed(name, {
      en: 'a search for all codes of a system (system|) is',
      fr: 'la recherche de tous les codes d’un système (système|) n’est',
    });
  }
  if (system !== undefined && system !== '' && !branch.systems.includes(system)) return { kind: 'none' };
  return { kind: 'token', anyOf: [formHash(param, 'pair', '', code)] };
}
