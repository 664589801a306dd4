import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { needs } from '../../fixtures/needs.ts';
import { startRedis } from '../../fixtures/start-redis.ts';
import { jobIdOf, laneName, laneOf, openCrawlQueue, PREFIX } from './crawl-queue.ts';

test('a server of this machine’s own configuration waits in no queue', () => {
  expect(
    (['npm:a', 'url:a.example/mcp', 'registry:a/b', 'config:a'] as const).map((id) =>
      laneOf({ id }),
    ),
  ).toEqual(['npm', 'url', 'registry', undefined]);
});

const describeQueue = await needs('redis-server');

describeQueue('the queue in Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let connection: Redis;
  let worker: Worker | undefined;
  beforeEach(async () => {
    redis = await startRedis();
    connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  });
  afterEach(async () => {
    await worker?.close();
    worker = undefined;
    connection.disconnect();
    await redis.close();
  });
  const sources = ['a', 'b', 'c', 'd'].map((name) => ({
    source: { id: `npm:${name}` as const },
  }));
  const record = (id: string) => ({
    id,
    version: '1.0.0',
    outcome: 'complete',
    configurations: [],
    tools: [],
  });
  const answer = (work: (id: string) => unknown) => {
    worker = new Worker(laneName('npm'), async (job) => work(job.data.source.id), {
      connection,
      prefix: PREFIX,
    });
  };

  test('takes a server once, however often it is added, and gives its answer until that is dropped', async () => {
    const queue = openCrawlQueue(connection, { attempts: 1, backoffMs: 10 });
    for (const _ of [1, 2]) await queue.add(sources);
    expect(await queue.depth()).toMatchObject({ waiting: 4, active: 0 });
    answer((id) => ({ record: record(id), durationMs: 7 }));
    await expect.poll(async () => (await queue.finished()).length).toBe(4);
    await queue.add(sources);
    expect(await queue.depth()).toMatchObject({ waiting: 0, active: 0 });
    const [first] = await queue.finished();
    expect(sources.map(({ source }) => jobIdOf(source))).toContain(first?.id);
    expect(first?.answer).toMatchObject({ record: { version: '1.0.0' }, durationMs: 7 });
    for (const job of await queue.finished()) await queue.drop(job);
    expect(await queue.finished()).toEqual([]);
    await queue.close();
  });

  test('believes no answer that is not the record of the server it asked for', async () => {
    const queue = openCrawlQueue(connection, { attempts: 1, backoffMs: 10 });
    await queue.add(sources.slice(0, 3));
    answer((id) => {
      if (id === 'npm:a') return { record: record('npm:other'), durationMs: 1 };
      if (id === 'npm:b') return { record: { ...record(id), outcome: 'fine' }, durationMs: 1 };
      throw new Error('it broke');
    });
    await expect.poll(async () => (await queue.finished()).length).toBe(3);
    const problems = (await queue.finished()).map((job) =>
      'problem' in job.answer ? job.answer.problem : '',
    );
    expect(problems.sort()).toEqual([
      'a worker gave what is no record of this server',
      'a worker gave what is no record of this server',
      'it broke',
    ]);
    await queue.close();
  });

  test('hands out no more servers of a registry than the rate allows', async () => {
    const queue = openCrawlQueue(connection, { attempts: 1, backoffMs: 10 });
    await queue.limit(2);
    await queue.add(sources);
    answer((id) => ({ record: record(id), durationMs: 1 }));
    await expect.poll(async () => (await queue.finished()).length).toBe(2);
    expect(Number(await connection.pttl(`${PREFIX}:${laneName('npm')}:limiter`))).toBeGreaterThan(
      1000,
    );
    expect(await queue.depth()).toMatchObject({ waiting: 2, active: 0 });
    await worker?.close(true);
    worker = undefined;
    await queue.close();
  });
});
