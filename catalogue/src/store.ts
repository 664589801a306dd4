import { truncate } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as z from 'zod';
import type { AttackEntry } from './attack.ts';
import { canonicalJson } from './canonical-json.ts';
import { type ServerClassifications, serverClassificationsSchema } from './classification.ts';
import { type ServerCorrections, serverCorrectionsSchema } from './correction.ts';
import { type CrawlRun, crawlRunSchema } from './crawl-run.ts';
import { sha256Hex } from './digest.ts';
import { type CatalogueEntry, joinEntry } from './entry.ts';
import { type HistoryEvent, historyEventSchema } from './history.ts';
import {
  type ServerRecord,
  type ServerSource,
  serverRecordSchema,
  serverSourceSchema,
} from './server.ts';
import type { ServerId } from './server-id.ts';
import { serverSlug } from './slug.ts';
import { attackText, parseAttackText } from './store-attacks.ts';
import {
  appendLines,
  explainIssues,
  isReadable,
  listFiles,
  parseJson,
  parseOrUndefined,
  readIfThere,
  StoreError,
  unwritable,
  writeWhole,
} from './store-files.ts';
import { fingerprintServers, type ServerFiles } from './store-fingerprints.ts';
import { replayStore } from './store-replays.ts';
import { type Takedown, takedownsSchema } from './takedown.ts';

export {
  attackText,
  explainIssues,
  isReadable,
  parseAttackText,
  type ServerFiles,
  StoreError,
  unwritable,
  writeWhole,
};

/** A file of the store that cannot be used, and what is wrong with it. Its neighbours are not affected. */
export type StoreProblem = { file: string; message: string };

/** What was read, and what had to be left out. */
export type Reading<Item> = { items: Item[]; problems: StoreProblem[] };

/** A server as its files say it is, and what was wrong with them. */
export type ReadServer = {
  entry: CatalogueEntry | undefined;
  history: HistoryEvent[];
  problems: StoreProblem[];
};

/** One kind of record with a file for each server: where it lies, and what it must look like. */
type Kind<Item extends { id: ServerId }> = {
  folder: string;
  schema: z.ZodType<Item>;
  /** Spread over 256 folders by the id's hash, so that 43,000 servers give folders of about 170 files. */
  isSharded: boolean;
};
const servers: Kind<ServerRecord> = {
  folder: 'servers',
  schema: serverRecordSchema,
  isSharded: true,
};
const classifications: Kind<ServerClassifications> = {
  folder: 'classifications',
  schema: serverClassificationsSchema,
  isSharded: true,
};
const corrections: Kind<ServerCorrections> = {
  folder: 'corrections',
  schema: serverCorrectionsSchema,
  isSharded: false,
};
const sources: Kind<ServerSource> = {
  folder: 'sources',
  schema: serverSourceSchema,
  isSharded: false,
};

/** The records under a data folder. Nothing else in the project knows where they lie. */
export type Store = ReturnType<typeof openStore>;

