import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type InstanceLock, takeInstanceLock } from '../state/instance-lock.ts';
import { missingFault, stateFiles } from '../state/open-database.ts';
import type { RecordTable } from '../state/record-table.ts';
import { createReserve } from '../state/reserve.ts';
import { openStore, type Store, type Tables } from '../state/store.ts';
import { isNoRoom, noRoomFault } from '../state/store-fault.ts';
import type { StateSettings } from './audit-settings.ts';
import { createCallGate } from './call-gate.ts';
import { firstHash } from './chain.ts';
import { createFollowers } from './chain-followers.ts';
import {
  appendAlone,
  appendRecords,
  type ChainState,
  type Draft,
  settled,
} from './chain-writer.ts';
import { lastState, recoverChains } from './recover-chains.ts';

/** Writes one process's chain of records, together with whatever else belongs into the same transaction. */
export type Recorder = {
  /**
   * Runs work in one transaction; `append` adds records to the chain. On a full disk it takes the room that is kept for
   * what must be written.
   */
  commit<Result>(work: Work<Result>): Result;
  /** The same for calls that are to begin: they never take that room, and are refused while it is not there. */
  commitCalls<Result>(work: Work<Result>): Result;
  /**
   * Appends one record of a call without waiting for the lock: the store takes it only where nothing was written since this
   * process last read. `undefined` where that is so, or where `work` finds that it needs more; then `commit` does it.
   */
  alone<Result>(
    work: (tables: Tables) => { draft: Draft; result: Result } | undefined,
  ): Result | undefined;
  /** Within `commit`: runs a part that, if it fails, leaves no trace and does not harm the rest. */
  attempt<Result>(work: () => Result): Result;
  /** Writes a record with the next transaction, or a little later. */
  later(draft: Draft): void;
  isOpen(call: string): boolean;
  store: Store;
  close(): void;
};

type Work<Result> = (tables: Tables, append: (draft: Draft) => void) => Result;

const FLUSH_MS = 50;
// While the store fails no call passes, so that more than this is only noise of clients.
const MOST_WAITING = 10_000;

