import type { DatabaseSync } from 'node:sqlite';
import type { ChargedCall, GivenBack } from './window-counters.ts';

/** Charges put together: what a start reads in the place of the records that hold them. */
export type FoldTable = {
  /** The last record that a fold covers, and the latest time that was charged by then. */
  load(add: (charge: ChargedCall | GivenBack) => void): { upTo: number; latest: number };
  lastUpTo(): number;
  /** Adds the charges of the records behind the last fold, up to one; folds that no longer count are forgotten. */
  add(charges: readonly (ChargedCall | GivenBack)[], upTo: number, latest: number): void;
};

// A charge is an object of the decision, of which counters need less.
const KEPT = ['at', 'call', 'givesBack', 'charges', 'key', 'charged', 'windowMs'];

type Row = { upTo: number; latest: number; charges: string };

/** The table of folds behind an open database. */
export function openFoldTable(db: DatabaseSync): FoldTable {
  const all = db.prepare(
    'SELECT up_to AS upTo, latest, charges FROM fold WHERE until > (SELECT max(latest) FROM fold) ORDER BY up_to',
  );
  const last = db.prepare('SELECT up_to AS upTo, latest FROM fold ORDER BY up_to DESC LIMIT 1');
  const longest = db.prepare('SELECT max(until) AS until FROM fold');
  const longestUntil = () => (longest.get()?.until as number | null) ?? 0;
  const insert = db.prepare('INSERT INTO fold (up_to, latest, until, charges) VALUES (?, ?, ?, ?)');
  // The last one stays: it says from where on records count, and the latest time.
  const forget = db.prepare('DELETE FROM fold WHERE until <= ? AND up_to < ?');
  return {
    load(add) {
      for (const { charges } of all.iterate() as Iterable<unknown> as Iterable<Row>) {
        for (const charge of JSON.parse(charges) as (ChargedCall | GivenBack)[]) add(charge);
      }
      const { upTo = 0, latest = Number.NEGATIVE_INFINITY } = (last.get() ?? {}) as Partial<Row>;
      return { upTo, latest };
    },
    lastUpTo: () => (last.get()?.upTo as number | undefined) ?? 0,
    add(charges, upTo, latest) {
      let until = 0;
      for (const charge of charges) until = Math.max(until, endOf(charge) ?? longestUntil());
      insert.run(upTo, latest, until, JSON.stringify(charges, KEPT));
      forget.run(latest, upTo);
    },
  };
}

/** When a charge no longer counts; `undefined` for one given back, which may belong to any fold before. */
function endOf(charge: ChargedCall | GivenBack): number | undefined {
  if ('givesBack' in charge) return undefined;
  return charge.charges.reduce((end, { windowMs }) => Math.max(end, charge.at + windowMs), 0);
}