/** Opens a data folder, which need not exist before the first write. */
export function openStore(dir: string) {
  const pathOf = (kind: Kind<never>, id: ServerId, suffix = 'json') =>
    join(dir, kind.folder, ...(kind.isSharded ? [shardOf(id)] : []), `${serverSlug(id)}.${suffix}`);

  const historyPath = (id: ServerId) =>
    join(dir, 'history', shardOf(id), `${serverSlug(id)}.jsonl`);

  /** One record; `undefined` where there is none. Throws {@link StoreError} for a bad file. */
  const readOne = async <Item extends { id: ServerId }>(kind: Kind<Item>, id: ServerId) =>
    readRecord(dir, kind, pathOf(kind as Kind<never>, id), pathOf);
  const readAll = async <Item extends { id: ServerId }>(
    kind: Kind<Item>,
    pattern?: string,
  ): Promise<Reading<Item>> => {
    const files = await listFiles(dir, pattern ?? `${kind.folder}/**/*.json`);
    const reading: Reading<Item> = { items: [], problems: [] };
    for (const file of files)
      await readInto(reading, dir, kind, file, pattern === undefined ? pathOf : undefined);
    reading.items.sort((a, b) => (a.id < b.id ? -1 : 1));
    return reading;
  };
  const write = async <Item extends { id: ServerId }>(kind: Kind<Item>, item: Item) =>
    writeWhole(pathOf(kind as Kind<never>, item.id), `${canonicalJson(kind.schema.parse(item))}\n`);

  return {
    dir,
    readServer: (id: ServerId) => readOne(servers, id),
    readServers: () => readAll(servers),
    /** Each write says whether the file changed: an unchanged server is an unchanged file. */
    writeServer: (record: ServerRecord) => write(servers, record),
    readClassifications: (id: ServerId) => readOne(classifications, id),
    readAllClassifications: () => readAll(classifications),
    writeClassifications: (item: ServerClassifications) => write(classifications, item),
    readCorrections: (id: ServerId) => readOne(corrections, id),
    readAllCorrections: () => readAll(corrections),
    readSource: (id: ServerId) => readOne(sources, id),
    /** All sources, or those that a glob relative to the working folder names. */
    readSources: (pattern?: string) => readAll(sources, pattern),
    writeSource: (source: ServerSource) => write(sources, source),

    /** Every server with what is known of its tools, sorted by id; bad files are problems, never silence. */
    async readEntries(): Promise<Reading<CatalogueEntry>> {
      const [records, judged, corrected] = await Promise.all([
        readAll(servers),
        readAll(classifications),
        readAll(corrections),
      ]);
      const byId = <Item extends { id: ServerId }>(items: Item[]) =>
        new Map(items.map((item) => [item.id, item]));
      const [judgedById, correctedById] = [byId(judged.items), byId(corrected.items)];
      return {
        items: records.items.map((record) =>
          joinEntry(record, judgedById.get(record.id), correctedById.get(record.id)),
        ),
        problems: [...records.problems, ...judged.problems, ...corrected.problems],
      };
    },

    /** What there is to read of each server, without reading it. */
    fingerprints: (): Promise<ServerFiles[]> => fingerprintServers(dir),
    /** One server of {@link fingerprints} with all that is known of it; no entry where its record cannot be used. */
    async readGroup({ files }: ServerFiles): Promise<ReadServer> {
      const problems: StoreProblem[] = [];
      const readIn = async <Item extends { id: ServerId }>(kind: Kind<Item>) => {
        const reading: Reading<Item> = { items: [], problems };
        for (const file of files.filter((each) => each.startsWith(`${kind.folder}/`)))
          await readInto(reading, dir, kind, join(dir, file), pathOf);
        return reading.items[0];
      };
      const [record, judged, corrected] = [
        await readIn(servers),
        await readIn(classifications),
        await readIn(corrections),
      ];
      if (record === undefined) return { entry: undefined, history: [], problems };
      const history = await this.readHistory(record.id);
      problems.push(...history.problems);
      return { entry: joinEntry(record, judged, corrected), history: history.items, problems };
    },

    /** Appends lines to a server's history. */
    async appendHistory(id: ServerId, events: HistoryEvent[]): Promise<void> {
      if (events.length === 0) return;
      const file = historyPath(id);
      const lines = events.map((event) => `${JSON.stringify(historyEventSchema.parse(event))}\n`);
      await appendLines(file, lines.join(''));
    },
    /** Cuts off a last line of a history that a writer left without its end: it was killed, or the disk was full. */
    async mendHistory(id: ServerId): Promise<void> {
      const file = historyPath(id);
      const text = await readIfThere(file);
      if (text === undefined || text === '' || text.endsWith('\n')) return;
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      try {
        await truncate(file, Buffer.byteLength(whole));
      } catch (error) {
        throw unwritable(file, error);
      }
    },
    /** A server's history, oldest first; lines that cannot be read are problems. */
    async readHistory(id: ServerId): Promise<Reading<HistoryEvent>> {
      const file = historyPath(id);
      return readLines(relative(dir, file), (await readIfThere(file)) ?? '');
    },

    /** The attack database, sorted by id, each entry with its replay where it has one. */
    async readAttacks(): Promise<Reading<AttackEntry>> {
      const replays = await replayStore(dir).readReplays();
      const replayOf = new Map(replays.items.map((replay) => [replay.id, replay]));
      const reading: Reading<AttackEntry> = { items: [], problems: replays.problems };
      for (const file of await listFiles(dir, 'attacks/*.md')) {
        const shown = relative(dir, file);
        try {
          const entry = parseAttackText((await readIfThere(file)) ?? '');
          if (shown !== attackPath(entry.attack.id))
            throw new Error(
              `the entry ${entry.attack.id} belongs at ${attackPath(entry.attack.id)}`,
            );
          const replay = replayOf.get(entry.attack.id);
          reading.items.push({ ...entry, ...(replay && { replay }) });
        } catch (error) {
          const isSchema = error instanceof z.ZodError;
          const message = isSchema ? explainIssues(error) : (error as Error).message;
          reading.problems.push({ file: shown, message });
        }
      }
      return reading;
    },
    /** What must not be published. @throws StoreError: an unreadable list must never be an empty one. */
    async readTakedowns(): Promise<Takedown[]> {
      const file = 'takedowns.json';
      const text = await readIfThere(join(dir, file), file);
      if (text === undefined) return [];
      const parsed = takedownsSchema.safeParse(parseJson(text, file));
      if (!parsed.success) throw new StoreError('invalid', file, explainIssues(parsed.error));
      return parsed.data.takedowns;
    },
    /** Writes an entry in canonical form; says whether the file changed. */
    writeAttack: (entry: AttackEntry) =>
      writeWhole(join(dir, attackPath(entry.attack.id)), attackText(entry)),

    ...replayStore(dir),

    async readCrawlRuns(): Promise<Reading<CrawlRun>> {
      const reading: Reading<CrawlRun> = { items: [], problems: [] };
      for (const file of await listFiles(dir, 'crawls/*.json')) {
        const parsed = crawlRunSchema.safeParse(parseOrUndefined((await readIfThere(file)) ?? ''));
        if (parsed.success) reading.items.push(parsed.data);
        else
          reading.problems.push({
            file: relative(dir, file),
            message: explainIssues(parsed.error),
          });
      }
      return reading;
    },
    /** Writes a run under its start, `crawls/2026-11-21T031500Z.json`; gives the file's path. */
    async writeCrawlRun(run: CrawlRun): Promise<string> {
      const stamp = run.startedAt.replace(/\.\d+/, '').replaceAll(':', '');
      const file = join(dir, 'crawls', `${stamp}.json`);
      await writeWhole(file, `${canonicalJson(crawlRunSchema.parse(run))}\n`);
      return file;
    },
  };
}

