import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { linkHash } from '../audit/chain.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Held } from './held-table.ts';
import type { NewRecord } from './record-table.ts';

/** A record with all that its row in the store will say. */
export type LoggedRecord = { id: number; record: NewRecord; chargedAt: number | null };

/**
 * The records of the last moment, in a file of their own, until they are written to the store together. A line of it is
 * there once it was written, whatever becomes of the process: as much as SQLite's own log promises without waiting for the disk.
 */
export type CallLog = {
  /** So much was appended since the last `rewind`. */
  readonly bytes: number;
  /** Writes a record behind the last one; false where the disk took less than all of it. */
  append(id: number, record: NewRecord, chargedAt: number | null): boolean;
  /** What was appended is in the store: the next line is written over the first. */
  rewind(): void;
  /** Whether the name still leads to the file that was opened. */
  isThere(): boolean;
  close(): void;
};

/** Opens the log of a state folder to write, under the name by which the store knows who does. */
export function openCallLog(path: string, by: string): CallLog {
  // Lines are written over older ones, whose ends then stand behind them: neither cut nor appended to.
  const file = openSync(path, 'a+', 0o600);
  closeSync(file);
  const log = openSync(path, 'r+');
  const opened = statSync(path);
  let at = 0;
  return {
    get bytes() {
      return at;
    },
    append(id, record, chargedAt) {
      const line = `${by} ${lineOf(id, record, chargedAt)}`;
      const bytes = Buffer.byteLength(line);
      if (writeSync(log, line, at) < bytes) return false;
      at += bytes;
      return true;
    },
    rewind() {
      at = 0;
    },
    isThere() {
      const now = statSync(path, { throwIfNoEntry: false });
      return now?.ino === opened.ino && now.dev === opened.dev;
    },
    close: () => closeSync(log),
  };
}

/**
 * What a log holds of the one who holds the store, each record behind the one before it: up to the line that was not
 * written whole, or that is left of an earlier time. That may be one that the store knows nothing of: an older copy of it
 * counts on from where it stood, so that numbers alone do not tell.
 */
export function readCallLog(path: string, { by, from }: Held): LoggedRecord[] {
  const found: LoggedRecord[] = [];
  const start = `${by} `;
  for (const line of linesOf(path)) {
    const record = line.startsWith(start) ? recordIn(line.slice(start.length)) : undefined;
    if (record === undefined || record.id !== from + found.length) break;
    found.push(record);
  }
  return found;
}

function lineOf(
  id: number,
  { chain, link, at, openFrom = id }: NewRecord,
  chargedAt: number | null,
): string {
  const places = `${id} ${chain} ${link.seq} ${Math.trunc(at)} ${chargedAt ?? '-'} ${openFrom}`;
  return `${places} ${link.hash} ${link.body}\n`;
}

function linesOf(path: string): string[] {
  try {
    // What follows the last end of a line was not written whole.
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new GatewayError(
      'state-unavailable',
      `${path}: may hold the last calls and cannot be read (${message}); let its user read it, or restore it`,
      { cause: error },
    );
  }
}

const LINE = /^(\d+) (\d+) (\d+) (-?\d+) (-|-?\d+) (\d+) ([0-9a-f]{64}) (\{.*\})$/;

function recordIn(line: string): LoggedRecord | undefined {
  const [, id, chain, seq, at, chargedAt, openFrom, hash = '', body = ''] = LINE.exec(line) ?? [];
  if (id === undefined || linkHash(body) !== hash) return undefined;
  return {
    id: Number(id),
    record: {
      chain: Number(chain),
      link: { seq: Number(seq), body, hash },
      at: Number(at),
      openFrom: Number(openFrom),
    },
    chargedAt: chargedAt === '-' ? null : Number(chargedAt),
  };
}
