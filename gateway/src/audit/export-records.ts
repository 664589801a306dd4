import type { AuditReader } from './audit-reader.ts';
import { exportLine, readExportLine } from './chain.ts';
import { linesOfFile } from './lines-of-file.ts';
import { mergeRecords, type TimedLine } from './merge-records.ts';

/** Which records: of one chain, and from a time on. */
export type RecordFilter = { chain?: string; since?: number };

/** Lines of a store's audit, in the order in which they were written. */
export function* exportStore(reader: AuditReader, filter: RecordFilter): Generator<string> {
  const { since = Number.NEGATIVE_INFINITY } = filter;
  const chains = reader.chains().filter(({ name }) => [name, undefined].includes(filter.chain));
  const wanted = new Set(chains.map(({ number }) => number));
  const begun = new Set<number>();
  for (const { chain, at, body, hash } of reader.from(0)) {
    // Once begun nothing of a chain is left out, or the rest could not be verified.
    if (at >= since) begun.add(chain);
    if (begun.has(chain) && wanted.has(chain)) yield exportLine(body, hash);
  }
}

/** Joins exported files by time; what is no record is left out here, and found by verifying. */
export function mergeFiles(files: readonly string[]): Iterable<string> {
  return mergeRecords(files.map(fileLines));
}

function* fileLines(file: string): Generator<TimedLine> {
  let at = 0;
  for (const line of linesOfFile(file)) {
    const record = readExportLine(line);
    if (record === undefined) continue;
    at = Number((JSON.parse(record.body) as { at?: unknown }).at) || at;
    yield { at, line };
  }
}
