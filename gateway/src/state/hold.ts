import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type CallLog, type LoggedRecord, openCallLog, readCallLog } from './call-log.ts';
import type { HeldTable } from './held-table.ts';
import type { Ledger } from './ledger.ts';
import { BUSY_MS } from './open-database.ts';
import type { NewRecord, RecordTable } from './record-table.ts';
import { isBusy } from './store-fault.ts';

/** So many calls within this time are worth holding the lock for, and a time with fewer ends it. */
const WORTH_CALLS = 8;
const HOLD_MS = 50;
/** Nor longer than so many calls or bytes, whatever keeps the process from its timers. */
const MOST_HELD = 1_000;
const MOST_BYTES = 1024 * 1024;
/** Where another process wanted the lock, or the disk is nearly full, it is taken call by call for so long. */
const APART_MS = 60_000;
/** So much room must be there to hold records in the log that the store has yet to take. */
const LEAST_ROOM = 4 * 1024 * 1024;

/**
 * The lock of a store, which one process keeps for a moment while many calls come one after another and nobody else wants
 * it. Meanwhile each record goes to the call log, and into the store with the others when the moment is over. The store
 * says from which record on (`held`), so that whoever takes the lock after a crash finds in the log what is missing.
 */
export type Hold = {
  /** Whether the lock is kept now, in a transaction that is open. */
  readonly isOn: boolean;
  /** To be called before each record that is written alone: takes the lock where that is worth it. */
  prepare(now: number): void;
  /** Whether the store lacks what the log has: while the lock is kept, and where the transaction failed that was to write it. */
  readonly isAhead: boolean;
  /** Writes a record to the log, in the place of the store; false where a transaction must do it, with what is held so far. */
  append(id: number, record: NewRecord, chargedAt: number | null): boolean;
  /** Begins a transaction, with all records in the store; one that is open becomes one. */
  begin(): void;
  /** To be called before and after its commit. */
  beforeCommit(): void;
  afterCommit(): void;
  /** The transaction was rolled back: what the log holds is written by the next, whosever it is. */
  abandon(): void;
  /** Holds no more, from the next commit on. */
  end(): void;
  close(): void;
};

/** What a hold works on. */
export type HoldOptions = {
  db: DatabaseSync;
  run: (statement: 'begin' | 'commit' | 'rollback') => void;
  records: RecordTable;
  held: HeldTable;
  ledger: () => Ledger;
  files: { calls: string; wanted: string };
  /** Whether it may keep the lock at all. */
  isAllowed: boolean;
};

