import type { AuditReader } from './audit-reader.ts';
import { exportLine } from './chain.ts';

/** Lines of the latest records, the oldest first, and then whatever is written. */
export type RecordTail = {
  /** What was written since the last time this was asked; the first time, the latest so many. */
  next(): string[];
};

/** Follows the end of a store's audit. */
export function tailRecords(reader: AuditReader, count: number): RecordTail {
  const seen = new Map<number, number>();
  let isFirst = true;
  return {
    next() {
      const fresh = reader.chains().flatMap(({ number }) => {
        const last = reader.lastSeq(number);
        const from = seen.get(number) ?? (isFirst ? Math.max(0, last - count) : 0);
        if (last <= from) return [];
        seen.set(number, last);
        return [...reader.from(number, from + 1)];
      });
      // Stable, so that records of one chain keep their order within a millisecond.
      fresh.sort((a, b) => a.at - b.at);
      const shown = isFirst ? fresh.slice(-count) : fresh;
      isFirst = false;
      return shown.map(({ body, hash }) => exportLine(body, hash));
    },
  };
}
