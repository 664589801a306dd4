import type { DatabaseSync } from 'node:sqlite';
import type { ChainLink } from '../audit/chain.ts';
import { CHAIN_ROOM } from './open-database.ts';

/** One stored record of a chain. */
export type StoredRecord = ChainLink & { at: number; openFrom: number; call: string | null };

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
  /** `call` is given for decisions alone. `openFrom`: no call before it is open. */
  append(
    chain: number,
    link: ChainLink,
    more: { at: number; call: string | null; openFrom: number },
  ): void;
  last(chain: number): StoredRecord | undefined;
  from(chain: number, seq: number): Iterable<StoredRecord>;
  /** Forgets a chain's records up to a number; what follows them is checked against that one's hash. */
  archive(chain: number, seq: number, hash: string): void;
};

const CHAIN =
  'SELECT number, name, has_ended AS hasEnded, archived_seq AS archivedSeq, archived_hash AS archivedHash FROM chain';

/** The tables of the audit behind an open database. */
export function openRecordTable(db: DatabaseSync): RecordTable {
  const addChain = db.prepare('INSERT INTO chain (name) VALUES (?)');
  const endChain = db.prepare('UPDATE chain SET has_ended = 1 WHERE number = ?');
  const chains = db.prepare(`${CHAIN} ORDER BY number`);
  const openChains = db.prepare(`${CHAIN} WHERE has_ended = 0 ORDER BY number`);
  const insert = db.prepare(
    'INSERT INTO record (id, at, call, open_from, body, hash) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const range = (order: string) =>
    db.prepare(
      `SELECT id % ${CHAIN_ROOM} AS seq, at, call, open_from AS openFrom, body, hash FROM record
       WHERE id >= ? AND id < ? ORDER BY id ${order}`,
    );
  const last = range('DESC LIMIT 1');
  const archive = db.prepare(
    'UPDATE chain SET archived_seq = ?, archived_hash = ? WHERE number = ? AND archived_seq < ?',
  );
  const forget = db.prepare('DELETE FROM record WHERE id >= ? AND id <= ?');
  const first = (chain: number) => chain * CHAIN_ROOM;
  return {
    addChain: (name) => Number(addChain.run(name).lastInsertRowid),
    endChain: (chain) => void endChain.run(chain),
    chains: () => chains.all() as ChainRow[],
    openChains: () => openChains.all() as ChainRow[],
    append(chain, { seq, body, hash }, { at, call, openFrom }) {
      insert.run(first(chain) + seq, Math.trunc(at), call, openFrom, body, hash);
    },
    last: (chain) => last.get(first(chain), first(chain + 1)) as StoredRecord | undefined,
    // A statement of its own, because several may be walked at once.
    from: (chain, seq) =>
      range('ASC').iterate(first(chain) + seq, first(chain + 1)) as Iterable<StoredRecord>,
    archive(chain, seq, hash) {
      archive.run(seq, hash, chain, seq);
      forget.run(first(chain), first(chain) + seq);
    },
  };
}
