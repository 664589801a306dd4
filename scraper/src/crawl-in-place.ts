import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerRecord, ServerSource } from '@toolwarden/catalogue';
import { type CrawlPlace, crawlServer } from './crawl-server.ts';

/** A cache saves the dependencies that most servers share. Thrown away now and then, it does not fill a disk in weeks. */
const SERVERS_A_CACHE = 100;
const uses = new Map<string, number>();

/** Crawls one server in the folders of one slot below `root`, and leaves nothing of it behind but npm's cache. */
export async function crawlInPlace(
  root: string,
  slot: number,
  source: ServerSource,
  shared: Omit<CrawlPlace, 'slot' | 'packageDir' | 'cacheDir'>,
  listServer: typeof crawlServer = crawlServer,
): Promise<ServerRecord | undefined> {
  const packageDir = join(root, `package-${slot}`);
  const cacheDir = join(root, `cache-${slot}`);
  try {
    return await listServer(source, {
      ...shared,
      slot,
      packageDir,
      cacheDir,
    });
  } finally {
    await rm(packageDir, { recursive: true, force: true });
    const used = (uses.get(cacheDir) ?? 0) + 1;
    uses.set(cacheDir, used % SERVERS_A_CACHE);
    if (used === SERVERS_A_CACHE) await rm(cacheDir, { recursive: true, force: true });
  }
}
