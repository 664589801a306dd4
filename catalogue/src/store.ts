import { constants } from 'node:fs';
import {
  access,
  type FileHandle,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  truncate,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import glob from 'fast-glob';
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
import { fingerprintServers, type ServerFiles } from './store-fingerprints.ts';
import { type Takedown, takedownsSchema } from './takedown.ts';

export { attackText, parseAttackText, type ServerFiles };

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

/** A file of the store that cannot be used or written. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: 'unreadable' | 'unwritable' | 'not-json' | 'invalid' | 'misplaced';
  readonly file: string;

  constructor(code: StoreError['code'], file: string, message: string, options?: ErrorOptions) {
    super(`${file}: ${message}`, options);
    this.code = code;
    this.file = file;
  }
}

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

  /** One record; `undefined` where there is none. Throws {@link StoreError} for a bad file. */
  const readOne = async <Item extends { id: ServerId }>(kind: Kind<Item>, id: ServerId) =>
    readRecord(dir, kind, pathOf(kind as Kind<never>, id), pathOf);
  const readAll = async <Item extends { id: ServerId }>(
    kind: Kind<Item>,
    pattern?: string,
  ): Promise<Reading<Item>> => {
    const files = await list(dir, pattern ?? `${kind.folder}/**/*.json`);
    const reading: Reading<Item> = { items: [], problems: [] };
    for (const file of files) {
      try {
        const item = await readRecord(dir, kind, file, pattern === undefined ? pathOf : undefined);
        if (item !== undefined) reading.items.push(item);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        reading.problems.push({
          file: error.file,
          message: error.message.slice(error.file.length + 2),
        });
      }
    }
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
        const items: Item[] = [];
        for (const file of files.filter((each) => each.startsWith(`${kind.folder}/`))) {
          try {
            const item = await readRecord(dir, kind, join(dir, file), pathOf);
            if (item !== undefined) items.push(item);
          } catch (error) {
            if (!(error instanceof StoreError)) throw error;
            const message = error.message.slice(error.file.length + 2);
            problems.push({ file: error.file, message });
          }
        }
        return items[0];
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
      const file = join(dir, 'history', shardOf(id), `${serverSlug(id)}.jsonl`);
      const lines = events.map((event) => `${JSON.stringify(historyEventSchema.parse(event))}\n`);
      await appendLines(file, lines.join(''));
    },
    /** Cuts off a last line of a history that a writer left without its end: it was killed, or the disk was full. */
    async mendHistory(id: ServerId): Promise<void> {
      const file = join(dir, 'history', shardOf(id), `${serverSlug(id)}.jsonl`);
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
      const file = join(dir, 'history', shardOf(id), `${serverSlug(id)}.jsonl`);
      return readLines(relative(dir, file), (await readIfThere(file)) ?? '');
    },

    /** The attack database, sorted by id. */
    async readAttacks(): Promise<Reading<AttackEntry>> {
      const reading: Reading<AttackEntry> = { items: [], problems: [] };
      for (const file of await list(dir, 'attacks/*.md')) {
        const shown = relative(dir, file);
        try {
          const entry = parseAttackText((await readIfThere(file)) ?? '');
          if (shown !== attackPath(entry.attack.id))
            throw new Error(
              `the entry ${entry.attack.id} belongs at ${attackPath(entry.attack.id)}`,
            );
          reading.items.push(entry);
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

    async readCrawlRuns(): Promise<Reading<CrawlRun>> {
      const reading: Reading<CrawlRun> = { items: [], problems: [] };
      for (const file of await list(dir, 'crawls/*.json')) {
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

async function list(dir: string, pattern: string): Promise<string[]> {
  try {
    const files = await glob(pattern, {
      cwd: dir,
      absolute: true,
      onlyFiles: true,
      followSymbolicLinks: false,
    });
    return files.sort();
  } catch (error) {
    throw unreadable(dir, error);
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

async function readIfThere(file: string, shown = file): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(shown, error);
  }
}

function unreadable(shown: string, error: unknown): StoreError {
  const { message } = error as Error;
  return new StoreError('unreadable', shown, `cannot be read (${message})`, { cause: error });
}

/** The error for a place that takes no file: a full or read-only disk, a file where a folder should be. */
export function unwritable(shown: string, error: unknown): StoreError {
  const { message } = error as Error;
  return new StoreError('unwritable', shown, `cannot be written (${message})`, { cause: error });
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StoreError('not-json', shown, `is not JSON (${(error as Error).message})`, {
      cause: error,
    });
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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

/** Zod's issues as people read them: `path: message`, the first three. */
export function explainIssues(error: z.ZodError): string {
  const lines = error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  const more = lines.length > 3 ? ` (and ${lines.length - 3} more)` : '';
  return `${lines.slice(0, 3).join('; ')}${more}`;
}

/** Writes a whole file or nothing, and only where its bytes change; says whether they did. */
export async function writeWhole(file: string, text: string): Promise<boolean> {
  if ((await readIfThere(file)) === text) return false;
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw unwritable(file, error);
  }
  return true;
}

/** Appends whole lines; a last line that a killed writer left without its end stays a line of its own. */
async function appendLines(file: string, lines: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, 'a+');
    try {
      await handle.appendFile((await isTorn(handle)) ? `\n${lines}` : lines);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** Whether a file's last byte is something else than the end of a line. */
async function isTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString('latin1') !== '\n';
}

/** Whether a path exists and can be read. */
export async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
