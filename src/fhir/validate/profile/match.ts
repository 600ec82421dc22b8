// fixed[x] and pattern[x]: comparing JSON values.

/** Whether two JSON values are the same, whatever the order of keys (fixed[x]). */
export function isSame(value: unknown, fixed: unknown): boolean {
  if (value === fixed) return true;
  if (Array.isArray(value)) {
    return Array.isArray(fixed) && value.length === fixed.length && value.every((v, i) => isSame(v, fixed[i]));
  }
  if (!isObject(value) || !isObject(fixed)) return false;
  const keys = Object.keys(fixed);
  return (
    keys.length === Object.keys(value).length &&
    keys.every((k) => Object.hasOwn(value, k) && isSame(value[k], fixed[k]))
  );
}

/** Whether a value holds at least what a pattern holds; each item of a pattern's list must be matched by some item (pattern[x]). */
export function fits(value: unknown, pattern: unknown): boolean {
  if (value === pattern) return true;
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((p) => value.some((v) => fits(v, p)));
  }
  if (!isObject(value) || !isObject(pattern)) return false;
  for (const key of Object.keys(pattern)) {
    if (!Object.hasOwn(value, key) || !fits(value[key], pattern[key])) return false;
  }
  return true;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
