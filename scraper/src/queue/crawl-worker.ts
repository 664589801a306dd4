import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { crawlInPlace } from '../crawl-in-place.ts';
import { type CrawlResult, isOurs, resultOf } from '../crawl-result.ts';
import { blameForRoom } from '../disk-room.ts';
import { temporaryPrefix } from '../leftovers.ts';
import { type CrawlLimits, defaultLimits } from '../limits.ts';
import { readRegistrySettings } from '../npm/registry-settings.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { type CrawlJob, depthOf, jobSchema, laneName, lanes, PREFIX } from './crawl-queue.ts';

/** How often a job may be taken over from a worker that died before the server counts as one that kills workers. */
const MOST_STALLS = 3;

export type CrawlWorkerOptions = {
  connection: Redis;
  sandbox: Sandbox;
  concurrency: number;
  /** A job of a worker that is silent for so long goes to another one. */
  stalledMs: number;
  /** How long servers that are being crawled may go on after `signal`; then they go back to the queue. */
  graceMs: number;
  signal: AbortSignal;
  onResult?: (result: CrawlResult) => void;
  /** Gives the reading of how much waits, for metrics. */
  onReady?: (depth: () => Promise<Record<string, number>>) => void;
  limits?: Partial<CrawlLimits>;
};

/** Crawls what waits in the queue, some servers at once, until it is asked to stop. */
export async function runCrawlWorker(options: CrawlWorkerOptions): Promise<void> {
  const { connection, sandbox, concurrency, stalledMs, graceMs, signal } = options;
  const root = await mkdtemp(temporaryPrefix('crawl'));
  await chmod(root, 0o755);
  const settings = await readRegistrySettings();
  const limits = { ...defaultLimits, ...options.limits };
  const slots = slotPool(concurrency);
  const giveUp = new AbortController();

  const crawlJob = async (job: CrawlJob, token: string | undefined) => {
    const { source, earlier } = jobSchema.parse(job.data);
    const slot = await slots.take();
    try {
      const began = performance.now();
      const shared = { sandbox, settings, limits, signal: giveUp.signal, earlier };
      const crawled = giveUp.signal.aborted
        ? undefined
        : await crawlInPlace(root, slot, source, shared);
      if (crawled === undefined) {
        // Back to the queue without counting as a try: it was we who stopped.
        await job.moveToDelayed(Date.now(), token);
        throw new DelayedError();
      }
      const { record } = await blameForRoom(crawled);
      const durationMs = Math.round(performance.now() - began);
      const isLast = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
      if (isOurs(record.reason) && !isLast) throw new Error(`${record.reason}: ${record.detail}`);
      options.onResult?.(resultOf(record, durationMs));
      return { record, durationMs };
    } finally {
      slots.giveBack(slot);
    }
  };

  const workers = lanes.map(
    (lane) =>
      new Worker(laneName(lane), crawlJob, {
        connection,
        prefix: PREFIX,
        name: `${hostname()}-${process.pid}`,
        concurrency,
        lockDuration: stalledMs,
        stalledInterval: stalledMs,
        maxStalledCount: MOST_STALLS,
      }),
  );
  const queues = lanes.map((lane) => new Queue(laneName(lane), { connection, prefix: PREFIX }));
  // The connection tells its own trouble; without a listener an error would end the process.
  for (const worker of workers) worker.on('error', () => {});
  for (const queue of queues) queue.on('error', () => {});
  options.onReady?.(() => depthOf(queues));
  try {
    await untilAborted(signal);
    // No new jobs; those at work may end by themselves for a while.
    const closing = Promise.all(workers.map((worker) => worker.close()));
    const grace = new AbortController();
    await Promise.race([
      closing,
      sleep(graceMs, undefined, { signal: grace.signal }).catch(() => {}),
    ]);
    grace.abort();
    giveUp.abort();
    await closing;
  } finally {
    await Promise.all(queues.map((queue) => queue.close()));
    await rm(root, { recursive: true, force: true });
  }
}

/** The places of one worker, shared by its lanes: each has folders and a user id of its own. */
function slotPool(size: number) {
  const free = Array.from({ length: size }, (_, slot) => slot);
  const waiting: ((slot: number) => void)[] = [];
  return {
    take: async (): Promise<number> =>
      free.shift() ?? (await new Promise<number>((resolve) => waiting.push(resolve))),
    giveBack: (slot: number) => {
      const next = waiting.shift();
      if (next === undefined) free.push(slot);
      else next(slot);
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
