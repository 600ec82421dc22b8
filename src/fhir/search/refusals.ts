// What a search is refused for: always 400, always with the parameter's name and a way out.
import type { Fault, FaultCode } from '../../kernel/fault.ts';

/** Tells a refusal from what was read. */
export function isFault(result: object): result is Fault {
  return 'detail' in result;
}

/** `expression` names the parameter, as R4 does for errors in parameters: `http.code:in`. */
function refusal(kind: Fault['kind'], detail: FaultCode, parameter: string, en: string, fr: string): Fault {
  return { kind, detail, text: { en, fr }, expression: `http.${parameter}` };
}

/** A value that the parameter cannot have. `wanted` is a noun phrase in both languages, with an example. */
export function badValue(
  parameter: string,
  value: string,
  wanted: { readonly en: string; readonly fr: string },
): Fault {
  const shown = show(value);
  return refusal(
    'value',
    'search-value',
    parameter,
    `${parameter}=${shown}: expected ${wanted.en}.`,
    `${parameter}=${shown} : attendu ${wanted.fr}.`,
  );
}

export function emptyValue(parameter: string): Fault {
  return refusal(
    'value',
    'search-value-empty',
    parameter,
    `${show(parameter)} has no value. Give one, or leave the parameter out.`,
    `${show(parameter)} n’a pas de valeur. Donnez-en une, ou retirez le paramètre.`,
  );
}

/** Something of R4 that is not served. `what` names it. */
export function notServed(parameter: string, what: { readonly en: string; readonly fr: string }): Fault {
  return refusal(
    'not-supported',
    'search-not-supported',
    parameter,
    `${parameter}: ${what.en} not supported here. /metadata says what is.`,
    `${parameter} : ${what.fr} pas pris en charge ici. /metadata dit ce qui l’est.`,
  );
}

/** A modifier that the parameter does not take, with those that it takes. R4 wants it refused, whatever the handling. */
export function wrongModifier(parameter: string, modifier: string, taken: readonly string[]): Fault {
  const near = nearest(modifier, taken);
  const list = taken.map((m) => `:${m}`).join(' ') || '-';
  return refusal(
    'not-supported',
    'search-modifier',
    parameter,
    `${show(parameter)}: the modifier ":${show(modifier)}" is not for this parameter.${near === undefined ? '' : ` Did you mean ":${near}"?`} It takes ${list}.`,
    `${show(parameter)} : le modificateur « :${show(modifier)} » n’est pas pour ce paramètre.${near === undefined ? '' : ` Vouliez-vous dire « :${near} » ?`} Il prend ${list}.`,
  );
}

/** A chain that does not say which of several types is meant. */
export function ambiguousChain(parameter: string, forms: readonly string[]): Fault {
  const list = forms.slice(0, 12).join(', ');
  return refusal(
    'value',
    'search-chain-ambiguous',
    parameter,
    `${show(parameter)}: resources of several types have such a parameter. Say which: ${list}.`,
    `${show(parameter)} : des ressources de plusieurs types ont un tel paramètre. Précisez : ${list}.`,
  );
}

/** An id that resources of several types have. */
export function ambiguousId(parameter: string, id: string, types: readonly string[]): Fault {
  const list = types.map((t) => `${t}/${id}`).join(', ');
  return refusal(
    'value',
    'search-id-ambiguous',
    parameter,
    `${parameter}=${id}: there are ${list}. Say which.`,
    `${parameter}=${id} : il y a ${list}. Précisez.`,
  );
}

/** A value set or code system whose codes are not all known here. */
export function unknownCodes(parameter: string, url: string): Fault {
  return refusal(
    'not-supported',
    'search-codes-unknown',
    parameter,
    `${parameter}: not all codes of ${show(url)} are known here. Store it with its codes (POST ValueSet, CodeSystem), or list the codes in the search.`,
    `${parameter} : les codes de ${show(url)} ne sont pas tous connus ici. Enregistrez-le avec ses codes (POST ValueSet, CodeSystem), ou énumérez les codes dans la recherche.`,
  );
}

export function tooDeep(parameter: string, limit: number): Fault {
  return refusal(
    'value',
    'search-too-deep',
    parameter,
    `${show(parameter)}: a chain has at most ${limit} links.`,
    `${show(parameter)} : une chaîne a au plus ${limit} maillons.`,
  );
}

