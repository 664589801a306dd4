import type { AuditReader } from './audit-reader.ts';
import { exportLine } from './chain.ts';

/** Lines of the latest records, the oldest first, and then whatever is written. */
export type RecordTail = {
  /** What was written since the last time this was asked; the first time, the latest so many. */
  next(): string[];
};

/** Follows the end of a store's audit. */
export function tailRecords(reader: AuditReader, count: number): RecordTail {
  let seen = Math.max(0, reader.lastId() - count);
  return {
    next() {
      const lines: string[] = [];
      for (const { id, body, hash } of reader.from(seen + 1)) {
        seen = id;
        lines.push(exportLine(body, hash));
      }
      return lines;
    },
  };
}
