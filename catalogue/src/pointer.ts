import { isJsonObject, type JsonValue } from './json.ts';

/** A JSON Pointer (RFC 6901): empty, or segments that each begin with a slash. */
export type JsonPointer = string;

/** The segments of a JSON Pointer; `undefined` for a text that is none. */
export function pointerSegments(pointer: JsonPointer): string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What a JSON Pointer points to; `undefined` where it points to nothing. Own keys only. */
export function resolvePointer(value: JsonValue, pointer: JsonPointer): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const segment of pointerSegments(pointer) ?? ['\u0000not-a-pointer']) {
    if (Array.isArray(current))
      current = /^(0|[1-9]\d*)$/.test(segment) ? current[Number(segment)] : undefined;
    else if (isJsonObject(current) && Object.hasOwn(current, segment)) current = current[segment];
    else return undefined;
  }
  return current;
}
