import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serverSearchRecord } from './lib/search-record.ts';
import { readCatalogue } from './testing/read-catalogue.ts';
import { writeIndex } from './write-index.ts';

const FIXTURES = join(import.meta.dirname, '../../catalogue/fixtures');

test('S1: half a character in a description does not end the build', async () => {
  const { entries } = await readCatalogue(FIXTURES);
  const [first, ...others] = entries.map(serverSearchRecord);
  if (first === undefined) throw new Error('no fixtures');
  const cut = { ...first, content: 'cut \ud83d', meta: { title: '\udc00' } };
  const folder = await mkdtemp(join(tmpdir(), 'site-index-'));
  try {
    const records = [cut, ...others].map((record) => Buffer.from(JSON.stringify(record)));
    await writeIndex(records, folder);
    expect(await readdir(join(folder, 'pagefind'))).toContain('pagefind.js');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
