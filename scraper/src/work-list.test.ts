import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerRecord, ServerSource } from '@toolwarden/catalogue';
import { openStore, type Store } from '@toolwarden/catalogue/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { noServers } from '../sweeps/fake-servers.ts';
import { type CrawlOptions, crawl } from './crawl.ts';
import { openWorkList, readUnfinishedRun } from './work-list.ts';

const targets: ServerSource[] = ['a', 'b', 'c', 'd'].map((name) => ({ id: `npm:${name}` }));
let store: Store;
beforeEach(async () => {
  store = openStore(await mkdtemp(join(tmpdir(), 'toolwarden-work-')));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(store.dir, { recursive: true });
});

const recordOf = (id: ServerSource['id'], more: Partial<ServerRecord> = {}): ServerRecord => ({
  id,
  version: '1.0.0',
  outcome: 'complete',
  configurations: [],
  tools: [],
  ...more,
});

/** Crawls and tells which servers were crawled; `stopAt` aborts in the middle of that one. */
async function crawled(options: Partial<CrawlOptions> & { stopAt?: string } = {}) {
  const ids: string[] = [];
  const abort = new AbortController();
  const run = await crawl({
    store,
    targets,
    sandbox: noServers,
    concurrency: 1,
    signal: abort.signal,
    listServer: async ({ id }) => {
      if (id === options.stopAt) abort.abort();
      if (id === options.stopAt) return undefined;
      ids.push(id);
      return recordOf(id);
    },
    ...options,
  });
  return { run, ids };
}
const runs = async () => (await store.readCrawlRuns()).items;

test('a run that was stopped goes on where it was, and stands in one file', async () => {
  const first = await crawled({ stopAt: 'npm:c' });
  expect(first.ids).toEqual(['npm:a', 'npm:b']);
  const told: unknown[] = [];
  const second = await crawled({ onContinue: (run) => told.push(run) });
  expect(second.ids).toEqual(['npm:c', 'npm:d']);
  expect(told).toEqual([{ startedAt: first.run.startedAt, finished: 2 }]);
  expect(await runs()).toEqual([second.run]);
  expect(second.run).toMatchObject({ ending: 'completed', counts: { servers: 4, complete: 4 } });
});

test('a run that was finished, is about other servers, is a day old, or is begun again, is not gone on with', async () => {
  await crawled();
  expect((await crawled()).ids).toHaveLength(4);
  await crawled({ stopAt: 'npm:c' });
  expect((await crawled({ targets: targets.slice(0, 3) })).ids).toHaveLength(3);
  await crawled({ stopAt: 'npm:c' });
  expect((await crawled({ isAgain: true })).ids).toHaveLength(4);
  await crawled({ stopAt: 'npm:c' });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 3_600_000 });
  expect((await crawled()).ids).toHaveLength(4);
});

test('what failed for want of our own is tried again when the run goes on, other failures are not', async () => {
  const fail = (reason: 'unreachable' | 'crashed') => (id: ServerSource['id']) =>
    recordOf(id, { outcome: 'failed', reason });
  const abort = new AbortController();
  await crawled({
    signal: abort.signal,
    listServer: async ({ id }) => {
      if (id === 'npm:c') abort.abort();
      return id === 'npm:c' ? undefined : fail(id === 'npm:a' ? 'unreachable' : 'crashed')(id);
    },
  });
  expect((await crawled()).ids).toEqual(['npm:a', 'npm:c', 'npm:d']);
});

test('a full disk stops the run at the server that met it, and only that one is crawled again', async () => {
  const full = crawled({
    listServer: async ({ id }) =>
      id === 'npm:b' ? recordOf(id, { outcome: 'failed', reason: 'disk-full' }) : recordOf(id),
    hasLittleRoom: async () => true,
  });
  await expect(full).rejects.toMatchObject({ name: 'ScraperError', code: 'disk-full' });
  expect((await store.readServers()).items.map(({ id }) => id)).toEqual(['npm:a']);
  expect((await crawled()).ids).toEqual(['npm:b', 'npm:c', 'npm:d']);
});

test('a package too large for a disk with room only fails itself', async () => {
  const { run } = await crawled({
    listServer: async ({ id }) =>
      recordOf(id, id === 'npm:b' ? { outcome: 'failed', reason: 'disk-full' } : {}),
    hasLittleRoom: async () => false,
  });
  expect(run.counts).toMatchObject({ servers: 4, complete: 3, failed: 1 });
  expect(run.failuresByReason).toEqual({ 'limit-exceeded': 1 });
});

test('what a killed crawler had finished is filed by the next one, with the time it was finished at', async () => {
  const work = openWorkList(store.dir);
  work.begin(targets, { versions: {} });
  const result = {
    server: 'npm:a' as const,
    version: '1.0.0',
    outcome: 'complete' as const,
    tools: 0,
    help: [],
    durationMs: 5,
  };
  const at = work.finish(0, result, recordOf('npm:a'));
  work.close();
  expect((await store.readServers()).items).toEqual([]);
  expect(readUnfinishedRun(store.dir)).toMatchObject({ endedAt: at, ending: 'interrupted' });
  // Another crawl files it all the same, and writes the killed run down.
  await crawled({ targets: [{ id: 'npm:z' }] });
  expect((await store.readServers()).items.map(({ id }) => id)).toEqual(['npm:a', 'npm:z']);
  expect((await runs()).map(({ ending }) => ending)).toEqual(['interrupted', 'completed']);
  expect(readUnfinishedRun(store.dir)).toBeUndefined();
});

test('a run whose crawler was killed after its last server is not begun anew', async () => {
  const work = openWorkList(store.dir);
  const { startedAt } = work.begin(targets, { versions: {} });
  for (const [position, { id }] of targets.entries()) {
    const result = { server: id, version: '1.0.0', outcome: 'complete', tools: 0 } as const;
    work.finish(position, { ...result, help: [], durationMs: 1 }, recordOf(id));
  }
  work.close();
  const { ids, run } = await crawled();
  expect(ids).toEqual([]);
  expect(run).toMatchObject({ startedAt, ending: 'completed', counts: { complete: 4 } });
  expect(await runs()).toEqual([run]);
});

test('two runs in one second have a file each', async () => {
  for (let index = 0; index < 3; index++) await crawled();
  expect(await runs()).toHaveLength(3);
});

test('CR28: a clock that jumps by a day during a run ends nothing early and nothing late', async () => {
  const day = 24 * 3_600_000;
  const { run, ids } = await crawled({
    listServer: async ({ id }) => {
      const by = { 'npm:a': day, 'npm:b': -2 * day }[id as string] ?? 0;
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + by });
      return recordOf(id);
    },
  });
  expect(ids).toEqual([]);
  expect(run).toMatchObject({ ending: 'completed', counts: { complete: 4 } });
  expect(run.servers.every(({ durationMs }) => durationMs < 60_000)).toBe(true);
});

test('a damaged work list is one line that names the file, and the folder stays as it is', async () => {
  await writeFile(
    join(store.dir, '.crawl-work.sqlite'),
    'no database at all, but long enough'.repeat(200),
  );
  await expect(crawled()).rejects.toMatchObject({
    name: 'ScraperError',
    code: 'work-list',
    message: expect.stringMatching(/\.crawl-work\.sqlite is damaged .*; delete it/),
  });
  expect(await readdir(store.dir)).toEqual(['.crawl-work.sqlite']);
});
