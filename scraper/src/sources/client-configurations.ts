import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isJsonObject, own, parseServerId, type ServerSource } from '@toolwarden/catalogue';
import { parse as parseToml } from 'smol-toml';
import { reachOf } from './client-entry.ts';
import { type ClientPlace, clientPlaces } from './client-places.ts';
import { defineSource, type Found } from './define-source.ts';

/** A configuration is written by hand; anything longer is something else. */
const MAX_FILE = 4 * 1024 ** 2;

export const clientConfigurations = defineSource({
  id: 'client-configurations',
  meaning:
    'The MCP servers that programs on this machine are set up to use. Values of variables stay where they are.',
  read: async ({
    home = homedir(),
    cwd = process.cwd(),
    platform = process.platform,
    env = process.env,
  }: Partial<Parameters<typeof clientPlaces>[0]> = {}) => {
    const found: Found = { sources: [], problems: [] };
    const taken = new Set<string>();
    for (const place of clientPlaces({ home, cwd, platform, env })) {
      const text = await readFile(place.file, 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      const { sources, problems } = serversIn(place, text);
      found.problems.push(...problems);
      // The same name in two clients is most often the same server.
      for (const source of sources) {
        if (taken.has(source.id)) continue;
        taken.add(source.id);
        found.sources.push(source);
      }
    }
    return found;
  },
});

function serversIn(place: ClientPlace, text: string): Found {
  const found: Found = { sources: [], problems: [] };
  const where = `${place.client} (${place.file})`;
  let document: unknown;
  try {
    if (text.length > MAX_FILE) throw new Error(`over ${MAX_FILE} characters`);
    document = place.format === 'toml' ? parseToml(text) : JSON.parse(withoutComments(text));
  } catch (error) {
    const [words] = (error as Error).message.split('\n');
    return { sources: [], problems: [{ where, message: `cannot be read: ${words}` }] };
  }
  for (const [name, entry] of place.keys.flatMap((keys) => entriesAt(document, keys))) {
    const id = parseServerId(`config:${name}`);
    if (!id.ok) {
      found.problems.push({ where, message: id.problem });
      continue;
    }
    const { problem, ...reach } = reachOf(entry);
    if (problem === undefined) found.sources.push({ id: id.id as ServerSource['id'], ...reach });
    else found.problems.push({ where, message: `${id.id}: ${problem}` });
  }
  return found;
}

/** The servers at the end of a way of keys; `*` stands for each key. */
function entriesAt(document: unknown, [key, ...rest]: string[]): [string, unknown][] {
  if (key === undefined) return isJsonObject(document) ? Object.entries(document) : [];
  if (key !== '*') return entriesAt(own(document, key), rest);
  return isJsonObject(document)
    ? Object.values(document).flatMap((value) => entriesAt(value, rest))
    : [];
}

/** Editors allow comments and a comma after the last entry in these files. */
function withoutComments(text: string): string {
  // A string is taken whole, so that what looks like a comment in it stays.
  return text
    .replace(/^\uFEFF/, '')
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string) => string ?? '')
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_, string) => string ?? '');
}
