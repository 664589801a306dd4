import type { AuditReader } from './audit-reader.ts';
import { exportLine, readExportLine } from './chain.ts';
import { linesOfFile } from './lines-of-file.ts';
import { mergeRecords, type TimedLine } from './merge-records.ts';

/** Which records: of one chain, and from a time on. */
export type RecordFilter = { chain?: string; since?: number };

/** Lines of a store's audit: chain after chain, or by time. */
export function exportStore(
  reader: AuditReader,
  filter: RecordFilter & { isByTime?: boolean },
): Iterable<string> {
  const streams = reader
    .chains()
    .filter(({ name }) => filter.chain === undefined || name === filter.chain)
    .map(({ number }) => storeLines(reader, number, filter.since ?? Number.NEGATIVE_INFINITY));
  return filter.isByTime ? mergeRecords(streams) : concatenated(streams);
}

/** Joins exported files by time; what is no record is left out here, and found by verifying. */
export function mergeFiles(files: readonly string[]): Iterable<string> {
  return mergeRecords(files.map(fileLines));
}

function* storeLines(reader: AuditReader, chain: number, since: number): Generator<TimedLine> {
  let hasBegun = false;
  for (const { at, body, hash } of reader.from(chain, 0)) {
    // Once begun nothing is left out, or the rest could not be verified.
    hasBegun ||= at >= since;
    if (hasBegun) yield { at, line: exportLine(body, hash) };
  }
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

function* concatenated(streams: Iterable<TimedLine>[]): Generator<string> {
  for (const stream of streams) for (const { line } of stream) yield line;
}