export function repeated(parameter: string): Fault {
  return refusal(
    'value',
    'search-repeated',
    parameter,
    `${parameter} may stand once only.`,
    `${parameter} ne peut figurer qu’une fois.`,
  );
}

export function tooMany(parameter: string, limit: number): Fault {
  return refusal(
    'value',
    'search-too-many',
    parameter,
    `A search takes at most ${limit} values in all. Split it into several searches.`,
    `Une recherche prend au plus ${limit} valeurs en tout. Répartissez-la en plusieurs recherches.`,
  );
}

export function tooManyFilters(parameter: string, limit: number): Fault {
  return refusal(
    'value',
    'search-too-many-filters',
    parameter,
    `A search takes at most ${limit} filters, repeated ones counted. Values that are alternatives go into one, with commas.`,
    `Une recherche prend au plus ${limit} filtres, répétitions comprises. Les valeurs au choix vont dans un seul, avec des virgules.`,
  );
}

/** A name that is no parameter of the type, with those that look like it. `label`: the whole name as sent. */
export function unknownParameter(type: string, name: string, label: string, known: readonly string[]): Fault {
  const near = nearest(name, known);
  const list = known.join(', ');
  const hint = {
    en: near === undefined ? '' : ` Did you mean "${near}"?`,
    fr: near === undefined ? '' : ` Vouliez-vous dire « ${near} » ?`,
  };
  return refusal(
    'invalid',
    'search-parameter-unknown',
    label,
    `${type} has no search parameter "${show(name)}".${hint.en} It has: ${list}.`,
    `${type} n’a pas de paramètre de recherche « ${show(name)} ».${hint.fr} Il a : ${list}.`,
  );
}

/** `_query` names a query that the server defines. There are none, so any name is a wrong one, whatever the handling. */
export function noSuchQuery(parameter: string): Fault {
  return refusal(
    'value',
    'search-value',
    parameter,
    `${show(parameter)}: there are no named queries here. Say the search by its parameters, or by _filter.`,
    `${show(parameter)} : il n’y a pas de requêtes nommées ici. Formulez la recherche par ses paramètres, ou par _filter.`,
  );
}

/** Something in the expression of `_filter`. Positions count from 1. */
export function filterFault(at: number, text: Fault['text']): Fault {
  return refusal(
    'value',
    'search-filter',
    '_filter',
    `_filter, position ${at}: ${show(text.en, 800)}`,
    `_filter, position ${at} : ${show(text.fr, 800)}`,
  );
}

/** An operator that `_filter` does not have for a parameter, or that cannot be answered exactly there. */
export function wrongOperator(parameter: string, operator: string, taken: readonly string[]): Fault {
  const list = taken.join(' ') || '-';
  return refusal(
    'not-supported',
    'search-filter-operator',
    '_filter',
    `the operator "${operator}" is not for ${parameter} in _filter. It takes ${list}.`,
    `l’opérateur « ${operator} » n’est pas pour ${parameter} dans _filter. Il prend ${list}.`,
  );
}

/** Whether lenient handling may leave the parameter out: it is unknown, or not served. A bad value or modifier is an error. */
export function mayBeLeftOut({ detail }: Fault): boolean {
  return detail === 'search-parameter-unknown' || detail === 'search-not-supported';
}

/** Whether it is the name of the parameter, with its modifier or chain, that is wrong, whatever the value. */
export function isOfTheName(fault: Fault): boolean {
  return mayBeLeftOut(fault) || OF_THE_NAME.has(fault.detail);
}

const OF_THE_NAME: ReadonlySet<string> = new Set(['search-modifier', 'search-chain-ambiguous', 'search-too-deep']);

/** Long or unprintable input is not echoed whole. */
function show(text: string, most = 80): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replace(/\p{Cc}/gu, '�');
}

/** The known name with the fewest changes, when they are few for its length. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > 64) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = (wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3))) + 1;
  for (const candidate of known) {
    const d = changes(wanted, candidate.toLowerCase(), least);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

/** Insertions, deletions and replacements between two texts (Levenshtein); not exact above `limit`. */
function changes(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
