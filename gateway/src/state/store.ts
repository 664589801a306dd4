import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../gateway-error.ts';
import { type ApprovalTable, openApprovalTable } from './approval-table.ts';
import { type GrantTable, openGrantTable } from './grant-table.ts';
import { openHeldTable } from './held-table.ts';
import { createHold, type Hold } from './hold.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { missingFault, openDatabase, stateFiles } from './open-database.ts';
import { openRecordTable, type RecordTable } from './record-table.ts';
import type { Durability } from './state.ts';
import { corruptFault, isPassing, storeFault } from './store-fault.ts';
import { type WatchedFiles, watchFiles } from './watch-files.ts';

/** All tables of an open store. */
export type Tables = {
  ledger: Ledger;
  records: RecordTable;
  grants: GrantTable;
  approvals: ApprovalTable;
};

/** The store of a folder, which heals by itself where that is safe. */
export type Store = {
  /** Runs work in one transaction: all of it stays, or nothing. */
  transact<Result>(work: (tables: Tables) => Result): Result;
  /** Runs work that writes with one statement at most, which is a transaction by itself. */
  once<Result>(work: (tables: Tables) => Result): Result;
  /** Runs a part of the work so that its own failure undoes it alone; for use inside `transact`. */
  attempt<Result>(work: () => Result): Result;
  /** Whether records of calls are not in the store yet, but only in the call log: the next transaction writes them. */
  readonly isHolding: boolean;
  /** Runs work that only reads. */
  read<Result>(work: (tables: Tables) => Result): Result;
  close(): void;
};

type Connection = {
  db: DatabaseSync;
  tables: Tables;
  run(statement: keyof typeof statements): void;
  files: WatchedFiles;
  hold: Hold;
};

// Several stores of one process (tests, mostly) may be of one file, and none of them could wait for another.
const holders = new Map<string, () => void>();

// Asking for two files costs a tenth of a call.
const LOOK_MS = 20;

/** What its user knows of a store. */
type StoreUser = {
  /** To be told when the files were opened anew. @throws if they are not ours. */
  onReopened(tables: Tables): void;
  /** Whether what the files hold now, read past all that is in memory, is what was written. */
  isWhole(records: RecordTable): boolean;
};

