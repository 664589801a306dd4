import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import {
  type CrawlRun,
  canonicalJson,
  type ServerRecord,
  type ServerSource,
  serverRecordSchema,
  sha256Hex,
} from '@toolwarden/catalogue';
import { unwritable } from '@toolwarden/catalogue/store';
import { type CrawlResult, crawlResultSchema, isOurs, runOf } from './crawl-result.ts';
import { ScraperError } from './scraper-error.ts';

const FILE = '.crawl-work.sqlite';
/** An unfinished run older than this is not continued: its first results would be as old as that. */
const LONGEST_PAUSE_MS = 24 * 3_600_000;

/** A record that is finished but may not have reached its file. */
export type PendingRecord = { position: number; record: ServerRecord; at: string };

/**
 * What a run has to do and has done, in one file of the data folder that a `kill -9` cannot spoil. A server is finished
 * by one transaction that holds its record; the record's own file and its history are written after that, and again by
 * the next start where the crawler died in between. One crawler writes at a time: it holds the folder's lock.
 */
export type WorkList = ReturnType<typeof openWorkList>;

export function openWorkList(dir: string) {
  const file = join(dir, FILE);
  const database = open(file);
  const run = (sql: string, ...values: SQLInputValue[]) =>
    guarded(file, () => database.prepare(sql).run(...values));
  const all = (sql: string, ...values: SQLInputValue[]) =>
    guarded(file, () => database.prepare(sql).all(...values));

  return {
    /** Continues the last run if it was not finished and was about just these servers; else begins one. */
    begin(
      targets: ServerSource[],
      options: { versions: Record<string, string>; isAgain?: boolean },
    ): { startedAt: string; finished: number } {
      const digest = sha256Hex(canonicalJson(targets));
      const last = lastRun(database, file);
      if (last && options.isAgain !== true && isContinuable(last, digest)) {
        // What failed for want of our own is tried again.
        for (const { position, result } of results(database, file))
          if (isOurs(result.reason))
            run('UPDATE work SET result = NULL, at = NULL WHERE position = ?', position);
        run('UPDATE run SET ending = NULL');
        return { startedAt: last.startedAt, finished: results(database, file).length };
      }
      // Runs are filed by the second in which they start.
      const earliest = last === undefined ? 0 : Date.parse(last.startedAt) + 1000;
      const startedAt = new Date(Math.max(Date.now(), earliest)).toISOString();
      guarded(file, () => {
        database.exec('BEGIN IMMEDIATE; DELETE FROM work; DELETE FROM run');
        database
          .prepare('INSERT INTO run VALUES (?, ?, NULL, ?)')
          .run(startedAt, digest, JSON.stringify(options.versions));
        const insert = database.prepare('INSERT INTO work (position, server) VALUES (?, ?)');
        for (const [position, { id }] of targets.entries()) insert.run(position, id);
        database.exec('COMMIT');
      });
      return { startedAt, finished: 0 };
    },

    /** What the run has still to do: places in the list it was begun with. */
    left: (): number[] =>
      all('SELECT position FROM work WHERE result IS NULL ORDER BY position').map(({ position }) =>
        Number(position),
      ),

    /** Writes down that a server is finished, and its record: from here on it is never crawled again in this run. */
    finish(position: number, result: CrawlResult, record: ServerRecord | undefined): string {
      const at = new Date().toISOString();
      run(
        'UPDATE work SET result = ?, record = ?, at = ? WHERE position = ?',
        JSON.stringify(result),
        record === undefined ? null : JSON.stringify(record),
        at,
        position,
      );
      return at;
    },

    /** Says that a finished record has reached its file. */
    filed: (position: number) =>
      void run('UPDATE work SET record = NULL WHERE position = ?', position),

    pending: (): PendingRecord[] =>
      all('SELECT position, record, at FROM work WHERE record IS NOT NULL ORDER BY position').map(
        ({ position, record, at }) => ({
          position: Number(position),
          record: serverRecordSchema.parse(JSON.parse(String(record))),
          at: String(at),
        }),
      ),

    /** The run as it stands, `interrupted` until it is ended; undefined before the first one. */
    account: () => account(database, file),

    /** Whether the last run was neither ended nor stopped: its crawler was killed, or is this one. */
    isOpen: () => {
      const last = lastRun(database, file);
      return last !== undefined && last.ending === undefined;
    },

    end: (ending: CrawlRun['ending']) => void run('UPDATE run SET ending = ?', ending),

    close: () => database.close(),
  };
}

