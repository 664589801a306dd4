import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CatalogueView } from './lib/catalogue-view.ts';
import { namesIndex } from './lib/names-index.ts';

/** Writes the index of names under its hash, and the small file that names it; pages name only that, so none of them changes with it. */
export async function writeNames(catalogue: CatalogueView, outDir: string): Promise<void> {
  const text = namesIndex(catalogue);
  const names = `/search/names.${hash('sha256', text, 'hex').slice(0, 16)}.bin`;
  await mkdir(join(outDir, 'search'), { recursive: true });
  await writeFile(join(outDir, names), await promisify(gzip)(text, { level: 9 }));
  await writeFile(join(outDir, 'search', 'index.json'), `${JSON.stringify({ names })}\n`);
}
