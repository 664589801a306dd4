import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../gateway-error.ts';
import { type ApprovalTable, openApprovalTable } from './approval-table.ts';
import { type GrantTable, openGrantTable } from './grant-table.ts';
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
  /** Runs work that only reads. */
  read<Result>(work: (tables: Tables) => Result): Result;
  close(): void;
};

type Connection = {
  db: DatabaseSync;
  tables: Tables;
  run(statement: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'rollbackTo'): void;
  files: WatchedFiles;
};

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
    connection?.db.close();
    connection = undefined;
  };
  let [isClosed, isSuspect] = [false, false];
  let lookedAt = Number.NEGATIVE_INFINITY;
  // What is written to a file that was deleted is as gone as what was written just before that.
  const isTimeToLook = () => {
    const now = performance.now();
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
  const connected = () => {
    if (isClosed) throw new GatewayError('state-unavailable', `${database}: closed`);
    if (connection !== undefined && (isSuspect || isTimeToLook())) {
      const found = connection.files.look();
      if (found === 'gone') {
        drop();
        throw missingFault(database);
      }
      isSuspect ||= found === 'written';
      if (isSuspect && !isWhole()) {
        drop();
        throw corruptFault(database);
      }
      isSuspect = false;
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
  return {
    transact(work) {
      const { run, tables, db } = connected();
      try {
        run('begin');
        tables.ledger.catchUp();
        const result = work(tables);
        run('commit');
        tables.ledger.finish();
        return result;
      } catch (error) {
        if (db.isTransaction) run('rollback');
        return fail(error);
      }
    },
    once(work) {
      try {
        return work(connected().tables);
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
    read(work) {
      try {
        return work(connected().tables);
      } catch (error) {
        return fail(error);
      }
    },
    close() {
      isClosed = true;
      drop();
    },
  };
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
  const { database } = stateFiles(folder);
  const db = openDatabase(folder, durability);
  const records = openRecordTable(db);
  const grants = openGrantTable(db);
  const prepared = Object.fromEntries(
    Object.entries(statements).map(([name, sql]) => [name, db.prepare(sql)]),
  );
  return {
    db,
    tables: {
      ledger: openLedger(db, records, grants.lookAgain),
      records,
      grants,
      approvals: openApprovalTable(db),
    },
    run: (name) => void prepared[name]?.run(),
    files: watchFiles(database),
  };
}

function isStoreError(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_SQLITE_ERROR';
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