/** The run that a killed crawler left, or that one is at work on now, as far as it is done. */
export function readUnfinishedRun(dir: string): CrawlRun | undefined {
  const file = join(dir, FILE);
  if (!existsSync(file)) return undefined;
  // Not opened read-only: what a killed crawler left in the log beside the file would then be out of reach.
  const database = guarded(file, () => new DatabaseSync(file, { timeout: 5000 }));
  try {
    const tables = guarded(file, () =>
      database.prepare("SELECT name FROM sqlite_schema WHERE name = 'run'").all(),
    );
    if (tables.length === 0) return undefined;
    return lastRun(database, file)?.ending === undefined ? account(database, file) : undefined;
  } finally {
    database.close();
  }
}

function open(file: string): DatabaseSync {
  return guarded(file, () => {
    mkdirSync(join(file, '..'), { recursive: true });
    const database = new DatabaseSync(file, { timeout: 5000 });
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS run (
        started_at TEXT NOT NULL, digest TEXT NOT NULL, ending TEXT, versions TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS work (
        position INTEGER PRIMARY KEY, server TEXT NOT NULL, result TEXT, record TEXT, at TEXT
      ) STRICT;
    `);
    return database;
  });
}

type LastRun = {
  startedAt: string;
  digest: string;
  ending: CrawlRun['ending'] | undefined;
  versions: Record<string, string>;
};

function lastRun(database: DatabaseSync, file: string): LastRun | undefined {
  const row = guarded(file, () => database.prepare('SELECT * FROM run').get());
  if (row === undefined) return undefined;
  return {
    startedAt: String(row['started_at']),
    digest: String(row['digest']),
    ending: row['ending'] === null ? undefined : (String(row['ending']) as CrawlRun['ending']),
    versions: JSON.parse(String(row['versions'])),
  };
}

function isContinuable({ startedAt, digest, ending }: LastRun, wanted: string): boolean {
  const ageMs = Date.now() - Date.parse(startedAt);
  return digest === wanted && ending !== 'completed' && ageMs < LONGEST_PAUSE_MS;
}

function results(database: DatabaseSync, file: string) {
  return guarded(file, () =>
    database
      .prepare('SELECT position, result, at FROM work WHERE result IS NOT NULL ORDER BY position')
      .all(),
  ).map(({ position, result, at }) => ({
    position: Number(position),
    result: crawlResultSchema.parse(JSON.parse(String(result))),
    at: String(at),
  }));
}

function account(database: DatabaseSync, file: string): CrawlRun | undefined {
  const run = lastRun(database, file);
  if (run === undefined) return undefined;
  const done = results(database, file);
  const endedAt =
    done
      .map(({ at }) => at)
      .toSorted()
      .at(-1) ?? run.startedAt;
  return runOf(
    done.map(({ result }) => result),
    {
      startedAt: run.startedAt,
      endedAt,
      ending: run.ending ?? 'interrupted',
      versions: run.versions,
    },
  );
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function guarded<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const { errcode, code, message } = error as NodeJS.ErrnoException & { errcode?: number };
    if (errcode === SQLITE_CORRUPT || errcode === SQLITE_NOTADB)
      throw new ScraperError(
        'work-list',
        `${file} is damaged (${message}); delete it and its neighbours -wal and -shm: an unfinished run then begins anew.`,
        { cause: error },
      );
    // Of a full disk SQLite says so, or that a write failed; either way it is a place that takes no file.
    if (code === 'ERR_SQLITE_ERROR' || code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS')
      throw unwritable(file, error);
    throw error;
  }
}
