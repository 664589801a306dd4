import { join } from 'node:path';
import { close, createIndex, type PagefindIndex } from 'pagefind';
import type { SearchRecord } from './lib/search-record.ts';
import { SiteError } from './lib/site-error.ts';

// Pagefind's service is one a process, and closing it ends every index in it: so one at a time.
let lastTurn: Promise<unknown> = Promise.resolve();

/** Makes the search index from records of our own, the bytes of their JSON: reading the pages would cost five times the memory and bytes. */
export function writeIndex(
  records: readonly Buffer[],
  outDir: string,
  signal?: AbortSignal,
): Promise<void> {
  const turn = lastTurn.then(() => indexAll(records, outDir, signal));
  lastTurn = turn.catch(() => {});
  return turn;
}

/** What is searched in full: one record a server that is still there, with its tools' words in it, and one an attack. */
export function searchRecords(
  servers: ReadonlyMap<string, { search: Buffer }>,
  attacks: readonly SearchRecord[],
): Buffer[] {
  const records = [...servers.values()].flatMap(({ search }) =>
    search.length > 0 ? [search] : [],
  );
  return [...records, ...attacks.map((record) => Buffer.from(JSON.stringify(record)))];
}

async function indexAll(records: readonly Buffer[], outDir: string, signal?: AbortSignal) {
  const { index, errors } = await createIndex({ forceLanguage: 'en', writePlayground: false });
  if (index === undefined) throw failure(errors);
  try {
    for (const record of records) {
      signal?.throwIfAborted();
      refuse((await index.addCustomRecord(wellFormed(JSON.parse(record.toString())))).errors);
    }
    refuse((await index.writeFiles({ outputPath: join(outDir, 'pagefind') })).errors);
  } finally {
    await endIndex(index);
  }
}

// The indexer refuses half a character, and one that a publisher wrote must not end the build.
function wellFormed(record: SearchRecord): SearchRecord {
  const whole = Object.entries(record.meta).map(([key, text]) => [key, text.toWellFormed()]);
  return { ...record, content: record.content.toWellFormed(), meta: Object.fromEntries(whole) };
}

async function endIndex(index: PagefindIndex): Promise<void> {
  await index.deleteIndex();
  await close();
}

function refuse(errors: readonly string[]): void {
  if (errors.length > 0) throw failure(errors);
}

function failure(errors: readonly string[]): SiteError {
  return new SiteError('index-failed', `the search index could not be made: ${errors.join('; ')}`);
}
