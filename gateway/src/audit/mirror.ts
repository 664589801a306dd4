import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../state/make-folder.ts';
import type { StoredRecord } from '../state/record-table.ts';
import { appendWhole } from './append-whole.ts';
import { exportLine, readExportLine } from './chain.ts';

const CHUNK_BYTES = 1024 * 1024;

/** A file of its own a chain: only its process writes there, so that a torn end can be mended. */
export const mirrorPath = (folder: string, chain: string) => join(folder, `${chain}.jsonl`);

/** Appends records as lines. */
export function appendToMirror(path: string, records: Iterable<StoredRecord>): void {
  makeFolder(dirname(path));
  let text = '';
  const write = () => {
    if (text !== '') appendWhole(path, text);
    text = '';
  };
  for (const { body, hash } of records) {
    text += `${exportLine(body, hash)}\n`;
    if (text.length > CHUNK_BYTES) write();
  }
  write();
}

/** Cuts what follows the last whole line of a dead chain's mirror; says what that line's number is. */
export function repairMirror(path: string): { lastSeq: number; cutBytes: number } {
  if (!existsSync(path)) return { lastSeq: 0, cutBytes: 0 };
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) truncateSync(path, end);
  const start = end === 0 ? 0 : bytes.lastIndexOf(0x0a, end - 2) + 1;
  const last = readExportLine(bytes.toString('utf8', start, Math.max(start, end - 1)));
  return { lastSeq: last?.seq ?? 0, cutBytes: bytes.length - end };
}
