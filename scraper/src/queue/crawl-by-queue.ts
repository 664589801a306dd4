import { setTimeout as sleep } from 'node:timers/promises';
import type { CrawlRun, ServerRecord, ServerSource } from '@toolwarden/catalogue';
import type { Store } from '@toolwarden/catalogue/store';
import { type CrawlResult, resultOf } from '../crawl-result.ts';
import { closeKilledRun, finishServer, writeRun } from '../finish-server.ts';
import { failedRecord } from '../record.ts';
import { saveRecord } from '../save-record.ts';
import { openWorkList, type WorkList } from '../work-list.ts';
import { type CrawlQueue, type FinishedJob, jobIdOf } from './crawl-queue.ts';

const POLL_MS = 300;

export type QueuedCrawl = {
  store: Store;
  /** What to crawl; each must have a lane. */
  targets: ServerSource[];
  queue: CrawlQueue;
  signal: AbortSignal;
  onContinue?: (run: { startedAt: string; finished: number }) => void;
  /** In order of collection, after the record is on disk. */
  onResult?: (result: CrawlResult) => void;
};

/**
 * A crawl whose servers are done by workers. They answer with records and never see the data folder; this one process
 * writes them. A job leaves Redis only when its record is final here, and is recognised if it is met again, so each
 * server stands in the run once, whoever is killed.
 */
export async function crawlByQueue(options: QueuedCrawl): Promise<CrawlRun> {
  const { store, targets, queue, signal } = options;
  const work = openWorkList(store.dir);
  try {
    await closeKilledRun(store, work);
    const begun = work.begin(targets, { versions: { node: process.versions.node } });
    if (begun.finished > 0) options.onContinue?.(begun);
    const places = new Map(targets.map((source, position) => [jobIdOf(source), position]));
    const left = new Set(work.left());
    await addLeft(options, left);
    while (left.size > 0 && !signal.aborted) {
      const jobs = await queue.finished();
      for (const job of jobs)
        await collect(options, work, left, { job, position: places.get(job.id) });
      if (jobs.length > 0) continue;
      const depth = await queue.depth();
      // A Redis that was emptied has forgotten what it was asked for.
      if (Object.values(depth).every((count) => count === 0)) await addLeft(options, left);
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    }
    return await writeRun(store, work, left.size === 0 ? 'completed' : 'interrupted');
  } finally {
    work.close();
  }
}

/** So many at a time: the records of 43,000 servers need not be in memory together. */
const ADDED_AT_ONCE = 200;

async function addLeft({ store, targets, queue }: QueuedCrawl, left: Set<number>): Promise<void> {
  const positions = [...left];
  for (let from = 0; from < positions.length; from += ADDED_AT_ONCE) {
    const sources = positions
      .slice(from, from + ADDED_AT_ONCE)
      .map((position) => targets[position] as ServerSource);
    await queue.add(
      await Promise.all(
        sources.map(async (source) => {
          // One that cannot be read is replaced by what comes.
          const earlier = await store.readServer(source.id).catch(() => undefined);
          return { source, ...(earlier && { earlier }) };
        }),
      ),
    );
  }
}

async function collect(
  { store, queue, targets, onResult }: QueuedCrawl,
  work: WorkList,
  left: Set<number>,
  { job, position }: { job: FinishedJob; position: number | undefined },
): Promise<void> {
  const source = position === undefined ? undefined : targets[position];
  const record = 'record' in job.answer ? job.answer.record : failureOf(job.answer, source);
  const durationMs = 'record' in job.answer ? job.answer.durationMs : 0;
  if (position !== undefined && left.has(position)) {
    const result = resultOf(record as ServerRecord, durationMs);
    await finishServer(store, work, position, record, result);
    left.delete(position);
    onResult?.(result);
  } else if (record !== undefined && 'record' in job.answer) {
    // Asked for by a run that is over: no longer counted, yet what it found is not lost.
    await saveRecord(store, record, new Date().toISOString());
  }
  await queue.drop(job);
}

function failureOf(
  { problem, source }: { problem: string; source: ServerSource | undefined },
  known: ServerSource | undefined,
): ServerRecord | undefined {
  const about = known ?? source;
  if (about === undefined) return undefined;
  const detail = problem.replaceAll(/\s+/g, ' ').slice(0, 500);
  return failedRecord(
    { source: about, installed: undefined, bin: undefined },
    { reason: 'not-started', detail },
    about.version ?? '',
  );
}
