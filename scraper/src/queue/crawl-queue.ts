import {
  canonicalJson,
  type Origin,
  type ServerRecord,
  type ServerSource,
  serverRecordSchema,
  serverSourceSchema,
  sha256Hex,
} from '@toolwarden/catalogue';
import { type Job, type JobType, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import * as z from 'zod';

export const PREFIX = 'toolwarden';

/**
 * One queue a place that servers are fetched from, because a rate limit binds a whole queue: many packages of one registry must
 * not hold up servers that run elsewhere. Servers of this machine's own configuration are nobody else's to start.
 */
export const lanes = ['npm', 'registry', 'url'] as const satisfies Origin[];
export type Lane = (typeof lanes)[number];

export const laneName = (lane: Lane) => `crawl-${lane}`;

export const jobSchema = z.strictObject({
  source: serverSourceSchema,
  /** How it was started when it last listed, as a record without its lists: a crawl begins with the same help. */
  earlier: serverRecordSchema.optional(),
});
/** What a worker answers. */
const answerSchema = z.strictObject({
  record: serverRecordSchema,
  durationMs: z.int().nonnegative(),
});
export type CrawlJob = Job<z.infer<typeof jobSchema>, z.infer<typeof answerSchema>>;

/** What became of a job; it stays in Redis until it is dropped. */
export type FinishedJob = {
  id: string;
  lane: Lane;
  answer:
    | { record: ServerRecord; durationMs: number }
    | { source: ServerSource | undefined; problem: string };
};

export type CrawlQueue = ReturnType<typeof openCrawlQueue>;

/** The servers that wait in Redis for workers, and what came of them. */
export function openCrawlQueue(
  connection: Redis,
  options: { attempts: number; backoffMs: number },
) {
  const queues = new Map(
    lanes.map((lane) => [lane, new Queue(laneName(lane), { connection, prefix: PREFIX })]),
  );
  // Told once, by the command: each queue has the one connection.
  for (const queue of queues.values()) queue.on('error', () => {});
  const each = <Result>(work: (queue: Queue, lane: Lane) => Promise<Result>) =>
    Promise.all([...queues].map(([lane, queue]) => work(queue, lane)));

  return {
    /** Adds servers. One that waits already, or whose answer nobody has fetched yet, is not added twice. */
    async add(jobs: z.infer<typeof jobSchema>[]): Promise<void> {
      await each(async (queue, lane) => {
        await queue.addBulk(
          jobs
            .filter(({ source }) => laneOf(source) === lane)
            .map(({ source, earlier }) => ({
              name: 'crawl',
              data: { source, ...(earlier && { earlier: withoutLists(earlier) }) },
              opts: {
                jobId: jobIdOf(source),
                attempts: options.attempts,
                backoff: { type: 'exponential', delay: options.backoffMs },
                removeOnComplete: false,
                removeOnFail: false,
              },
            })),
        );
      });
    },

    /** Servers of one registry that all workers together may begin in a minute. */
    async limit(perMinute: number | undefined): Promise<void> {
      await each<unknown>((queue) =>
        perMinute === undefined
          ? queue.removeGlobalRateLimit()
          : queue.setGlobalRateLimit(perMinute, 60_000),
      );
    },

    /** Some jobs that are over, at most a hundred a queue. */
    async finished(): Promise<FinishedJob[]> {
      const found = await each(async (queue, lane) => {
        const jobs = (await queue.getJobs(['completed', 'failed'], 0, 99)) as (Job | undefined)[];
        return jobs.filter((job) => job !== undefined).map((job) => finishedOf(job, lane));
      });
      return found.flat();
    },

    /** Forgets a finished job, once what it gave is written. */
    async drop({ lane, id }: FinishedJob): Promise<void> {
      await queues.get(lane)?.remove(id);
    },

    depth: () => depthOf([...queues.values()]),

    async close(): Promise<void> {
      await each((queue) => queue.close());
    },
  };
}

const WAITING: JobType[] = ['waiting', 'delayed', 'prioritized', 'active'];

/** How many jobs there are, by state. */
export async function depthOf(
  queues: Pick<Queue, 'getJobCounts'>[],
): Promise<Record<string, number>> {
  const depth: Record<string, number> = { waiting: 0, delayed: 0, active: 0 };
  for (const counts of await Promise.all(queues.map((one) => one.getJobCounts(...WAITING))))
    for (const [state, count] of Object.entries(counts)) {
      const shown = state === 'prioritized' ? 'waiting' : state;
      depth[shown] = (depth[shown] ?? 0) + count;
    }
  return depth;
}

/** Which queue a server waits in; undefined where no other machine can crawl it. */
export function laneOf({ id }: Pick<ServerSource, 'id'>): Lane | undefined {
  return lanes.find((lane) => id.startsWith(`${lane}:`));
}

/** The same for the same server started in the same way, so that adding it again adds nothing. */
export function jobIdOf(source: ServerSource): string {
  return sha256Hex(canonicalJson(source)).slice(0, 40);
}

function withoutLists(record: ServerRecord): ServerRecord {
  const { id, version, outcome, configurations, help } = record;
  return { id, version, outcome, configurations, tools: [], ...(help && { help }) };
}

function finishedOf(job: Job, lane: Lane): FinishedJob {
  const id = String(job.id);
  const answer = answerSchema.safeParse(job.returnvalue);
  const asked = jobSchema.safeParse(job.data);
  const source = asked.success ? asked.data.source : undefined;
  if (answer.success && answer.data.record.id === source?.id)
    return { id, lane, answer: answer.data };
  const problem = job.failedReason ?? 'a worker gave what is no record of this server';
  return { id, lane, answer: { source, problem } };
}
