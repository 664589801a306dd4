import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { PREFIX } from './crawl-queue.ts';

const NAME = 'plan';

/**
 * Does something at the times of a cron pattern. The schedule lives in Redis: of several processes that stand by one does
 * it each time, and another takes over when that one dies in the middle.
 */
export async function repeatBySchedule(options: {
  connection: Redis;
  pattern: string;
  stalledMs: number;
  signal: AbortSignal;
  work: () => Promise<void>;
  onNext?: (at: Date) => void;
}): Promise<void> {
  const { connection, pattern, stalledMs, signal, work, onNext } = options;
  const queue = new Queue(NAME, { connection, prefix: PREFIX });
  queue.on('error', () => {});
  const tellNext = async () => {
    const { next } = (await queue.getJobScheduler(NAME)) ?? {};
    if (next !== undefined) onNext?.(new Date(next));
  };
  await queue.upsertJobScheduler(
    NAME,
    { pattern },
    { name: NAME, opts: { removeOnComplete: true, removeOnFail: true } },
  );
  await tellNext();
  const worker = new Worker(
    NAME,
    async () => {
      await work();
      await tellNext();
    },
    {
      connection,
      prefix: PREFIX,
      lockDuration: stalledMs,
      stalledInterval: stalledMs,
      maxStalledCount: 3,
    },
  );
  worker.on('error', () => {});
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await worker.close();
  await queue.close();
}
