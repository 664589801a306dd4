/** One spelling for all that a reader blind to letter case takes for the same key, by Unicode's folding. */
export function fold(key: string): string {
  return key.toUpperCase().toLowerCase();
}

/** Keys that mean something to a JavaScript object. */
export const magicKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
