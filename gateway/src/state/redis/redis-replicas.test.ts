import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compilePolicy, decide } from '@toolwarden/policy';
import { afterEach, beforeEach, expect } from 'vitest';
import { openAuditReader } from '../../audit/audit-reader.ts';
import { exportStore, mergeFiles } from '../../audit/export-records.ts';
import { verifyAudit } from '../../audit/verify-audit.ts';
import { entry, judgeOf } from '../../testing/judged-calls.ts';
import { testNeeding } from '../../testing/needs.ts';
import { brokenByReplicas } from '../../testing/replicas-run.ts';
import { startRedis, type TestRedis } from '../../testing/start-redis.ts';
import { sentCalls, startReplica } from '../../testing/start-replica.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { openRedisState } from './redis-state.ts';

const test = await testNeeding('redis-server');

let redis: TestRedis;
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(() => redis.close());

test('P12: 64 clients over three replicas make 10,000 calls: exactly as many pass as the limit says', async () => {
  const base = temporaryFolder();
  const log = join(base, 'log');
  const replicas = ['a', 'b', 'c'].map((name, index) =>
    startReplica({
      ...{ url: redis.url, folder: join(base, name), log, name, max: 100, window: 'day' },
      ...{ atOnce: index === 0 ? 22 : 21, calls: index === 0 ? 3334 : 3333 },
      deadlineMs: 30_000,
    }),
  );
  expect(await Promise.all(replicas.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  expect(sentCalls(log)).toHaveLength(100);
  const counts = replicas.map(({ counts }) => counts);
  expect(counts.reduce((sum, { refused }) => sum + refused, 0)).toBe(9900);
  expect(counts.every(({ failed }) => failed === 0)).toBe(true);
  const folders = ['a', 'b', 'c'].map((name) => join(base, name));
  expect(brokenByReplicas({ folders, log, limit: 100, atOnce: 22 })).toEqual([]);
}, 300_000);

test("P15: replicas whose clocks are 30 seconds apart judge by the server's clock", async () => {
  const limit = { max: 3, window: '1s' };
  const policy = await compilePolicy({
    ...{ version: '1', default: 'deny', tools: { touch: { limits: [limit] } } },
  });
  const skews = [-30_000, 0, 30_000, 86_400_000];
  const states = await Promise.all(
    skews.map(() =>
      openRedisState({ folder: join(temporaryFolder(), 's'), redis: { url: redis.url } }),
    ),
  );
  const passed: { before: number; after: number }[] = [];
  // Three windows full take two seconds. Where the clock that is furthest behind had to be waited for, they took a minute.
  const end = Date.now() + 20_000;
  for (let turn = 0; passed.length < 3 * limit.max && Date.now() < end; turn++) {
    const which = turn % skews.length;
    const call = entry('touch', { at: Date.now() + (skews[which] ?? 0) });
    // Between these two moments Redis judged it.
    const before = performance.now();
    const recorded = await states[which]?.record(call, (facts) =>
      decide(policy, { server: 's', tool: 'touch', grant: 'local', arguments: {} }, facts),
    );
    const after = performance.now();
    if (recorded?.decision.effect === 'allow') passed.push({ before, after });
    await sleep(2);
  }
  for (const [index, { before }] of passed.entries()) {
    const fourth = passed[index + limit.max];
    // Redis counts whole milliseconds of a wall clock that is kept right, and this is a steady one: they differ a little.
    if (fourth !== undefined) expect(fourth.after - before).toBeGreaterThanOrEqual(990);
  }
  // No clock is so far ahead that the others must wait for it.
  expect(passed.length).toBe(3 * limit.max);
  await Promise.all(states.map((state) => state.close()));
}, 300_000);

test('U7: each replica has a chain of its own; exported and joined by time they verify', async () => {
  const base = temporaryFolder();
  const folders = ['a', 'b', 'c'].map((name) => join(base, name));
  const states = await Promise.all(
    folders.map((folder) => openRedisState({ folder, redis: { url: redis.url } })),
  );
  for (let turn = 0; turn < 12; turn++) {
    const call = entry('read', { at: Date.now() });
    const state = states[turn % 3] as (typeof states)[number];
    await state.record(call, judgeOf(call));
    state.outcome(call.callId, { kind: 'answered', bytes: 1 });
  }
  await Promise.all(states.map((state) => state.close()));
  const files = folders.map((folder) => {
    const reader = openAuditReader(folder);
    writeFileSync(`${folder}.jsonl`, `${[...exportStore(reader, {})].join('\n')}\n`);
    reader.close();
    return `${folder}.jsonl`;
  });
  const joined = join(base, 'all.jsonl');
  const lines = [...mergeFiles(files)];
  writeFileSync(joined, `${lines.join('\n')}\n`);
  const report = verifyAudit({ source: { files: [joined] }, keys: new Map() });
  expect(report.problems).toEqual([]);
  expect(report.chains).toHaveLength(3);
  const records = lines.map((line) => JSON.parse(line));
  const decisions = records.filter(({ kind }) => kind === 'decision');
  expect(decisions.map(({ effect }) => effect)).toEqual([
    'allow',
    'allow',
    ...Array(10).fill('deny'),
  ]);
  expect(new Set(decisions.map(({ call }) => call)).size).toBe(12);
});
