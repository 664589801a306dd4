import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, type JsonValue, type ServerRecord, toolDigest } from '@toolwarden/catalogue';
import { openStore, type Store } from '@toolwarden/catalogue/store';
import { classifyStore } from '@toolwarden/classifier';

/** Of the words of names and descriptions this share is another one of the same catalogue. */
const EXCHANGED = 0.25;

/** Numbers that look random and are the same each time. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Fills a data folder with `tools` tools: the committed servers again and again, with other names and with words
 * exchanged among them, so that lengths and schemas are real ones and no two texts are the same. Judged by our rules.
 */
export async function writeSyntheticCatalogue(
  from: string,
  to: string,
  { tools, toolsAServer = Number.POSITIVE_INFINITY }: { tools: number; toolsAServer?: number },
): Promise<void> {
  await mkdir(to, { recursive: true });
  await cp(join(from, 'attacks'), join(to, 'attacks'), { recursive: true });
  const { items } = await openStore(from).readServers();
  const listed = items.filter((record) => record.tools.length > 0);
  const store = openStore(to);
  const random = mulberry(1);
  const words = wordsOf(listed);
  let written = 0;
  for (let round = 0; written < tools; round++)
    for (const record of listed) {
      if (written >= tools) break;
      const copy = copyOf(record, round, {
        random,
        words,
        most: Math.min(toolsAServer, tools - written),
      });
      await store.writeServer(copy);
      written += copy.tools.length;
    }
  await classifyStore(store);
}

/** Changes the description of one tool in a hundred, spread over all servers: the same ones for the same `first`. */
export async function changeOneInHundred(
  store: Store,
  first = 50,
): Promise<{ tools: number; servers: number }> {
  let place = 0;
  const changed = { tools: 0, servers: 0 };
  // One after the other: at 500,000 tools all records together would not fit the memory.
  for (const files of await store.fingerprints()) {
    const record = (await store.readGroup(files)).entry?.record;
    if (record === undefined) continue;
    let isChanged = false;
    for (const tool of record.tools) {
      place += 1;
      if (place % 100 !== first) continue;
      tool.definition['description'] = `${tool.definition['description'] ?? ''} It also says when.`;
      tool.digest = toolDigest(tool.definition);
      changed.tools += 1;
      isChanged = true;
    }
    if (!isChanged) continue;
    changed.servers += 1;
    await store.writeServer(record);
  }
  await classifyStore(store);
  return changed;
}

type Exchange = { random: () => number; words: string[]; most: number };

function copyOf(record: ServerRecord, round: number, exchange: Exchange): ServerRecord {
  const copy = structuredClone(record);
  copy.id = `npm:@bench-${round}/${record.id.replace(/^npm:@?/, '').replaceAll('/', '-')}`;
  if (copy.package) copy.package.name = copy.id.slice('npm:'.length);
  copy.tools = copy.tools.slice(0, exchange.most);
  const seen = new Set<string>();
  for (const tool of copy.tools) {
    const { definition } = tool;
    const name = exchanged(definition.name, exchange);
    definition.name = seen.has(name) ? `${name}_${seen.size}` : name;
    seen.add(definition.name);
    describe(definition as JsonValue, exchange);
    tool.digest = toolDigest(definition);
  }
  return copy;
}

function describe(value: JsonValue, exchange: Exchange): void {
  if (Array.isArray(value)) for (const item of value) describe(item, exchange);
  else if (isJsonObject(value))
    for (const [key, item] of Object.entries(value)) {
      if (key === 'description' && typeof item === 'string') value[key] = exchanged(item, exchange);
      else describe(item, exchange);
    }
}

function exchanged(text: string, { random, words }: Exchange): string {
  return text.replace(/[a-z]{4,}/g, (word) =>
    random() < EXCHANGED ? (words[Math.floor(random() * words.length)] ?? word) : word,
  );
}

function wordsOf(records: readonly ServerRecord[]): string[] {
  const all = records.flatMap(({ tools }) =>
    tools.flatMap(({ definition }) => definition.name.match(/[a-z]{4,}/g) ?? []),
  );
  return [...new Set(all)].sort();
}
