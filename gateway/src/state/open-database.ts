import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../gateway-error.ts';
import { makeFolder } from './make-folder.ts';
import type { Durability } from './state.ts';
import { corruptFault, storeFault } from './store-fault.ts';

/** Where the parts of a state folder lie. */
export function stateFiles(folder: string) {
  return {
    database: join(folder, 'toolwarden.db'),
    keys: join(folder, 'keys'),
    instances: join(folder, 'instances'),
    checkpoints: join(folder, 'checkpoints.jsonl'),
    settings: join(folder, 'settings.json'),
    reserve: join(folder, 'reserve'),
    calls: join(folder, 'calls.log'),
    wanted: join(folder, 'wanted'),
  };
}

// "TwSt", so that another program's database is not taken for ours.
const APPLICATION_ID = 0x54775374;
const VERSION = 6;
export const BUSY_MS = 2000;

// One row at most: whose records go to the call log (hold.ts), and the id of the first that may be there alone.
const HELD =
  'CREATE TABLE held (one INTEGER PRIMARY KEY CHECK (one = 1), by TEXT NOT NULL, from_id INTEGER NOT NULL) STRICT;';
// Only where a process of a version before may have the store open, which would write where what is in the log belongs.
const HELD_FIRST = `CREATE TRIGGER held_first BEFORE INSERT ON record WHEN EXISTS (SELECT 1 FROM held)
  BEGIN SELECT RAISE(ABORT, 'a newer toolwarden has taken this store on; use that version'); END;`;

// One row a call is written while its client waits: no index but the id, which is the order of all that was written.
const SCHEMA = `
CREATE TABLE chain (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, has_ended INTEGER NOT NULL DEFAULT 0,
  archived_seq INTEGER NOT NULL DEFAULT 0, archived_hash TEXT) STRICT;
CREATE TABLE record (id INTEGER PRIMARY KEY, chain INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
  charged_at INTEGER, open_from INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE fold (up_to INTEGER PRIMARY KEY, latest INTEGER NOT NULL, until INTEGER NOT NULL,
  charges TEXT NOT NULL) STRICT;
CREATE TABLE "grant" (id TEXT PRIMARY KEY, label TEXT NOT NULL, token_hash BLOB NOT NULL, servers TEXT NOT NULL,
  policy TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER,
  forgotten_at INTEGER) STRICT;
CREATE TABLE approval (id TEXT PRIMARY KEY, binding TEXT NOT NULL, status TEXT NOT NULL, grant_id TEXT NOT NULL,
  server TEXT NOT NULL, tool TEXT NOT NULL, arguments TEXT NOT NULL, replies TEXT, reason TEXT NOT NULL,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, answered_at INTEGER, answered_by TEXT, method TEXT) STRICT;
CREATE INDEX approval_binding ON approval (binding);
${HELD}
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${VERSION};
`;

/** What makes a store of a version one of the next. Only columns and tables are added, so that who has it open goes on with it, or hears why not. */
const UPGRADES: ReadonlyMap<number, string> = new Map([
  [3, 'ALTER TABLE approval ADD COLUMN replies TEXT'],
  [4, 'ALTER TABLE approval ADD COLUMN method TEXT'],
  [5, `${HELD} ${HELD_FIRST}`],
]);

/** Opens the store of a folder, making both where there was never one. */
export function openDatabase(folder: string, durability: Durability): DatabaseSync {
  const { database, keys } = stateFiles(folder);
  prepareFolder(folder, database, keys);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(database, { timeout: BUSY_MS });
    // Checkpoints of the WAL copy pages back and wait for the disk: rarely, and not every few hundred calls.
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 8000;
      PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'};`);
    if (pragma(db, 'user_version') === 0) fillEmpty(db, database, existsSync(keys));
    upgradeTables(db);
    checkTables(db, database);
    return db;
  } catch (error) {
    db?.close();
    throw storeFault(error, database);
  }
}

