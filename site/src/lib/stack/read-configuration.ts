import { isJsonObject, jsonDepth, own } from '@toolwarden/catalogue';
import { type ConfiguredServer, configuredServer } from './configured-server.ts';

/** A configuration is written by hand; anything longer is something else. */
const MAX_TEXT = 4 * 1024 ** 2;
const MAX_DEPTH = 32;
const MAX_SERVERS = 200;

/** Ways of keys to the servers in the files of the clients we know; `*` stands for each key. */
const PLACES = [
  ['mcpServers'],
  ['mcp', 'servers'],
  ['mcp_servers'],
  ['servers'],
  ['context_servers'],
  ['projects', '*', 'mcpServers'],
];

/** A configuration that was read. `document` holds what it held, secrets too, and is shown to nobody. */
export type Configuration = {
  servers: ConfiguredServer[];
  format: 'json' | 'toml';
  document: unknown;
};

/** Reads a client's configuration of any kind, or says in one line what is wrong with it. */
export async function readConfiguration(
  text: string,
): Promise<Configuration | { problem: string }> {
  if (text.length > MAX_TEXT)
    return { problem: 'This is longer than any configuration: 4 MiB is the most.' };
  const read = await parseText(text);
  if (read === undefined)
    return {
      problem: 'This is neither JSON nor TOML. Paste the whole file, from its first brace or line.',
    };
  if (jsonDepth(read.document as never, MAX_DEPTH) > MAX_DEPTH)
    return {
      problem: `This is nested deeper than ${MAX_DEPTH} levels, which no configuration is.`,
    };
  const entries = serverEntries(read.document);
  if (entries.length === 0)
    return {
      problem:
        'There are no servers in it: nothing under "mcpServers", "servers", "mcp.servers" or [mcp_servers].',
    };
  const servers = entries
    .slice(0, MAX_SERVERS)
    .map(({ name, entry }) => configuredServer(name, entry));
  return { servers, ...read };
}

type Entry = { name: string; entry: Record<string, unknown> };

/** Every server of a document, with the object that describes it. */
export function serverEntries(document: unknown): Entry[] {
  const seen = new Set<unknown>();
  return PLACES.flatMap((keys) => objectsAt(document, keys))
    .flatMap((servers) => Object.entries(servers))
    .flatMap(([name, entry]) => {
      const isServer =
        isJsonObject(entry) &&
        ['command', 'url', 'httpUrl', 'serverUrl'].some((key) => own(entry, key) !== undefined);
      if (!isServer || seen.has(entry)) return [];
      seen.add(entry);
      return [{ name, entry }];
    });
}

function objectsAt(document: unknown, [key, ...rest]: readonly string[]): object[] {
  if (!isJsonObject(document)) return [];
  if (key === undefined) return [document];
  if (key === '*') return Object.values(document).flatMap((value) => objectsAt(value, rest));
  return objectsAt(own(document, key), rest);
}

async function parseText(
  text: string,
): Promise<{ format: 'json' | 'toml'; document: unknown } | undefined> {
  try {
    return { format: 'json', document: JSON.parse(withoutComments(text)) };
  } catch {
    // Then it may be the other kind.
  }
  try {
    const { parse } = await import('smol-toml');
    return { format: 'toml', document: parse(text) };
  } catch {
    // What the parser says would quote the text, and with it what nobody should see.
    return undefined;
  }
}

/** Editors allow comments and a comma after the last entry in these files. */
function withoutComments(text: string): string {
  // A string is taken whole, so that what looks like a comment in it stays.
  return text
    .replace(/^\uFEFF/, '')
    .replace(
      /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g,
      (_, string) => string ?? '',
    )
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_, string) => string ?? '');
}
