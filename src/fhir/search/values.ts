// The text of a parameter value: alternatives by comma, parts by bar or dollar, escapes by backslash (R4 search.html#escaping).

/** Cuts a value at its commas; escapes stay for the parts. */
export function alternatives(value: string): string[] {
  return cutAt(value, ',');
}

/** Cuts one alternative at its dollars; escapes stay for the parts. */
export function components(value: string): string[] {
  return cutAt(value, '$');
}

/** Cuts one alternative at its bars, and takes the escapes away. */
export function barParts(value: string): string[] {
  return cutAt(value, '|').map(plain);
}

/** Whether each backslash escapes something: R4 calls any other illegal. */
export function isEscaped(value: string): boolean {
  return !value.includes('\\') || /^(?:[^\\]|\\[\\,|$])*$/.test(value);
}

/** Takes the escapes away: `\,` `\|` `\$` `\\`. */
export function plain(value: string): string {
  return value.includes('\\') ? value.replace(/\\([\\,|$])/g, '$1') : value;
}

function cutAt(value: string, mark: string): string[] {
  if (!value.includes('\\')) return value.split(mark);
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < value.length; i++) {
    if (value[i] === '\\') i++;
    else if (value[i] === mark) {
      parts.push(value.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(value.slice(start));
  return parts;
}