/** Opens the store of a folder and begins a chain in it, at the first record. */
export function openRecorder(
  folder: string,
  settings: StateSettings,
  opening: () => object,
  clock: () => number,
): Recorder {
  const files = stateFiles(folder);
  const { checkpoints = files.checkpoints, mirror } = settings;
  const name = `${clock().toString(36)}-${randomBytes(6).toString('hex')}`;
  const store = openStore(folder, settings.durability, {
    onReopened(tables) {
      if (state.number > 0) state = checkedState(tables, state, files.database, later, clock());
    },
    isWhole: (records) => state.number === 0 || isLast(records, state),
  });
  let state: ChainState = {
    number: 0,
    head: { name, seq: 0, hash: firstHash(name) },
    ...{ lastId: 0, open: new Map(), changes: [] },
  };
  let lock: InstanceLock | undefined;
  let waiting: Draft[] = [];
  let next = state;
  let flushTimer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const later = (draft: Draft) => {
    if (isClosed) return;
    if (waiting.length < MOST_WAITING) waiting.push(draft);
    flushTimer ??= setTimeout(flush, FLUSH_MS).unref();
  };
  const reserve = createReserve(files.reserve);
  const commitOnce: Recorder['commit'] = (work) => {
    lock ??= takeInstanceLock(files.instances, name);
    const result = store.transact((tables) => {
      next = state.number > 0 ? state : begun(tables, state, opening(), clock());
      return work(tables, (draft) => {
        next = appendRecords(tables.ledger, next, [draft]);
      });
    });
    state = settled(next);
    followers.onCommit();
    return result;
  };
  const commit: Recorder['commit'] = (work) => {
    try {
      return commitOnce(work);
    } catch (error) {
      if (!isNoRoom(error) || !reserve.release()) throw error;
      return commitOnce(work);
    }
  };
  // Apart from the calls: nobody waits for it, and many records together cost little more than one.
  const flush = () => {
    flushTimer = undefined;
    if (waiting.length === 0 && !store.isHolding) return;
    const batch = waiting;
    try {
      commit(({ ledger }) => {
        next = appendRecords(ledger, next, batch);
        ledger.fold();
      });
      waiting = waiting.slice(batch.length);
    } catch {
      // What could not be written waits; meanwhile every call is refused for the same cause, which its refusal tells.
      flushTimer = setTimeout(flush, FLUSH_MS * 20).unref();
    }
  };
  const gate = createCallGate(reserve, {
    fault: () => noRoomFault(files.database),
    onStop() {
      later(roomRecord('calls-stopped', clock()));
      // While there is room to: whoever cuts the end off then shows.
      setImmediate(() => {
        if (isClosed) return;
        flush();
        followers.checkpoint();
      });
    },
  });
  // Room on another disk is of no use.
  const makeRoom = () => isOnDisk(dirname(checkpoints), folder) && reserve.release();
  const followers = createFollowers(
    { keys: files.keys, checkpoints, mirror },
    {
      ...{ store, clock, chain: () => state, makeRoom },
      onFailure(reason) {
        const at = clock();
        later({ record: { kind: 'follower-failed', at, reason: reason.slice(0, 256) }, at });
      },
    },
  );

  recoverChains(store, { instances: files.instances, mirror }, clock());
  return {
    commit,
    commitCalls(work) {
      const refusals = gate.enter();
      try {
        const result = commitOnce((tables, append) => {
          if (refusals > 0) append(roomRecord('calls-resumed', clock(), refusals));
          return work(tables, append);
        });
        gate.passed();
        return result;
      } catch (error) {
        return gate.failed(error);
      }
    },
    alone(work) {
      if (state.number === 0 || !gate.isOpen) return undefined;
      try {
        return store.once((tables) => {
          if (!tables.ledger.isLoaded) return undefined;
          const done = work(tables);
          const after = done && appendAlone(tables.ledger, state, done.draft);
          if (after === undefined) return undefined;
          state = after;
          followers.onCommit();
          return done?.result;
        });
      } catch (error) {
        return gate.failed(error);
      } finally {
        // Also where the call was refused: nobody else may have the lock until then.
        if (store.isHolding) flushTimer ??= setTimeout(flush, FLUSH_MS).unref();
      }
    },
    attempt(work) {
      const before = next;
      try {
        return store.attempt(work);
      } catch (error) {
        next = before;
        throw error;
      }
    },
    later,
    isOpen: (call) => state.open.has(call),
    store,
    close() {
      if (isClosed) return;
      isClosed = true;
      try {
        if (state.number > 0) {
          // Calls that are still open get their outcome from the next start, which takes this chain for a dead one.
          const isDone =
            state.open.size === waiting.filter(({ ends }) => ends !== undefined).length;
          const at = clock();
          commit(({ records, ledger }, append) => {
            next = appendRecords(ledger, next, waiting);
            ledger.fold();
            if (!isDone) return;
            append({ record: { kind: 'ended', at }, at });
            records.endChain(next.number);
          });
          followers.close();
        }
      } finally {
        clearTimeout(flushTimer);
        lock?.release();
        store.close();
      }
    },
  };
}

function isOnDisk(path: string, other: string): boolean {
  return statSync(path).dev === statSync(other).dev;
}

/** Says once that calls are refused for want of room, and once that they are not any more. */
function roomRecord(kind: 'calls-stopped' | 'calls-resumed', at: number, refusals?: number): Draft {
  const reason = 'no room on the disk';
  return { record: { kind, at, reason, ...(refusals !== undefined && { refusals }) }, at };
}

function begun(tables: Tables, state: ChainState, opening: object, at: number): ChainState {
  const number = tables.records.addChain(state.head.name);
  const record = { kind: 'opened', at, ...opening };
  return appendRecords(tables.ledger, { ...state, number }, [{ record, at }]);
}

const isLast = (records: RecordTable, { lastId, head }: ChainState) =>
  records.get(lastId)?.hash === head.hash;

/** After the files were opened anew: they must hold our chain as we know it, or as a commit left it that seemed to fail. */
function checkedState(
  { records }: Tables,
  known: ChainState,
  file: string,
  later: (draft: Draft) => void,
  at: number,
): ChainState {
  if (!isLast(records, known)) throw missingFault(file);
  const found = lastState(records, known.number, known.head.name);
  for (const call of found.open.keys()) {
    if (known.open.has(call)) continue;
    // Recorded after all, but its caller was told that it was not, and did not send it on.
    const reason = 'the store failed while it was recorded';
    const record = { kind: 'outcome', at, call, outcome: 'not-sent', reason };
    later({ record, at, ends: call });
  }
  return found;
}
