import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';
import type { Lock } from './lock.ts';

/** A text of one server that speaks of another server's tool. */
export type Shadowing = { server: string; tool: string };

/** A definition longer than this is read so far; the rest is what its digest is for. */
const MOST_TEXT = 200_000;
const MOST_DEPTH = 32;

/**
 * The tools of other servers that a definition, or instructions, speaks of: an agent that has both servers reads this as a
 * word about the other. Names of its own tools are its own affair.
 */
export function shadowings(text: JsonValue, server: string, lock: Lock): Shadowing[] {
  const read = plain(textsOf(text).join('\n').slice(0, MOST_TEXT));
  const ours = new Set(Object.keys(own(lock, server)).map(joined));
  return Object.keys(lock.servers)
    .filter((other) => other !== server)
    .flatMap((other) =>
      Object.keys(own(lock, other))
        .filter((tool) => !ours.has(joined(tool)) && speaksOf(read, tool))
        .map((tool) => ({ server: other, tool })),
    );
}

/** What a person reads of it. */
export const shadowingWords = ({ server, tool }: Shadowing) =>
  `speaks of the tool ${JSON.stringify(tool)} of ${JSON.stringify(server)}, another server`;

const own = ({ servers }: Lock, name: string) =>
  Object.hasOwn(servers, name) ? (servers[name]?.tools ?? {}) : {};

/** Whether a text names a tool: a name of several words wherever it stands, a plain word only where it is marked as a name. */
function speaksOf(text: string, tool: string): boolean {
  const words = plain(tool)
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  if (words.length === 0) return false;
  // With a space it would be a phrase that anybody may write: get issue, update page.
  const name = words.join('[_.-]?');
  if (words.length > 1) return new RegExp(`(?<![a-z0-9])${name}(?![a-z0-9])`).test(text);
  if (name.length < 3) return false;
  const marked = `[\`"'“‘«<*]${name}[\`"'”’»>*]|(?<![a-z0-9])${name}\\(|(?<![a-z0-9])${name} (?:tool|function|command)\\b`;
  return new RegExp(
    `${marked}|\\b(?:tool|function|command)s?:? (?:named |called )?${name}(?![a-z0-9])`,
  ).test(text);
}

const joined = (name: string) => plain(name).replaceAll(/[^a-z0-9]/g, '');

/** One spelling: no hidden characters, one width, humps of camel case and underscores alike. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\p{Cf}\p{M}]/gu, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function textsOf(value: JsonValue, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (depth > MOST_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, depth + 1));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    // An argument may be called as another server's tool is; a sentence is no name of an argument.
    ...(/^[\w.-]{1,40}$/.test(key) ? [] : [key]),
    ...textsOf(inner, depth + 1),
  ]);
}
