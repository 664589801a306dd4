import type { DatabaseSync } from 'node:sqlite';

/** Who holds the store, and the first record that may be in the call log alone. */
export type Held = { by: string; from: number };

/** What the store says of who holds it; see hold.ts. */
export type HeldTable = {
  held(): Held | undefined;
  hold(by: string, from: number): void;
  end(): void;
};

/** The table behind an open database. */
export function openHeldTable(db: DatabaseSync): HeldTable {
  const held = db.prepare('SELECT by, from_id AS "from" FROM held');
  const hold = db.prepare('INSERT OR REPLACE INTO held (one, by, from_id) VALUES (1, ?, ?)');
  const end = db.prepare('DELETE FROM held');
  return {
    held: () => held.get() as Held | undefined,
    hold: (by, from) => void hold.run(by, from),
    end: () => void end.run(),
  };
}

/** The same of a database that is only read, which may be of a version that had no such table. */
export function heldIn(db: DatabaseSync): Held | undefined {
  const hasTable = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'held'").get();
  return hasTable === undefined ? undefined : openHeldTable(db).held();
}
