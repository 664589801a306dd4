import type { DatabaseSync } from 'node:sqlite';
import type { Charge } from '@toolwarden/policy';
import { addAmounts } from '@toolwarden/policy/amounts';
import { type ChargeRow, createWindowCounters, type WindowCounters } from './window-counters.ts';

// So many rows of the past are worth a write to be rid of them.
const PRUNE_FROM = 1000;

/** The charges in the store. Everything here wants to be called inside a transaction that may write. */
export type ChargeTable = {
  /** The windows as the store has them now, whichever process wrote last. */
  counters(): WindowCounters;
  /**
   * Charges all or nothing; the ids of the rows, or `undefined` where one limit would be exceeded. The call is known
   * from then on, to every process.
   */
  charge(charges: readonly Charge[], at: number, call?: string): number[] | undefined;
  /** Takes charges back; one that is taken back or forgotten already stays so. */
  undo(ids: readonly number[]): void;
  /** Forgets the copy in memory, for when a transaction was rolled back. */
  reset(): void;
};

/** The table of charges behind an open database. */
export function openChargeTable(db: DatabaseSync): ChargeTable {
  const after = db.prepare(
    'SELECT id, key, at, amount, window_ms AS windowMs, undoes, call FROM charge WHERE id > ? ORDER BY id',
  );
  const insert = db.prepare(
    'INSERT INTO charge (key, at, amount, window_ms, undoes, call) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const find = db.prepare('SELECT key, window_ms AS windowMs FROM charge WHERE id = ?');
  const findUndo = db.prepare('SELECT id FROM charge WHERE undoes = ? AND id > ?');
  let windows: WindowCounters | undefined;

  const counters = () => {
    const isFirst = windows === undefined;
    windows ??= createWindowCounters();
    const rows = after.all(windows.lastId) as ChargeRow[];
    for (const row of rows) windows.add(row);
    if (isFirst) prune(db, rows, windows.latest);
    return windows;
  };
  const add = (row: Omit<ChargeRow, 'id'>) => {
    const { key, at, amount, windowMs, undoes, call } = row;
    const id = Number(insert.run(key, at, amount, windowMs, undoes, call).lastInsertRowid);
    windows?.add({ id, ...row });
    return id;
  };

  return {
    counters,
    charge(charges, at, call) {
      const now = counters();
      const fits = charges.every(
        ({ key, charged, max, windowMs }) =>
          addAmounts(now.used(key, windowMs, at), charged) <= max,
      );
      if (!fits) return undefined;
      const from = Math.trunc(Math.max(at, now.latest));
      const longest = longestOf(charges);
      return charges.map((charge) => {
        const { key, charged, windowMs } = charge;
        const named = charge === longest ? (call ?? null) : null;
        return add({ key, at: from, amount: charged, windowMs, undoes: null, call: named });
      });
    },
    undo(ids) {
      const { latest } = counters();
      for (const id of ids) {
        const row = find.get(id) as { key: string; windowMs: number } | undefined;
        if (row === undefined || findUndo.get(id, id) !== undefined) continue;
        // Stays as long as what it takes back, so that every process comes to see it.
        add({ ...row, at: latest, amount: 0, undoes: id, call: null });
      }
    },
    reset() {
      windows = undefined;
    },
  };
}

/** Knowing the calls by an index would cost a page more for every write; the rows are in memory anyway. */
function longestOf(charges: readonly Charge[]): Charge | undefined {
  return charges.reduce<Charge | undefined>(
    (longest, charge) => (charge.windowMs > (longest?.windowMs ?? 0) ? charge : longest),
    undefined,
  );
}

/** Deletes rows whose window has passed, but never the last one: ids go on from it, and it holds the latest time. */
function prune(db: DatabaseSync, rows: readonly ChargeRow[], latest: number): void {
  const last = rows.at(-1);
  const past = rows.filter(({ at, windowMs }) => at + windowMs <= latest).length;
  if (last === undefined || past < PRUNE_FROM) return;
  db.prepare('DELETE FROM charge WHERE at + window_ms <= ? AND id < ?').run(latest, last.id);
}
