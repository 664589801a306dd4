// Rows of the crawler's faults that need several servers at once, or the whole way from a server to its record. Those of one
// server alone are in introspect.test.ts.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@toolwarden/catalogue/store';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { commandLines } from '../fixtures/command-lines.ts';
import { copyServers } from '../fixtures/copy-servers.ts';
import { needs } from '../fixtures/needs.ts';
import { diagnose } from './diagnose.ts';
import { introspect } from './introspect.ts';
import { type CrawlLimits, defaultLimits } from './limits.ts';
import { chooseSandbox } from './sandbox/choose-sandbox.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

const MIB = 1024 ** 2;
const describeSandboxed = await needs('bubblewrap');

describeSandboxed('faults of servers', () => {
  let sandbox: Sandbox;
  let packageDir: string;
  beforeAll(async () => {
    sandbox = await chooseSandbox({ unsafeNoSandbox: false });
    packageDir = copyServers();
  });
  afterAll(() => rm(packageDir, { recursive: true, force: true, maxRetries: 20 }));
  afterEach(() => void vi.useRealTimers());

  const start = (
    fixture: string,
    args: string[] = [],
    { slot = 5, ...limits }: Partial<CrawlLimits> & { slot?: number } = {},
  ) =>
    introspect(
      {
        argv: ({ node, package: dir }) => [node, `${dir}/${fixture}.mjs`],
        args,
        env: {},
        files: {},
      },
      { sandbox, slot, packageDir },
      { ...defaultLimits, ...limits },
    );
  const names = ({ listing }: Awaited<ReturnType<typeof start>>) =>
    listing?.tools.map(({ name }) => name);
  const plain = ['write_note', 'read_note'];

  test('CR1 CR2: one that hangs and ignores SIGTERM is gone at its deadline, and its neighbour lists', async () => {
    const mark = `hangs-${process.pid}-${Date.now()}`;
    const [hung, neighbour] = await Promise.all([
      start('hangs', [mark], { startMs: 500 }),
      start('plain', [], { slot: 6 }),
    ]);
    expect(diagnose(hung).reason).toBe('timeout');
    expect(names(neighbour)).toEqual(plain);
    expect(commandLines()).not.toContain(mark);
  });

  test('CR3: of fifty detached children none survives', async () => {
    const mark = `faults-${process.pid}-${Date.now()}`;
    expect(names(await start('daemons', [mark], { processes: 200 }))).toEqual(['leave']);
    expect(commandLines()).not.toContain(mark);
  });

  test('CR4: a fork bomb is stopped; crawler and neighbour do not notice', {
    timeout: 300_000,
  }, async () => {
    const before = process.memoryUsage().rss;
    const bomb = start('forks', [], { processes: 24, startMs: 100_000 });
    const neighbour = await start('plain', [], { slot: 6 });
    expect(names(neighbour)).toEqual(plain);
    const stopped = await bomb;
    expect(stopped.listing).toBeUndefined();
    expect(stopped.exceeded).toBe('more than 24 processes');
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * MIB);
    await expect.poll(() => commandLines(), { timeout: 100_000 }).not.toContain('f() { f & f &');
  });

  test.for(['lines', 'stderr'])(
    'CR5: a flood of %s leaves the event loop alive and the memory small',
    async (way) => {
      const before = process.memoryUsage().rss;
      let turns = 0;
      const ticking = setInterval(() => turns++, 10);
      await start('floods', [way], { stdoutBytes: 32 * MIB });
      clearInterval(ticking);
      expect(turns).toBeGreaterThan(3);
      expect(process.memoryUsage().rss - before).toBeLessThan(300 * MIB);
    },
  );

  test('CR6: a line without an end is cut at the limit, and no more of it is kept', async () => {
    const before = process.memoryUsage().rss;
    const attempt = await start('floods', ['one-line'], {
      lineBytes: 32 * MIB,
      stdoutBytes: 1024 * MIB,
    });
    expect(attempt.exceeded).toBe('line over 33554432 bytes');
    expect(process.memoryUsage().rss - before).toBeLessThan(3 * 32 * MIB);
  });

  const ends = ['exits-0', 'half-an-answer', 'segfaults'];
  test.for(ends.flatMap((way) => [0, 1, 2, 3].map((pages) => [way, pages] as const)))(
    'CR13: one that %s after %i pages is a part of exactly these, never whole',
    async ([way, pages]) => {
      const attempt = await start('dies-at', [`${pages}`, way]);
      expect(names(attempt) ?? []).toEqual(
        Array.from({ length: pages }, (_, page) => `page_${page}`),
      );
      expect(attempt.listing?.stoppedBy?.cause ?? 'error').toBe('error');
      expect(diagnose(attempt).reason).toBe(way === 'segfaults' ? 'crashed' : 'silent-exit');
    },
  );

  test('CR28: a clock that jumps by a day while a server hangs changes nothing', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const jumps = [1, -2, 1].map((days, index) =>
      setTimeout(() => vi.setSystemTime(Date.now() + days * 86_400_000), 200 * (index + 1)),
    );
    const [hung, slow] = await Promise.all([
      start('hangs', [], { startMs: 1500 }),
      start('plain', [], { slot: 6 }),
    ]);
    for (const jump of jumps) clearTimeout(jump);
    expect(diagnose(hung).reason).toBe('timeout');
    expect(names(slow)).toEqual(plain);
  });
});

test('CR27: of two crawlers of one folder the second is refused, and no server is crawled twice', {
  timeout: 300_000,
}, async () => {
  const root = await mkdtemp(join(tmpdir(), 'toolwarden-two-'));
  const [data, log] = [join(root, 'data'), join(root, 'log')];
  await writeFile(log, '');
  const child = () =>
    new Promise<[number | null, string]>((resolve) => {
      const one = spawn(process.execPath, [
        join(import.meta.dirname, '../sweeps/fake-crawl.ts'),
        ...[data, '400', 'first', log],
      ]);
      let words = '';
      one.stderr.on('data', (text) => {
        words += text;
      });
      one.once('close', (code) => resolve([code, words]));
    });
  const ended = await Promise.all([child(), child()]);
  const [first, second] = ended.sort(([a], [b]) => (a ?? 9) - (b ?? 9));
  expect(first?.[0]).toBe(0);
  expect(second?.[1]).toContain('is being crawled by process');
  const started = (await readFile(log, 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('start'));
  expect(new Set(started).size).toBe(started.length);
  expect((await openStore(data).readCrawlRuns()).items).toHaveLength(1);
  await rm(root, { recursive: true, maxRetries: 20 });
});
