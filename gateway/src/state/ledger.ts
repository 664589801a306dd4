import type { DatabaseSync } from 'node:sqlite';
import { chargesIn } from '../audit/audit-record.ts';
import { openFoldTable } from './fold-table.ts';
import type { NewRecord, RecordTable } from './record-table.ts';
import {
  type ChargedCall,
  createWindowCounters,
  type GivenBack,
  type WindowCounters,
} from './window-counters.ts';

/** So many charges are worth a row of their own, from which the next start counts on. */
const FOLD_FROM = 1000;

/**
 * The one order of the records of all processes, and the counters that follow from it: what was charged stands in the
 * decisions, and nowhere else. Everything here wants to be called inside a transaction that holds the lock for writing.
 */
export type Ledger = {
  /** Reads what other processes wrote; the first thing in a transaction. True where they had written. */
  catchUp(): boolean;
  /** The id that the next record will have. */
  readonly nextId: number;
  /** The windows as the store has them now, whichever process wrote last. */
  counters(): WindowCounters;
  /** Whether `counters` and `appendNext` work without a transaction: once one has read everything. */
  readonly isLoaded: boolean;
  /** Writes a record behind the last one, and counts what its body says that it charges or gives back; its id. */
  append(record: NewRecord, charge?: ChargedCall | GivenBack): number;
  /**
   * The same in a transaction of its own, if nobody has written since this process last read; else `undefined`. The id
   * is the lock: of two processes that write behind the same record one finds its place taken.
   */
  appendNext(record: NewRecord, charge?: ChargedCall | GivenBack): number | undefined;
  /** Puts charges together, so that a start need not read them from the records; only if there are many, or it must be. */
  fold(mustBe?: boolean): void;
  /** Something was rolled back: forgets what is only in memory, if the transaction wrote any of it. */
  rollBack(): void;
  /** The transaction is over. */
  finish(): void;
};

/** The ledger of an open database; `onOthers` hears that it read what others wrote, or reads all anew. */
export function openLedger(
  db: DatabaseSync,
  records: RecordTable,
  appendIfFree: RecordTable['appendIfFree'],
  onOthers: () => void,
): Ledger {
  const folds = openFoldTable(db);
  let lastId: number | undefined;
  let windows: WindowCounters | undefined;
  // What this process knows and no fold may hold yet.
  let loose: { id: number; charge: ChargedCall | GivenBack }[] = [];
  let hasWritten = false;

  const take = (id: number, charge: ChargedCall | GivenBack) => {
    if (windows === undefined) return;
    windows.add(charge);
    loose.push({ id, charge });
  };
  const forget = () => {
    windows = undefined;
    loose = [];
  };
  const loaded = () => {
    if (windows !== undefined) return windows;
    if (lastId === undefined) throw new Error('the ledger is read before it was caught up with');
    const fresh = createWindowCounters();
    const { upTo, latest } = folds.load(fresh.add);
    fresh.advance(latest);
    windows = fresh;
    for (const { id, chargedAt, body } of records.chargesBetween(upTo, lastId)) {
      take(id, chargesIn(body, chargedAt));
    }
    return fresh;
  };

  return {
    catchUp() {
      if (lastId === undefined) {
        onOthers();
        lastId = records.lastId();
        return false;
      }
      let hasRead = false;
      for (const { id, chargedAt, body } of records.ledgerAfter(lastId)) {
        if (!hasRead) onOthers();
        hasRead = true;
        // Ids have no gaps, save where records were archived that this process never read.
        if (id !== lastId + 1) forget();
        lastId = id;
        if (chargedAt !== null && body !== null) take(id, chargesIn(body, chargedAt));
      }
      return hasRead;
    },
    get nextId() {
      return (lastId ?? records.lastId()) + 1;
    },
    counters: loaded,
    get isLoaded() {
      return windows !== undefined;
    },
    append(record, charge) {
      const id = (lastId ?? records.lastId()) + 1;
      hasWritten = true;
      records.append(id, record, charge?.at ?? null);
      lastId = id;
      if (charge !== undefined) take(id, charge);
      return id;
    },
    appendNext(record, charge) {
      const id = (lastId ?? 0) + 1;
      if (!appendIfFree(id, record, charge?.at ?? null)) return undefined;
      lastId = id;
      if (charge !== undefined) take(id, charge);
      return id;
    },
    fold(mustBe = false) {
      if (!mustBe && loose.length < FOLD_FROM) return;
      const { latest } = loaded();
      const upTo = folds.lastUpTo();
      loose = loose.filter(({ id }) => id > upTo);
      if (loose.length === 0 || (!mustBe && loose.length < FOLD_FROM)) return;
      hasWritten = true;
      folds.add(
        loose.map(({ charge }) => charge),
        lastId ?? 0,
        latest,
      );
      loose = [];
    },
    rollBack() {
      if (!hasWritten) return;
      lastId = undefined;
      forget();
    },
    finish() {
      hasWritten = false;
    },
  };
}
