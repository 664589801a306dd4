import { randomBytes } from 'node:crypto';
import { createMemoryCounters } from '@toolwarden/policy';
import { type CountersUnderTest, counterLaws } from '@toolwarden/policy/counter-testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { START } from '../../testing/judged-calls.ts';
import { testNeeding } from '../../testing/needs.ts';
import { startRedis, type TestRedis } from '../../testing/start-redis.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';
import { createRedisLedger } from './redis-ledger.ts';

const test = await testNeeding('redis-server');

let redis: TestRedis;
let connection: RedisConnection;

beforeAll(async () => {
  redis = await startRedis();
  connection = await connectRedis({ url: redis.url });
});
beforeEach(async () => {
  await redis.ask('FLUSHALL');
  await redis.ask('HSET', '{tw}:meta', 'epoch', 'e');
});
afterAll(async () => {
  connection?.close();
  await redis?.close();
});

const open = () => createRedisLedger(connection, { epoch: 'e', isClockGiven: true });
const call = (counters: Parameters<ReturnType<typeof open>['ask']>[0]['counters'], at: number) => ({
  ...{ callId: randomBytes(9).toString('hex'), grant: 'local', at, counters },
});

function countersInRedis(): CountersUnderTest {
  const ledger = open();
  const calls = new Map<number, string>();
  return {
    used: async (key, windowMs, at) =>
      (await ledger.ask(call([{ key, windowMs }], at))).used[0] ?? Number.NaN,
    async charge(charges, at) {
      const asked = call(
        charges.map(({ key, windowMs, charged: amount, max }) => ({
          key,
          windowMs,
          charge: { amount, max },
        })),
        at,
      );
      if ((await ledger.ask(asked)).kind === 'full') return undefined;
      calls.set(calls.size, asked.callId);
      return { id: calls.size - 1 };
    },
    undo: ({ id }) => ledger.undo(calls.get(id) ?? ''),
  };
}

test.for(counterLaws)('Redis counters: $name', ({ check }) => check(countersInRedis()));

test('what is charged for a shorter time forgets nothing that counts longer', async () => {
  const counters = countersInRedis();
  const charge = (windowMs: number, at: number) =>
    counters.charge([{ key: 'a', charged: 1, used: 0, max: 1e6, windowMs }], at);
  await charge(60_000, START);
  for (let call = 1; call <= 100; call++) await charge(1000, START + call * 500);
  expect(await counters.used('a', 60_000, START + 50_000)).toBe(101);
  expect(await counters.used('a', 1000, START + 50_000)).toBe(2);
  await charge(1000, START + 60_000);
  expect(await counters.used('a', 1000, START + 60_000)).toBe(1);
});

test('a counter keeps no more than counts', async () => {
  const counters = countersInRedis();
  for (let call = 0; call < 200; call++) {
    await counters.charge(
      [{ key: 'a', charged: 1, used: 0, max: 1e6, windowMs: 1000 }],
      START + call * 100,
    );
  }
  expect(await redis.ask('ZCARD', '{tw}:counter:a')).toBe(10);
});

test('what is given back late is free again, whatever was charged since', async () => {
  const counters = countersInRedis();
  const charge = (amount: number, at: number) =>
    counters.charge([{ key: 'a', charged: amount, used: 0, max: 10, windowMs: 1000 }], at);
  await charge(2, START);
  const late = await charge(3, START + 1);
  await charge(4, START + 2);
  await charge(1, START + 3);
  if (late) await counters.undo(late);
  expect(await counters.used('a', 1000, START + 3)).toBe(7);
  expect(await charge(3, START + 4)).toBeDefined();
  expect(await charge(1, START + 4)).toBeUndefined();
  expect(await counters.used('a', 1000, START + 1001)).toBe(8);
});

test('Redis counters agree with those in memory, whatever is charged, given back and passed over', async () => {
  const step = fc.record({
    passedMs: fc.nat(500),
    windowMs: fc.constantFrom(1000, 3000),
    amount: fc.oneof(fc.nat(5), fc.constantFrom(0.1, 0.2, 1.5, 2 ** 53 - 1, 1e300)),
    max: fc.constantFrom(3, 10, 1e6, 1e308),
    isUndone: fc.boolean(),
  });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const [ours, law] = [countersInRedis(), createMemoryCounters()];
      const run = ++runs;
      let at = START + run * 1e6;
      for (const { passedMs, windowMs, amount, max, isUndone } of steps) {
        at += passedMs;
        const asked = [{ key: `${run} ${windowMs}`, charged: amount, used: 0, max, windowMs }];
        const [one, other] = [await ours.charge(asked, at), law.charge(asked, at)];
        expect(one === undefined).toBe(other === undefined);
        if (isUndone && one && other) {
          await ours.undo(one);
          law.undo(other);
        }
        for (const length of [1000, 3000]) {
          const key = `${run} ${length}`;
          expect(await ours.used(key, length, at)).toBe(law.used(key, length, at));
        }
      }
    }),
    { numRuns: 40, seed: 20261121 },
  );
});
