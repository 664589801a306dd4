import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crawlInPlace } from './crawl-in-place.ts';
import type { CrawlPlace } from './crawl-server.ts';

test('the cache serves the next servers too, and is thrown away before it fills the disk', async () => {
  const root = await mkdtemp(join(tmpdir(), 'toolwarden-place-'));
  const mark = join(root, 'cache-0', 'mark');
  let thrownAway = 0;
  for (let server = 0; server < 250; server++) {
    await crawlInPlace(
      root,
      0,
      { id: 'npm:notes' },
      {} as Omit<CrawlPlace, 'slot' | 'packageDir' | 'cacheDir'>,
      async (_, { cacheDir }) => {
        if (!existsSync(mark)) thrownAway++;
        await mkdir(cacheDir, { recursive: true });
        await writeFile(mark, '');
        return undefined;
      },
    );
  }
  await rm(root, { recursive: true });
  // The first server finds none either.
  expect(thrownAway).toBe(3);
});
