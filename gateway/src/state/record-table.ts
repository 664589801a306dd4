import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ChainLink } from '../audit/chain.ts';

/** One stored record; ids are one after the other over all chains, in the order in which all was written. */
export type StoredRecord = ChainLink & {
  id: number;
  chain: number;
  at: number;
  /** The first record of its chain that a recovery has to read. */
  openFrom: number;
};

/** A record to be written, without its place. */
export type NewRecord = {
  chain: number;
  link: ChainLink;
  at: number;
  /** The oldest decision of the chain whose call has no outcome; absent where every call has one. */
  openFrom: number | undefined;
};

/** A record as far as the counters want to know it; the body only where it changes them. */
type LedgerRow = { id: number; chargedAt: number | null; body: string | null };
type ChargeRow = { id: number; chargedAt: number; body: string };

/** A chain as the store lists it. */
export type ChainRow = {
  number: number;
  name: string;
  hasEnded: 0 | 1;
  archivedSeq: number;
  archivedHash: string | null;
};

/** The audit in the store. */
export type RecordTable = {
  addChain(name: string): number;
  endChain(chain: number): void;
  chains(): ChainRow[];
  openChains(): ChainRow[];
  /** Writes a record under the id that follows the last one; whoever writes knows it, and holds the lock. */
  append(id: number, record: NewRecord, chargedAt: number | null): void;
  /** The same, unless that id is taken, or somebody holds the store: then false. */
  appendIfFree(id: number, record: NewRecord, chargedAt: number | null): boolean;
  lastId(): number;
  /** What was written after a record. */
  ledgerAfter(id: number): Iterable<LedgerRow>;
  /** The records that change counters, after one and up to another. */
  chargesBetween(after: number, upTo: number): Iterable<ChargeRow>;
  get(id: number): StoredRecord | undefined;
  /** The last record of a chain. */
  last(chain: number): StoredRecord | undefined;
  /** The records of all chains from an id on. */
  from(id: number): Iterable<StoredRecord>;
  /** Forgets a chain's records up to a number; what follows them is checked against that one's hash. */
  archive(chain: number, seq: number, hash: string): void;
  /** Nothing may be written any more where records were archived. */
  close(upTo: number): void;
};

const CHAIN =
  'SELECT number, name, has_ended AS hasEnded, archived_seq AS archivedSeq, archived_hash AS archivedHash FROM chain';
const RECORD = 'SELECT id, chain, seq, at, open_from AS openFrom, body, hash FROM record';
const LEDGER =
  'SELECT id, charged_at AS chargedAt, iif(charged_at IS NULL, NULL, body) AS body FROM record';

/** The tables of the audit behind an open database. */
export function openRecordTable(db: DatabaseSync): RecordTable {
  const addChain = db.prepare('INSERT INTO chain (name) VALUES (?)');
  const endChain = db.prepare('UPDATE chain SET has_ended = 1 WHERE number = ?');
  const chains = db.prepare(`${CHAIN} ORDER BY number`);
  const openChains = db.prepare(`${CHAIN} WHERE has_ended = 0 ORDER BY number`);
  const insertion = 'INTO record (id, chain, seq, at, charged_at, open_from, body, hash)';
  const values = '?, ?, ?, ?, ?, ?, ?, ?';
  const insert = db.prepare(`INSERT ${insertion} VALUES (${values})`);
  // Prepared when it is needed: who only reads may read a store that was made before there was a table of holds.
  const ifFree = `INSERT OR IGNORE ${insertion} SELECT ${values} WHERE NOT EXISTS (SELECT 1 FROM held)`;
  let insertIfFree: StatementSync | undefined;

  const lastId = db.prepare('SELECT max(id) AS id FROM record');
  const after = db.prepare(`${LEDGER} WHERE id > ? ORDER BY id LIMIT 1`);
  const allAfter = `${LEDGER} WHERE id > ? ORDER BY id`;
  const charged = `${LEDGER} WHERE id > ? AND id <= ? AND charged_at IS NOT NULL ORDER BY id`;
  const one = db.prepare(`${RECORD} WHERE id = ?`);
  const last = db.prepare(`${RECORD} WHERE chain = ? ORDER BY id DESC LIMIT 1`);
  const archive = db.prepare(
    'UPDATE chain SET archived_seq = ?, archived_hash = ? WHERE number = ? AND archived_seq < ?',
  );
  const forget = db.prepare('DELETE FROM record WHERE chain = ? AND seq <= ?');
  return {
    addChain: (name) => Number(addChain.run(name).lastInsertRowid),
    endChain: (chain) => void endChain.run(chain),
    chains: () => chains.all() as ChainRow[],
    openChains: () => openChains.all() as ChainRow[],
    append(id, { chain, link, at, openFrom = id }, chargedAt) {
      const { seq, body, hash } = link;
      insert.run(id, chain, seq, Math.trunc(at), chargedAt, openFrom, body, hash);
    },
    appendIfFree(id, { chain, link, at, openFrom = id }, chargedAt) {
      const { seq, body, hash } = link;
      const when = Math.trunc(at);
      insertIfFree ??= db.prepare(ifFree);
      return insertIfFree.run(id, chain, seq, when, chargedAt, openFrom, body, hash).changes === 1;
    },
    lastId: () => (lastId.get()?.id as number | null) ?? 0,
    // Mostly there is nothing, and one row that is not there is found faster than an empty list is made.
    ledgerAfter: (id) =>
      after.get(id) === undefined
        ? []
        : (db.prepare(allAfter).iterate(id) as Iterable<unknown> as Iterable<LedgerRow>),
    chargesBetween: (from, upTo) =>
      db.prepare(charged).iterate(from, upTo) as Iterable<unknown> as Iterable<ChargeRow>,
    get: (id) => one.get(id) as StoredRecord | undefined,
    last: (chain) => last.get(chain) as StoredRecord | undefined,
    // A statement of its own, because several may be walked at once.
    from: (id) =>
      db.prepare(`${RECORD} WHERE id >= ? ORDER BY id`).iterate(id) as Iterable<StoredRecord>,
    archive(chain, seq, hash) {
      archive.run(seq, hash, chain, seq);
      forget.run(chain, seq);
    },
    // Else a process that has not read them would find the place behind its last one free.
    close: (upTo) =>
      db.exec(`DROP TRIGGER IF EXISTS archived; CREATE TRIGGER archived BEFORE INSERT ON record
        WHEN new.id <= ${upTo} BEGIN SELECT RAISE(IGNORE); END`),
  };
}