function prepareFolder(folder: string, database: string, keys: string): void {
  try {
    makeFolder(folder);
    if (process.platform !== 'win32' && (statSync(folder).mode & 0o022) !== 0) {
      throw new GatewayError(
        'state-unavailable',
        `${folder}: others may write to this folder; make it yours alone with chmod 700`,
      );
    }
    removeDrafts(folder);
    // Keys are made after the database, so that they show that there was one. Looked for first: another process may be
    // making both.
    const hadKeys = existsSync(keys);
    if (existsSync(database)) {
      if (statSync(database).size === 0 && hadKeys) throw corruptFault(database);
      return;
    }
    if (hadKeys) throw missingFault(database);
    makeDatabase(database);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    if ((error as { code?: string }).code === 'ERR_SQLITE_ERROR') throw storeFault(error, database);
    const { message, syscall } = error as NodeJS.ErrnoException;
    const why =
      syscall === 'link'
        ? `its file system makes no hard links (${message}); choose one that does`
        : `no state folder there (${message})`;
    throw new GatewayError('state-unavailable', `${folder}: ${why}`, { cause: error });
  }
}

/** The store is gone. It is never made anew behind the back of its owner. */
export function missingFault(database: string): GatewayError {
  return new GatewayError(
    'state-unavailable',
    `${database}: gone or replaced; restore it, or move the whole folder away and start again to begin without its counters, grants, approvals and audit`,
  );
}

/**
 * Puts a store there that is whole from the moment it has its name; of several processes that make it at once, one wins.
 * SQLite refuses at once, and does not wait, where two of them turn an empty file to its log mode.
 */
function makeDatabase(file: string): void {
  const draft = `${file}.draft-${randomBytes(6).toString('hex')}`;
  try {
    // Made by us, so that nobody else may read it; SQLite gives its -wal file the same mode.
    closeSync(openSync(draft, 'ax', 0o600));
    const db = new DatabaseSync(draft);
    try {
      db.exec(`PRAGMA journal_mode = WAL; BEGIN; ${SCHEMA} COMMIT;`);
    } finally {
      db.close();
    }
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(`${draft}${end}`, { force: true });
  }
}

/** A store is made within milliseconds; what is older was left by a process that was killed at that. */
const DRAFT_MS = 10 * 60_000;
/** As `makeDatabase` names them. It says what they are: twelve digits alone are also how people name their copies. */
const DRAFT = /^toolwarden\.db\.draft-[0-9a-f]{12}(-wal|-shm)?$/;

function removeDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!DRAFT.test(name)) continue;
    const draft = join(folder, name);
    const found = lstatSync(draft, { throwIfNoEntry: false });
    if (found?.isFile() && found.mtimeMs < Date.now() - DRAFT_MS) rmSync(draft, { force: true });
  }
}

/** Fills a file that is there and empty, as one is that was made for a person to own. */
function fillEmpty(db: DatabaseSync, file: string, hasKeys: boolean): void {
  db.exec('BEGIN IMMEDIATE');
  // Another process may have been first.
  if (pragma(db, 'user_version') === 0) {
    if (hasKeys) throw corruptFault(file);
    db.exec(SCHEMA);
  }
  db.exec('COMMIT');
}

function upgradeTables(db: DatabaseSync): void {
  const isOld = () => isOurs(db) && UPGRADES.has(Number(pragma(db, 'user_version')));
  while (isOld()) {
    db.exec('BEGIN IMMEDIATE');
    // Another process may have been first.
    const version = Number(pragma(db, 'user_version'));
    const upgrade = UPGRADES.get(version);
    if (upgrade !== undefined) db.exec(`${upgrade}; PRAGMA user_version = ${version + 1};`);
    db.exec('COMMIT');
  }
}

function isOurs(db: DatabaseSync): boolean {
  return pragma(db, 'application_id') === APPLICATION_ID;
}

function checkTables(db: DatabaseSync, file: string): void {
  if (!isOurs(db)) {
    throw new GatewayError(
      'state-corrupt',
      `${file}: not a state of toolwarden; give another folder`,
    );
  }
  const version = Number(pragma(db, 'user_version'));
  if (version !== VERSION) {
    const [who, what] =
      version > VERSION
        ? ['a newer', 'use that version']
        : ['an older', 'export its audit with that version, then move the folder away'];
    throw new GatewayError('state-unavailable', `${file}: written by ${who} toolwarden; ${what}`);
  }
  // Small tables that decide; the audit has its hash chain, and is too large to read at each start.
  for (const table of ['fold', 'grant', 'approval', 'chain', 'held']) {
    const [row] = db.prepare(`PRAGMA quick_check("${table}")`).all();
    if (row?.quick_check !== 'ok') throw corruptFault(file);
  }
}

function pragma(db: DatabaseSync, name: string): unknown {
  return db.prepare(`PRAGMA ${name}`).get()?.[name];
}