function attackPath(id: string): string {
  return join('attacks', `${id}.md`);
}

/** First two hex digits of the id's SHA-256: the folder a server's files lie in. */
function shardOf(id: ServerId): string {
  return sha256Hex(id).slice(0, 2);
}

/** Reads one file more; what cannot be used is a problem beside the others. */
async function readInto<Item extends { id: ServerId }>(
  reading: Reading<Item>,
  dir: string,
  kind: Kind<Item>,
  file: string,
  pathOf?: (kind: Kind<never>, id: ServerId) => string,
): Promise<void> {
  try {
    const item = await readRecord(dir, kind, file, pathOf);
    if (item !== undefined) reading.items.push(item);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const message = error.message.slice(error.file.length + 2);
    reading.problems.push({ file: error.file, message });
  }
}

async function readRecord<Item extends { id: ServerId }>(
  dir: string,
  kind: Kind<Item>,
  file: string,
  pathOf?: (kind: Kind<never>, id: ServerId) => string,
): Promise<Item | undefined> {
  const shown = relative(dir, file);
  const text = await readIfThere(file, shown);
  if (text === undefined) return undefined;
  const parsed = kind.schema.safeParse(parseJson(text, shown));
  if (!parsed.success) throw new StoreError('invalid', shown, explainIssues(parsed.error));
  const place = pathOf?.(kind as Kind<never>, parsed.data.id);
  if (place !== undefined && relative(dir, place) !== shown) {
    throw new StoreError(
      'misplaced',
      shown,
      `the record of ${parsed.data.id} belongs at ${relative(dir, place)}`,
    );
  }
  return parsed.data;
}

function readLines(shown: string, text: string): Reading<HistoryEvent> {
  const reading: Reading<HistoryEvent> = { items: [], problems: [] };
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const parsed = historyEventSchema.safeParse(parseOrUndefined(line));
    if (parsed.success) reading.items.push(parsed.data);
    else
      reading.problems.push({
        file: `${shown}:${index + 1}`,
        message: explainIssues(parsed.error),
      });
  }
  return reading;
}
