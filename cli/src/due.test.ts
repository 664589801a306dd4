import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrawlOutcome, CrawlReason, ServerSource } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dueSources } from './due.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-11-01T00:00:00.000Z');
const source: ServerSource = { id: 'npm:notes', version: '1.0.0' };
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-due-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Writes runs on the given days, each with one outcome of the server. */
async function crawledOn(
  days: [day: number, outcome: CrawlOutcome][],
  reason?: CrawlReason,
  id: ServerSource['id'] = 'npm:notes',
) {
  const store = openStore(dir);
  for (const [day, outcome] of days) {
    const at = new Date(START + day * DAY_MS).toISOString();
    await store.writeCrawlRun({
      startedAt: at,
      endedAt: at,
      ending: 'completed',
      counts: { servers: 1, complete: 0, partial: 0, failed: 0, tools: 0 },
      failuresByReason: {},
      versions: {},
      servers: [
        {
          id,
          version: '1.0.0',
          outcome,
          ...(reason && { reason }),
          tools: 0,
          durationMs: 1,
        },
      ],
    });
  }
  return async (day: number, wanted = source, since?: number) =>
    (await dueSources([wanted], store, START + day * DAY_MS, since)).length === 1;
}

test('a server that was never crawled is due', async () => {
  expect(await (await crawledOn([]))(0)).toBe(true);
});

test('a listing is due again after a week', async () => {
  const isDue = await crawledOn([[0, 'complete']]);
  expect([await isDue(6.9), await isDue(7)]).toEqual([false, true]);
});

test('a measure from names alone says nothing of when a server is due', async () => {
  const isDue = await crawledOn([[0, 'complete']]);
  const store = openStore(dir);
  const [run] = (await store.readCrawlRuns()).items;
  const at = new Date(START + 5 * DAY_MS).toISOString();
  if (run === undefined) throw new Error('there is no run');
  await store.writeCrawlRun({ ...run, startedAt: at, endedAt: at, isFromNamesAlone: true });
  expect([await isDue(6.9), await isDue(7)]).toEqual([false, true]);
});

test('a failed server waits one day, then two, then four, and success forgets that', async () => {
  expect(await (await crawledOn([[0, 'failed']]))(1)).toBe(true);
  const isDue = await crawledOn([
    [0, 'failed'],
    [1, 'failed'],
    [3, 'failed'],
  ]);
  expect([await isDue(6.9), await isDue(7)]).toEqual([false, true]);
  const afterSuccess = await crawledOn([
    [0, 'failed'],
    [1, 'failed'],
    [3, 'complete'],
    [10, 'failed'],
  ]);
  expect(await afterSuccess(11)).toBe(true);
});

test('another version than the one last tried is due at once', async () => {
  const isDue = await crawledOn([[0, 'failed']]);
  expect(await isDue(0.1, { ...source, version: '1.0.1' })).toBe(true);
});

test.for(['unreachable', 'disk-full', 'no-sandbox'] as const)(
  'a crawl that failed for want of our own (%s) does not count',
  async (reason) => {
    const isDue = await crawledOn([[0, 'failed']], reason);
    expect(await isDue(0.1)).toBe(true);
  },
);

test('runs from before the working copy was made do not count', async () => {
  const isDue = await crawledOn([[0, 'complete']]);
  expect(await isDue(1, source, START + 1)).toBe(true);
});

test('a remote server that cannot be reached waits a day, however often that was so', async () => {
  const remote: ServerSource = { id: 'url:mcp.acme.dev/mcp', version: '1.0.0' };
  const days = [0, 1, 2, 3].map((day): [number, CrawlOutcome] => [day, 'failed']);
  const isDue = await crawledOn(days, 'unreachable', remote.id);
  expect([await isDue(3.9, remote), await isDue(4, remote)]).toEqual([false, true]);
});
