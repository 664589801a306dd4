import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@toolwarden/catalogue/store';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { contentsOf } from './contents-of.ts';
import type { Generation } from './fake-servers.ts';

export type SweepResult = {
  kills: number;
  /** Whole crawls from the seeded catalogue to the end, each cut by several kills. */
  crawls: number;
  /** Servers that were started again because a kill had cut them; at most one a place and kill. */
  startedAgain: number;
  /** Servers crawled again although they were finished: must stay empty. */
  repeated: string[];
  /** Files in which a killed and resumed crawl differs from an uninterrupted one: must stay empty. */
  different: string[];
};

/** Kills a crawl of imagined servers at random moments and resumes it, until it was killed so many times. */
export async function killSweep(options: {
  servers: number;
  kills: number;
  seed: number;
  onCrawl?: (soFar: SweepResult) => void;
}): Promise<SweepResult> {
  const { servers, kills, seed } = options;
  const random = randomFrom(seed);
  const root = await mkdtemp(join(tmpdir(), 'toolwarden-sweep-'));
  const result: SweepResult = {
    kills: 0,
    crawls: 0,
    startedAgain: 0,
    repeated: [],
    different: [],
  };
  try {
    const [seeded, whole] = [join(root, 'seeded'), join(root, 'whole')];
    for (const generation of ['first', 'between'] as const)
      await crawlToEnd(seeded, servers, generation, join(root, 'log'));
    await cp(seeded, whole, { recursive: true });
    const began = performance.now();
    await crawlToEnd(whole, servers, 'second', join(root, 'log'));
    const wholeMs = performance.now() - began;
    const expected = await contentsOf(whole);
    const seededRuns = await completedRuns(seeded);
    while (result.kills < kills) {
      const [dir, log] = [join(root, 'killed'), join(root, 'killed.log')];
      await rm(dir, { recursive: true, force: true, maxRetries: 20 });
      await writeFile(log, '');
      await cp(seeded, dir, { recursive: true });
      // About eight kills a crawl; a tenth falls into the first moments, when the next one takes over.
      let isEnded = false;
      while (result.kills < kills && !isEnded) {
        const afterMs = random() < 0.1 ? random() * 30 : random() * (wholeMs / 4);
        const isKilled = await crawlAndKill(dir, servers, log, afterMs);
        if (isKilled) result.kills++;
        // A kill may come between the end of the run and that of its process: to start once more would be another run.
        isEnded = !isKilled || (await completedRuns(dir)) > seededRuns;
      }
      if (!isEnded) await crawlToEnd(dir, servers, 'second', log);
      await judge(result, expected, await contentsOf(dir), await readFile(log, 'utf8'));
      result.crawls++;
      options.onCrawl?.(result);
    }
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 20 });
  }
  return result;
}

async function completedRuns(dir: string): Promise<number> {
  const { items } = await openStore(dir).readCrawlRuns();
  return items.filter(({ ending }) => ending === 'completed').length;
}

async function judge(
  result: SweepResult,
  expected: Map<string, string>,
  found: Map<string, string>,
  log: string,
): Promise<void> {
  const crawl = `crawl ${result.crawls}`;
  for (const file of new Set([...expected.keys(), ...found.keys()]))
    if (expected.get(file) !== found.get(file)) result.different.push(`${crawl}: ${file}`);
  const started = new Set<string>();
  const done = new Set<string>();
  for (const line of log.split('\n').filter(Boolean)) {
    const [word, id = ''] = line.split(' ');
    if (word === 'done') done.add(id);
    else if (done.has(id)) result.repeated.push(`${crawl}: ${id}`);
    else if (started.has(id)) result.startedAgain++;
    else started.add(id);
  }
}

function start(dir: string, servers: number, generation: Generation, log: string): ChildProcess {
  return spawn(
    process.execPath,
    [join(import.meta.dirname, 'fake-crawl.ts'), dir, `${servers}`, generation, log],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

async function crawlToEnd(dir: string, servers: number, generation: Generation, log: string) {
  const code = await endOf(start(dir, servers, generation, log));
  if (code !== 0) throw new Error(`the crawl ended with ${code}`);
}

/** Whether the crawl was killed before it ended. */
async function crawlAndKill(dir: string, servers: number, log: string, afterMs: number) {
  const child = start(dir, servers, 'second', log);
  const ended = endOf(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  await Promise.race([sleep(afterMs), ended]);
  child.kill('SIGKILL');
  return (await ended) === null;
}

/** Numbers from 0 to 1 that a seed decides, the same on every machine. */
function randomFrom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  // The first numbers of neighbouring seeds are nearly the same.
  for (let skipped = 0; skipped < 20; skipped++) uniformFloat64(generator);
  return () => uniformFloat64(generator);
}
