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
    const parts = store.read(({ records }) =>
      records.chains().flatMap((chain) => writePart(records, chain, before, out.write)),
    );
    out.finish();
    for (const { number, to, hash } of parts) {
      store.transact(({ records }) => records.archive(number, to, hash));
    }
    if (parts.length === 0) rmSync(path);
    return parts.map(({ name, from, to }) => ({ chain: name, from, to }));
  } catch (error) {
    out.finish();
    throw error;
  }
}

function writePart(
  records: RecordTable,
  { number, name, hasEnded, archivedSeq }: ChainRow,
  before: number,
  write: (text: string) => void,
) {
  const last = records.last(number);
  if (last === undefined) return [];
  const end = hasEnded ? last.seq + 1 : Math.min(last.seq, last.openFrom);
  let reached: { seq: number; hash: string } | undefined;
  for (const { seq, body, hash, at } of records.from(number, archivedSeq + 1)) {
    if (seq >= end || at >= before) break;
    write(`${exportLine(body, hash)}\n`);
    reached = { seq, hash };
  }
  return reached === undefined
    ? []
    : [{ number, name, from: archivedSeq + 1, to: reached.seq, hash: reached.hash }];
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
