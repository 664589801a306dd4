import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerRecord, ServerSource } from '@toolwarden/catalogue';
import { type CrawlPlace, crawlServer } from './crawl-server.ts';

/** Crawls one server in the folders of one slot below `root`, and leaves nothing of it behind but npm's cache. */
export async function crawlInPlace(
  root: string,
  slot: number,
  source: ServerSource,
  shared: Omit<CrawlPlace, 'slot' | 'packageDir' | 'cacheDir'>,
  listServer: typeof crawlServer = crawlServer,
): Promise<ServerRecord | undefined> {
  const packageDir = join(root, `package-${slot}`);
  try {
    return await listServer(source, {
      ...shared,
      slot,
      packageDir,
      cacheDir: join(root, `cache-${slot}`),
    });
  } finally {
    await rm(packageDir, { recursive: true, force: true });
  }
}
