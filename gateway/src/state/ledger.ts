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
  /** Reads what other processes wrote; the first thing in a transaction. */
  catchUp(): void;
  /** The windows as the store has them now, whichever process wrote last. */
  counters(): WindowCounters;
  /** Writes a record behind the last one, and counts what its body says that it charges or gives back; its id. */
  append(record: NewRecord, charge?: ChargedCall | GivenBack): number;
  /** Puts charges together, so that a start need not read them from the records; only if there are many, or it must be. */
  fold(mustBe?: boolean): void;
  /** Forgets all that is only in memory, for when a transaction was rolled back. */
  reset(): void;
  /** Whether anything was written since `catchUp`. */
  readonly hasWritten: boolean;
};

/** The ledger of an open database. */
export function openLedger(db: DatabaseSync, records: RecordTable): Ledger {
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
    const fresh = createWindowCounters();
    const { upTo, latest } = folds.load(fresh.add);
    fresh.advance(latest);
    windows = fresh;
    for (const { id, chargedAt, body } of records.chargesBetween(upTo, lastId ?? 0)) {
      take(id, chargesIn(body, chargedAt));
    }
    return fresh;
  };

  return {
    get hasWritten() {
      return hasWritten;
    },
    catchUp() {
      hasWritten = false;
      if (lastId === undefined) {
        lastId = records.lastId();
        return;
      }
      for (const { id, chargedAt, body } of records.ledgerAfter(lastId)) {
        // Ids have no gaps, save where records were archived that this process never read.
        if (id !== lastId + 1) forget();
        lastId = id;
        if (chargedAt !== null && body !== null) take(id, chargesIn(body, chargedAt));
      }
    },
    counters: loaded,
    append(record, charge) {
      const id = (lastId ?? records.lastId()) + 1;
      hasWritten = true;
      records.append(id, record, charge?.at ?? null);
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
    reset() {
      lastId = undefined;
      forget();
    },
  };
}