/** The hold of one connection. */
export function createHold({
  db,
  run,
  records,
  held,
  ledger,
  files,
  isAllowed,
}: HoldOptions): Hold {
  const me = randomBytes(6).toString('hex');
  let log: CallLog | undefined;
  let pending: LoggedRecord[] = [];
  // `resting`: between two transactions, with the store still saying that this process holds it.
  let phase: 'off' | 'resting' | 'on' = 'off';
  let [goesOn, isOwing] = [false, false];
  let [calls, countedFrom, apartUntil] = [0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let wantedAt = timeOf(files.wanted);

  /** Whether another process waited for the lock since this one last looked. */
  const isWanted = () => {
    const found = timeOf(files.wanted);
    const isNew = found !== wantedAt;
    wantedAt = found;
    return isNew;
  };
  const beginAtOnce = () => {
    db.exec('PRAGMA busy_timeout = 0');
    try {
      run('begin');
      return true;
    } catch (error) {
      if (!isBusy(error)) throw error;
      return false;
    } finally {
      db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    }
  };
  const beginPatiently = () => {
    if (beginAtOnce()) return;
    // Whoever holds the lock sees that somebody wants it, and then takes it for single calls only.
    touch(files.wanted);
    run('begin');
  };
  const writePending = () => {
    for (const { id, record, chargedAt } of pending) records.append(id, record, chargedAt);
  };
  /** Writes what is only in the log, as a process left it that died, or a transaction that failed. */
  const recover = () => {
    const found = held.held();
    const isMine = phase === 'resting' && found?.by === me;
    if (!isMine) phase = 'off';
    if (found === undefined) return;
    const missing = isMine ? [] : readCallLog(files.calls, found);
    held.end();
    for (const { id, record, chargedAt } of missing) records.append(id, record, chargedAt);
  };
  const say = () => held.hold(me, ledger().nextId);
  /** Says in the store that records go to the log from now on. */
  const announce = () => {
    if (!beginAtOnce()) return false;
    try {
      recover();
      const isOthers = ledger().catchUp();
      if (!isOthers) say();
      run('commit');
      phase = isOthers ? 'off' : 'resting';
      isOwing = false;
      return !isOthers;
    } catch (error) {
      if (db.isTransaction) run('rollback');
      throw error;
    }
  };
  /** Takes the lock again; false where another had it in between. */
  const resume = () => {
    if (!beginAtOnce()) return false;
    try {
      ledger().catchUp();
      // Whoever had the lock took that away, whether or not they wrote; save a version of before it, which wrote if it had.
      const found = held.held();
      if (found?.by === me && found.from === ledger().nextId) {
        log?.rewind();
        phase = 'on';
        return true;
      }
      run('rollback');
      return false;
    } catch (error) {
      if (db.isTransaction) run('rollback');
      throw error;
    }
  };
  /** Whether there is a log to write to; it is only a shorter way, so that no call is refused for want of it. */
  const hasLog = () => {
    if (log?.isThere() === true) return true;
    log?.close();
    log = undefined;
    try {
      log = openCallLog(files.calls, me);
    } catch {
      return false;
    }
    return true;
  };
  const isWorth = () => calls >= WORTH_CALLS && performance.now() >= apartUntil;

  return {
    get isOn() {
      return phase === 'on';
    },
    get isAhead() {
      return phase === 'on' || isOwing;
    },
    prepare(now) {
      if (!isAllowed) return;
      calls++;
      if (phase === 'on') return;
      if (phase === 'off' && now - countedFrom > HOLD_MS) [countedFrom, calls] = [now, 1];
      if (now < apartUntil || (phase === 'off' && !isWorth())) return;
      const mayHold =
        !isWanted() && hasRoom(files.calls) && hasLog() && (phase === 'resting' || announce());
      if (!mayHold || !resume()) apartUntil = now + APART_MS;
    },
    append(id, record, chargedAt) {
      if (log === undefined || pending.length >= MOST_HELD || log.bytes >= MOST_BYTES) return false;
      try {
        if (log.append(id, record, chargedAt)) {
          pending.push({ id, record, chargedAt });
          return true;
        }
      } catch {
        // Why the disk takes no more, the store says with the transaction that follows.
      }
      apartUntil = performance.now() + APART_MS;
      return false;
    },
    begin() {
      if (phase === 'on') {
        held.end();
        writePending();
        return;
      }
      beginPatiently();
      recover();
    },
    beforeCommit() {
      goesOn = phase !== 'off' && isWorth();
      if (goesOn) say();
    },
    afterCommit() {
      phase = goesOn ? 'resting' : 'off';
      [calls, pending, isOwing] = [0, [], false];
    },
    abandon() {
      isOwing ||= pending.length > 0;
      [phase, pending] = ['off', []];
    },
    end() {
      calls = 0;
      apartUntil = performance.now() + APART_MS;
    },
    close() {
      log?.close();
      log = undefined;
    },
  };
}

function hasRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize >= LEAST_ROOM;
  } catch {
    // A folder that is gone is for the store to say.
    return false;
  }
}

/** When a file was last touched; 0 where there is none. */
function timeOf(path: string): number {
  // When it was changed by the system's clock, whatever the clock of the process that did it said.
  return statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    makeAnew(path);
  }
}

/** Where there is none, or it is another user's, as a command leaves it that was run as root. */
function makeAnew(path: string): void {
  try {
    rmSync(path, { force: true });
    writeFileSync(path, '', { mode: 0o600 });
  } catch {
    // Who cannot say that he waits waits all the same.
  }
}
