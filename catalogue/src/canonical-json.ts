import { isJsonObject, type JsonValue } from './json.ts';

/** Deeper than this nothing is printed: recursion must not exhaust the stack on hostile input. */
export const MAX_JSON_DEPTH = 256;

/**
 * Prints JSON in the one way this project does: keys sorted by UTF-16 code unit, two spaces, no final newline.
 * Keys whose value is `undefined` are left out, as `JSON.stringify` does.
 *
 * @throws RangeError for values nested deeper than {@link MAX_JSON_DEPTH}, TypeError for what JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  return print(value, '\n', 0);
}

/** The same order of keys without white space: what digests are taken over. */
export function compactJson(value: unknown): string {
  return print(value, '', 0);
}

// INVARIANT: built from pieces, never by sorting keys into a new object, because integer-like keys and
// `__proto__` would then change place or vanish.
function print(value: unknown, newline: string, depth: number): string {
  if (depth > MAX_JSON_DEPTH)
    throw new RangeError(`JSON nested deeper than ${MAX_JSON_DEPTH} levels`);
  const inner = newline === '' ? '' : `${newline}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const items = value.map((item) => print(item === undefined ? null : item, inner, depth + 1));
    return `[${inner}${items.join(`,${inner}`)}${newline}]`;
  }
  if (isJsonObject(value)) {
    const colon = newline === '' ? ':' : ': ';
    const fields = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}${colon}${print(value[key], inner, depth + 1)}`);
    return fields.length === 0 ? '{}' : `{${inner}${fields.join(`,${inner}`)}${newline}}`;
  }
  return scalar(value);
}

function scalar(value: unknown): string {
  const kind = typeof value;
  const isPrintable =
    value === null || kind === 'string' || kind === 'boolean' || Number.isFinite(value);
  if (!isPrintable) throw new TypeError(`JSON cannot hold ${kind} ${String(value)}`);
  return JSON.stringify(value);
}

/** How deep a JSON value is nested, a scalar being 0; stops counting one past `limit`. Never recurses. */
export function jsonDepth(value: JsonValue, limit: number = MAX_JSON_DEPTH): number {
  let depth = 0;
  let level = [value].filter(isContainer);
  while (level.length > 0 && depth <= limit) {
    depth++;
    level = level.flatMap((item) => Object.values(item)).filter(isContainer);
  }
  return depth;
}

function isContainer(value: JsonValue): value is JsonValue[] | { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null;
}
