import { join } from 'node:path';
import { close, createIndex, type PagefindIndex } from 'pagefind';
import { attackRecord } from './lib/attack-record.ts';
import type { CatalogueView } from './lib/catalogue-view.ts';
import { serverSearchRecord, toolRecord } from './lib/search-record.ts';
import { SiteError } from './lib/site-error.ts';

// Pagefind's service is one a process, and closing it ends every index in it: so one at a time.
let lastTurn: Promise<unknown> = Promise.resolve();

/** Makes the search index from records of our own: reading the pages would cost five times the memory and bytes. */
export function writeIndex(
  catalogue: CatalogueView,
  outDir: string,
  signal?: AbortSignal,
): Promise<void> {
  const turn = lastTurn.then(() => indexAll(catalogue, outDir, signal));
  lastTurn = turn.catch(() => {});
  return turn;
}

async function indexAll(catalogue: CatalogueView, outDir: string, signal?: AbortSignal) {
  const { entries, tools, attackEntries } = catalogue;
  const present = entries.filter(({ record }) => record.isGone !== true);
  const records = [
    ...tools.map(toolRecord),
    ...present.map(serverSearchRecord),
    ...attackEntries.map(attackRecord),
  ];
  const { index, errors } = await createIndex({ forceLanguage: 'en', writePlayground: false });
  if (index === undefined) throw failure(errors);
  try {
    for (const record of records) {
      signal?.throwIfAborted();
      refuse((await index.addCustomRecord(record)).errors);
    }
    refuse((await index.writeFiles({ outputPath: join(outDir, 'pagefind') })).errors);
  } finally {
    await endIndex(index);
  }
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
