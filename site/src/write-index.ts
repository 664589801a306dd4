import { join } from 'node:path';
import { close, createIndex } from 'pagefind';
import type { CatalogueView } from './lib/catalogue-view.ts';
import { searchRecord } from './lib/search-record.ts';
import { SiteError } from './lib/site-error.ts';

/** Makes the search index from records of our own: reading the pages would cost five times the memory and bytes. */
export async function writeIndex(
  { tools }: CatalogueView,
  outDir: string,
  signal?: AbortSignal,
): Promise<void> {
  const { index, errors } = await createIndex({ forceLanguage: 'en', writePlayground: false });
  if (index === undefined) throw failure(errors);
  try {
    for (const ref of tools) {
      signal?.throwIfAborted();
      const added = await index.addCustomRecord(searchRecord(ref));
      if (added.errors.length > 0) throw failure(added.errors);
    }
    const written = await index.writeFiles({ outputPath: join(outDir, 'pagefind') });
    if (written.errors.length > 0) throw failure(written.errors);
  } finally {
    await index.deleteIndex();
    await close();
  }
}

function failure(errors: readonly string[]): SiteError {
  return new SiteError('index-failed', `the search index could not be made: ${errors.join('; ')}`);
}
