import type { JsonObject } from '@toolwarden/catalogue';

/** True for a key that a plain read finds on every object, own or not. */
export const isInherited = (key: string): boolean => key in Object.prototype;

const NOTHING = {};

/**
 * True where a plain read finds own keys only, save those of {@link isInherited}: what `JSON.parse` gives, in a program
 * whose `Object.prototype` nobody has added to. Asked once for all reads of a call, which is most of what deciding does.
 */
export function hasOnlyOwn(value: JsonObject): boolean {
  // The loop visits what a polluted prototype adds to every object, and costs next to nothing while there is none.
  for (const _ in NOTHING) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
