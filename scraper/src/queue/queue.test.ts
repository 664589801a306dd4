import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerSource } from '@toolwarden/catalogue';
import { openStore, type Store } from '@toolwarden/catalogue/store';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../fixtures/free-port.ts';
import { type FixturePackage, startRegistry } from '../../fixtures/loopback-registry.ts';
import { needs } from '../../fixtures/needs.ts';
import { startRedis } from '../../fixtures/start-redis.ts';
import { laneName, PREFIX } from './crawl-queue.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, `../../fixtures/servers/${name}.mjs`), 'utf8');
const ids = Array.from({ length: 12 }, (_, index) => `queued-${index}`);
const packages = ids.map(
  (name): FixturePackage => ({
    name,
    version: '1.0.0',
    manifest: { bin: 'index.mjs' },
    files: {
      // Slow enough to be met in the middle of its work.
      'index.mjs': `#!/usr/bin/env node\nawait new Promise((go) => setTimeout(go, 400));\n${fixture('plain')}`,
      'speak.mjs': fixture('speak'),
    },
  }),
);
const describeQueue = await needs('bubblewrap', 'redis-server');

describeQueue('a crawl by queue and workers', () => {
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let store: Store;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    registry = await startRegistry(packages);
  });
  afterAll(() => registry.close());
  beforeEach(async () => {
    redis = await startRedis();
    store = openStore(await mkdtemp(join(tmpdir(), 'toolwarden-queue-')));
    for (const name of ids) await store.writeSource({ id: `npm:${name}` } as ServerSource);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await redis.close();
    await rm(store.dir, { recursive: true, maxRetries: 20 });
  });

  const start = (...args: string[]) => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../../../cli/bin/toolwarden.js'), ...args],
      {
        env: { ...process.env, npm_config_registry: registry.url },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    children.push(child);
    const [out, err]: [string[], string[]] = [[], []];
    createInterface(child.stdout).on('line', (line) => out.push(line));
    createInterface(child.stderr).on('line', (line) => err.push(line));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, out, err, ended };
  };
  // A worker that hears nothing for so long on a busy machine would be taken for dead, and its servers crawled twice.
  const worker = (...more: string[]) =>
    start('worker', '--redis', redis.url, '--stalled-after', '60s', '--json', ...more);
  const mortal = (...more: string[]) => worker('--stalled-after', '5s', ...more);
  const queue = (...more: string[]) =>
    start('queue', '--redis', redis.url, '--data', store.dir, '--json', ...more);
  const servers = (lines: string[]) => lines.map((line) => JSON.parse(line).server).sort();
  const wanted = ids.map((name) => `npm:${name}`).sort();

  /** Waits until a worker is in the middle of a server. */
  const untilBusy = async ({ child }: { child: ChildProcess }) => {
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    const lane = new Queue(laneName('npm'), { connection, prefix: PREFIX });
    await expect
      .poll(
        async () => {
          const active = (await lane.getJobs(['active'])) as { processedBy?: string }[];
          return active.some(({ processedBy }) => processedBy?.endsWith(`-${child.pid}`));
        },
        { timeout: 60_000, interval: 20 },
      )
      .toBe(true);
    await lane.close();
    connection.disconnect();
  };

  test('every server stands in the result once, though one of three workers is killed in the middle of one', {
    timeout: 300_000,
  }, async () => {
    const [doomed] = [mortal('--concurrency', '1'), mortal(), mortal()];
    const planned = queue();
    await untilBusy(doomed as ReturnType<typeof worker>);
    doomed?.child.kill('SIGKILL');
    expect(await planned.ended).toBe(0);
    expect(servers(planned.out)).toEqual(wanted);
    const { items: runs } = await store.readCrawlRuns();
    expect(runs).toMatchObject([
      { ending: 'completed', counts: { servers: 12, complete: 12, failed: 0, tools: 24 } },
    ]);
    expect(runs[0]?.servers.map(({ id }) => id)).toEqual(wanted);
    expect((await store.readServers()).items).toHaveLength(12);
    // Nothing is due any more, and nothing is left in Redis.
    expect(await queue().ended).toBe(0);
    const left = new Redis(redis.url);
    expect((await left.keys(`${PREFIX}:crawl-npm:*`)).filter((key) => /:\w{40}/.test(key))).toEqual(
      [],
    );
    left.disconnect();
  });

  test('a killed queue goes on: what was answered meanwhile is collected, and nothing is crawled twice', {
    timeout: 300_000,
  }, async () => {
    const first = queue();
    const crawling = worker('--metrics', '127.0.0.1:0');
    await expect.poll(() => first.out.length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
    const url = crawling.err.find((line) => line.startsWith('metrics: '))?.slice(9) ?? '';
    const metrics = await (await fetch(url)).text();
    expect(metrics).toMatch(/toolwarden_waiting_servers\{state="waiting"\} [1-9]/);
    expect(metrics).toMatch(
      /toolwarden_crawled_servers_total\{outcome="complete",reason=""\} [1-9]/,
    );
    first.child.kill('SIGKILL');
    await first.ended;
    const second = queue();
    expect(await second.ended).toBe(0);
    crawling.child.kill('SIGTERM');
    expect(await crawling.ended).toBe(0);
    expect(servers(crawling.out)).toEqual(wanted);
    const { items: runs } = await store.readCrawlRuns();
    expect(runs.flatMap((run) => run.servers.map(({ id }) => id)).sort()).toEqual(wanted);
  });

  test('a worker that is asked to stop gives back what it cannot finish, without counting a try', {
    timeout: 300_000,
  }, async () => {
    const planned = queue('--attempts', '1');
    const stopped = worker('--grace', '1s', '--concurrency', '4');
    await untilBusy(stopped);
    stopped.child.kill('SIGTERM');
    expect(await stopped.ended).toBe(0);
    worker();
    expect(await planned.ended).toBe(0);
    expect((await store.readCrawlRuns()).items[0]?.counts).toMatchObject({ complete: 12 });
  });

  test('what fails for want of the registry is tried again, and told at last', {
    timeout: 300_000,
  }, async () => {
    await rm(join(store.dir, 'sources'), { recursive: true, maxRetries: 20 });
    await store.writeSource({ id: 'npm:queued-0' });
    const port = await freePort();
    const offline = spawn(
      process.execPath,
      [join(import.meta.dirname, '../../../cli/bin/toolwarden.js'), 'worker', '--redis', redis.url],
      { env: { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/` } },
    );
    children.push(offline);
    const planned = queue('--attempts', '2', '--backoff', '1s');
    expect(await planned.ended).toBe(0);
    expect(planned.out.map((line) => JSON.parse(line))).toMatchObject([
      { server: 'npm:queued-0', outcome: 'failed', reason: 'unreachable' },
    ]);
  });

  test('a schedule in Redis repeats, and ends with 0 when it is asked to', {
    timeout: 300_000,
  }, async () => {
    await rm(join(store.dir, 'sources'), { recursive: true, maxRetries: 20 });
    const planned = queue('--every', '* * * * * *');
    await expect
      .poll(() => planned.err.filter((line) => line.includes('servers are due')).length, {
        timeout: 100_000,
      })
      .toBeGreaterThan(2);
    planned.child.kill('SIGTERM');
    expect(await planned.ended).toBe(0);
  });

  test('a Redis that is away or throws keys out is one line and exit code 2', async () => {
    const nobody = `redis://user:secret@127.0.0.1:${await freePort()}`;
    const away = start('worker', '--redis', nobody);
    expect(await away.ended).toBe(2);
    expect(away.err).toEqual([expect.stringMatching(/Redis at redis:\/\/127.* cannot be used/)]);
    expect(away.err[0]).not.toContain('secret');
    const evicting = await startRedis('--maxmemory-policy', 'allkeys-lru');
    const refused = start('queue', '--redis', evicting.url, '--data', store.dir);
    expect(await refused.ended).toBe(2);
    expect(refused.err).toEqual([expect.stringMatching(/maxmemory-policy noeviction$/)]);
    await evicting.close();
  });
});
