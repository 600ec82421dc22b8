// The small words before names in messages, which depend on the sound that follows.

/** `an Observation`, `a Patient`, `a uri`: the names of types of R4, of which none begins with a mute h. */
export function a(name: string): string {
  return `${/^[aeio]|^un/i.test(name) ? 'an' : 'a'} ${name}`;
}

/** `A` or `An` where a sentence begins. */
export function capitalA(name: string): string {
  return `A${a(name).slice(1)}`;
}

/** French `de`: `d’Observation`, `de Patient`. */
export function de(name: string): string {
  return /^[aeiouéè]/i.test(name) ? `d’${name}` : `de ${name}`;
}
