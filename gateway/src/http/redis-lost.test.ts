import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { openRedisState } from '../state/redis/redis-state.ts';
import { startHttpHarness } from '../testing/http-gateway.ts';
import { testNeeding } from '../testing/needs.ts';
import { recordedState } from '../testing/recorded-state.ts';
import { startRedis } from '../testing/start-redis.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const test = await testNeeding('redis-server');

test('P17: while the Redis behind a gateway is gone every call is refused in both eras, and its limit holds over that', async () => {
  const redis = await startRedis('--appendfsync', 'always');
  onTestFinished(() => redis.close());
  const state = await openRedisState({
    folder: join(temporaryFolder(), 'state'),
    redis: { url: redis.url, deadlineMs: 5_000 },
  });
  const { approvals: _, grants: __, ...rest } = state;
  const harness = await startHttpHarness({
    policy: {
      ...{ version: '1', default: 'deny' },
      tools: { act: { limits: [{ max: 4, window: 'hour' }] } },
    },
    throughState: (_, happenings) => recordedState(rest, happenings),
    invariants: { ceilings: { act: 4 } },
  });
  const session = await harness.open();
  const inBoth = async () => [
    (await session.call('act')).text,
    (await harness.ask('tools/call', { name: 'act' })).text,
  ];
  for (const text of await inBoth()) expect(text).toContain('"done"');
  await redis.kill();
  harness.happenings.push({ kind: 'lost', what: 'Redis' });
  for (const text of await inBoth()) expect(text).toContain('"isError":true');
  expect(harness.reached()).toHaveLength(2);
  await redis.restart();
  harness.happenings.push({ kind: 'restored' });
  const isUsedUp = async () =>
    (await inBoth()).every((text) => text.includes('the limit frees up'));
  await expect.poll(isUsedUp, { timeout: 60_000 }).toBe(true);
  // A charge whose answer came too late is not given back.
  expect(harness.reached().length).toBeGreaterThan(2);
  expect(harness.reached().length).toBeLessThanOrEqual(4);
});
