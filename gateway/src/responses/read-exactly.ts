import type { JsonValue } from '@toolwarden/catalogue';

type Context = { source?: string };
const json = JSON as unknown as {
  parse(text: string, revive: (key: string, value: unknown, context: Context) => unknown): unknown;
  rawJSON(text: string): unknown;
};

/**
 * Reads JSON so that it prints again with the same numbers: an id of 64 bits is more than a double holds, and what
 * changes a text of a result must not change its numbers.
 */
export function readExactly(text: string): JsonValue {
  return json.parse(text, (_, value, { source }) => {
    if (typeof value !== 'number' || source === undefined) return value;
    return String(value) === source ? value : json.rawJSON(source);
  }) as JsonValue;
}
