import { isUtf8 } from 'node:buffer';
import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';

/** Deeper than this a result is not looked through, and so not passed on. */
const MOST_DEPTH = 200;

/**
 * The value with every text in it changed, keys included. What pictures and sounds hold is no text, but
 * files in base64 may be one, and then are changed like one.
 *
 * @throws RangeError where it is nested too deep, or where two keys of an object would become one.
 */
export function mapTexts(
  value: JsonValue,
  change: (text: string, key?: string) => string,
): JsonValue {
  return walk(value, undefined, change, 0);
}

function walk(
  value: JsonValue,
  key: string | undefined,
  change: (text: string, key?: string) => string,
  depth: number,
): JsonValue {
  if (typeof value === 'string') return change(value, key);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MOST_DEPTH) throw new RangeError('it is nested too deep to be looked through');
  if (Array.isArray(value)) return value.map((item) => walk(item, key, change, depth + 1));
  // A number in its own digits, see read-exactly.ts.
  if (!isJsonObject(value) || isRawNumber(value)) return value;
  const media = mediaKey(value);
  const entries = Object.entries(value).map(([name, inner]): [string, JsonValue] => [
    change(name),
    name === media
      ? changedFile(inner as string, (text) => change(text, name))
      : walk(inner, name, change, depth + 1),
  ]);
  if (new Set(entries.map(([name]) => name)).size !== entries.length) {
    throw new RangeError('two of its keys would become one');
  }
  return fromEntries(entries);
}

// Keys come from outside, and `__proto__` must stay a key.
function fromEntries(entries: [string, JsonValue][]): JsonObject {
  return Object.fromEntries(entries) as JsonObject;
}

const isRawNumber = (value: JsonObject) =>
  (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);

/** The key of a picture's, sound's or resource's bytes, which are base64 and nothing else. */
function mediaKey(value: JsonObject): string | undefined {
  const type = own(value, 'type');
  const [key, beside] =
    type === 'image' || type === 'audio' ? ['data', 'mimeType'] : ['blob', 'uri'];
  // Fields of a tool's own that are called so hold what they like.
  if (typeof own(value, beside) !== 'string') return undefined;
  const data = own(value, key);
  return typeof data === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(data) ? key : undefined;
}

/** The bytes of a file with its text changed, where it is one; else as they are. */
function changedFile(base64: string, change: (text: string) => string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (!isUtf8(bytes) || bytes.includes(0)) return base64;
  const text = bytes.toString();
  const changed = change(text);
  return changed === text ? base64 : Buffer.from(changed).toString('base64');
}
