import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { type BuildResult, buildSite } from '../build.ts';
import { launchChromium } from './chromium.ts';
import { serveForTest } from './static-server.ts';

/** A site as the tests of a file find it once they run. */
export type BuiltSite = {
  url: string;
  /** Where its files lie. */
  dir: string;
  /** What the build said of the data. */
  problems: BuildResult['problems'];
  browser: Browser;
};

/**
 * Builds and serves a site once for the tests that follow, starts a browser, and ends it all after them. `dataIn` makes
 * the data in a new folder, and says where they lie.
 */
export function builtSite(dataIn: (folder: string) => Promise<string>): BuiltSite {
  const built = {} as BuiltSite;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'site-test-'));
    ends.push(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }));
    const dir = join(folder, 'site');
    const { problems } = await buildSite({ dataDir: await dataIn(folder), outDir: dir });
    const server = await serveForTest(dir);
    ends.push(server.close);
    const browser = await launchChromium();
    ends.push(() => browser.close());
    Object.assign(built, { url: server.url, dir, problems, browser });
  }, 600_000);
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });
  return built;
}
