import { type JsonObject, own } from '@toolwarden/catalogue';

/** What `Mcp-Name` repeats of a request's params, by method. */
const sources: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** What a request's `Mcp-Name` must say; `undefined` where it has none. */
export function namedBy(method: string, params: JsonObject): string | undefined {
  const source = sources.get(method);
  const value = source === undefined ? undefined : own(params, source);
  return typeof value === 'string' ? value : undefined;
}

/** The same as a header's value: in base64 where it is not plain visible text, or looks like such. */
export function nameHeaderOf(method: string, params: JsonObject): string | undefined {
  const name = namedBy(method, params);
  return name === undefined ? undefined : encodeHeader(name);
}

/** Writes a text as the value of a header. */
export function encodeHeader(text: string): string {
  const isPlain =
    /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?base64?');
  return isPlain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Reads the value of a header that may be in base64; `undefined` where it says so and is not. */
export function decodeHeader(value: string): string | undefined {
  if (!value.startsWith('=?base64?') || !value.endsWith('?=')) return value;
  const encoded = value.slice(9, -2);
  if (!BASE64.test(encoded)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(encoded, 'base64'),
    );
  } catch {
    return undefined;
  }
}
