import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { GatewayError } from '../gateway-error.ts';
import type { ChainRow, RecordTable } from '../state/record-table.ts';
import type { Store } from '../state/store.ts';
import { exportLine } from './chain.ts';

/** A stretch of a chain that was moved out of the store. */
export type ArchivedPart = { chain: string; from: number; to: number };

const CHUNK = 1024 * 1024;

/**
 * Moves records from before a time into a file, which is on disk before anything is deleted. A chain's last record
 * stays, unless the chain has ended; so do calls that wait for their outcome, and what follows them.
 */
export function archiveRecords(store: Store, before: number, path: string): ArchivedPart[] {
  const out = createFile(path);
  try {
    const parts = store.read(({ records }) => writeParts(records, before, out.write));
    out.finish();
    if (parts.length === 0) rmSync(path);
    if (parts.length === 0) return [];
    store.transact(({ records, ledger }) => {
      // What was charged is read from the records, unless it is put together before they go.
      ledger.fold(true);
      for (const { number, to, hash } of parts) records.archive(number, to, hash);
      records.close(Math.max(0, ...parts.map(({ lastId }) => lastId)));
    });
    return parts.map(({ name, from, to }) => ({ chain: name, from, to }));
  } catch (error) {
    out.finish();
    throw error;
  }
}

/** A chain of which some may go, up to before an id. */
type Part = Stretch & { end: number };
type Stretch = {
  number: number;
  name: string;
  from: number;
  to: number;
  /** Of its last record. */
  hash: string;
  lastId: number;
};

function writeParts(
  records: RecordTable,
  before: number,
  write: (text: string) => void,
): Stretch[] {
  const parts = new Map(records.chains().map((chain) => [chain.number, partOf(records, chain)]));
  for (const { id, chain, seq, body, hash, at } of records.from(0)) {
    const part = parts.get(chain);
    if (part === undefined || id >= part.end) continue;
    // What follows a record that stays stays too, whatever its clock said.
    if (at >= before) part.end = id;
    else {
      write(`${exportLine(body, hash)}\n`);
      part.to = seq;
      part.hash = hash;
      part.lastId = id;
    }
  }
  return [...parts.values()].filter((part) => part !== undefined && part.to >= part.from) as Part[];
}

function partOf(records: RecordTable, chain: ChainRow): Part | undefined {
  const { number, name, hasEnded, archivedSeq } = chain;
  const last = records.last(number);
  if (last === undefined) return undefined;
  const end = hasEnded ? last.id + 1 : Math.min(last.id, last.openFrom);
  return { number, name, from: archivedSeq + 1, to: archivedSeq, hash: '', lastId: 0, end };
}

function createFile(path: string) {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    throw new GatewayError(
      'archive-unwritable',
      `${path}: cannot be made (${(error as Error).message}); name a file that does not exist`,
      { cause: error },
    );
  }
  let text = '';
  let isOpen = true;
  const flush = () => {
    writeSync(file, text);
    text = '';
  };
  return {
    write(more: string) {
      text += more;
      if (text.length > CHUNK) flush();
    },
    finish() {
      if (!isOpen) return;
      isOpen = false;
      flush();
      fsyncSync(file);
      closeSync(file);
    },
  };
}