/** Opens the store of a folder. */
export function openStore(folder: string, durability: Durability, user: StoreUser): Store {
  const { database } = stateFiles(folder);
  let connection: Connection | undefined = connect(folder, durability);
  const drop = () => {
    connection?.hold.close();
    connection?.db.close();
    connection = undefined;
    if (holders.get(database) === letGo) holders.delete(database);
  };
  let [isClosed, isSuspect] = [false, false];
  let lookedAt = Number.NEGATIVE_INFINITY;
  // What is written to a file that was deleted is as gone as what was written just before that.
  const isTimeToLook = (now: number) => {
    if (now - lookedAt < LOOK_MS) return false;
    lookedAt = now;
    return true;
  };
  const isWhole = () => {
    let fresh: DatabaseSync | undefined;
    try {
      fresh = openDatabase(folder, durability);
      return user.isWhole(openRecordTable(fresh));
    } catch (error) {
      const fault = storeFault(error, database);
      if (fault.code !== 'state-corrupt') throw fault;
      return false;
    } finally {
      fresh?.close();
    }
  };
  const connected = (now = performance.now()) => {
    if (isClosed) throw new GatewayError('state-unavailable', `${database}: closed`);
    if (connection !== undefined && (isSuspect || isTimeToLook(now))) {
      const found = connection.files.look();
      if (found === 'gone') {
        drop();
        throw missingFault(database);
      }
      isSuspect ||= found === 'written';
      // While records are only in the log, the store does not hold what it would be compared with.
      if (isSuspect && !connection.hold.isAhead) {
        if (!isWhole()) {
          drop();
          throw corruptFault(database);
        }
        isSuspect = false;
      }
    }
    if (connection === undefined) {
      // A store that was there before is opened, never made.
      if (!isFile(database)) throw missingFault(database);
      connection = connect(folder, durability);
      try {
        user.onReopened(connection.tables);
      } catch (error) {
        drop();
        throw error;
      }
    }
    return connection;
  };
  const fail = (error: unknown): never => {
    connection?.tables.ledger.rollBack();
    connection?.tables.ledger.finish();
    connection?.tables.grants.lookAgain();
    if (!isStoreError(error)) throw error;
    // What the disk failed to do once is not trusted again without a look.
    if (!isPassing(error)) drop();
    throw storeFault(error, database);
  };
  const transact: Store['transact'] = (work) => {
    releaseOther(database, letGo);
    const { run, tables, db, hold } = connected();
    try {
      hold.begin();
      tables.ledger.catchUp();
      const result = work(tables);
      hold.beforeCommit();
      run('commit');
      hold.afterCommit();
      tables.ledger.finish();
      return result;
    } catch (error) {
      if (db.isTransaction) run('rollback');
      hold.abandon();
      return fail(error);
    } finally {
      if (holders.get(database) === letGo) holders.delete(database);
    }
  };
  /** Writes what is only in the log, and lets others have the lock. */
  const letGo = () => {
    connection?.hold.end();
    transact(() => undefined);
  };
  return {
    transact,
    once(work) {
      try {
        releaseOther(database, letGo);
        const now = performance.now();
        const { tables, hold } = connected(now);
        hold.prepare(now);
        if (hold.isOn) holders.set(database, letGo);
        return work(tables);
      } catch (error) {
        return fail(error);
      }
    },
    attempt(work) {
      const { run, tables } = connected();
      run('savepoint');
      try {
        const result = work();
        run('release');
        return result;
      } catch (error) {
        run('rollbackTo');
        run('release');
        tables.ledger.rollBack();
        tables.ledger.catchUp();
        throw isStoreError(error) ? storeFault(error, database) : error;
      }
    },
    get isHolding() {
      return connection?.hold.isOn === true;
    },
    read(work) {
      try {
        return work(connected().tables);
      } catch (error) {
        return fail(error);
      }
    },
    close() {
      if (isClosed) return;
      try {
        if (connection?.hold.isOn === true) letGo();
      } finally {
        isClosed = true;
        drop();
      }
    },
  };
}

function releaseOther(database: string, letGo: () => void): void {
  const holder = holders.get(database);
  if (holder !== undefined && holder !== letGo) holder();
}

const statements = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  savepoint: 'SAVEPOINT one',
  release: 'RELEASE one',
  rollbackTo: 'ROLLBACK TO one',
};

function connect(folder: string, durability: Durability): Connection {
  const files = stateFiles(folder);
  const { database } = files;
  // Another store of this process could not let go while this one waits.
  holders.get(database)?.();
  const db = openDatabase(folder, durability);
  const records = openRecordTable(db);
  const grants = openGrantTable(db);
  const held = openHeldTable(db);
  const prepared = Object.fromEntries(
    Object.entries(statements).map(([name, sql]) => [name, db.prepare(sql)]),
  );
  const run: Connection['run'] = (name) => void prepared[name]?.run();
  const hold = createHold({
    ...{ db, run, records, held, files, isAllowed: durability === 'process' },
    ledger: () => ledger,
  });
  const ledger = openLedger(
    db,
    records,
    (...record) => (hold.isOn ? hold.append(...record) : records.appendIfFree(...record)),
    grants.lookAgain,
  );
  const tables = { ledger, records, grants, approvals: openApprovalTable(db) };
  try {
    // A process that died has left records in the log.
    if (held.held() !== undefined) {
      hold.begin();
      run('commit');
    }
    return { db, tables, run, files: watchFiles(database), hold };
  } catch (error) {
    db.close();
    throw storeFault(error, database);
  }
}

function isStoreError(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_SQLITE_ERROR';
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
