import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { checkedStates } from '../../testing/checked-states.ts';
import { START } from '../../testing/judged-calls.ts';
import { testNeeding } from '../../testing/needs.ts';
import { startRedis, type TestRedis } from '../../testing/start-redis.ts';
import { stateLaws } from '../../testing/state-kit.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { openRedisState } from './redis-state.ts';

const test = await testNeeding('redis-server');

let redis: TestRedis;
const checked = checkedStates({ isObserving: true });

beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  await redis.ask('FLUSHALL');
});
afterAll(async () => {
  await redis?.close();
});

for (const durability of ['process', 'power'] as const) {
  test.for(stateLaws)(
    `in Redis, with a record that outlives ${durability === 'power' ? 'a loss of power' : 'the process'}: $name`,
    async ({ check }) => {
      // Each has a folder of its own, as replicas on several machines have.
      const base = temporaryFolder();
      let opened = 0;
      const store = {
        now: START,
        open: async () =>
          checked(
            await openRedisState({
              folder: join(base, `s${++opened}`),
              redis: { url: redis.url },
              clock: () => store.now,
              durability,
            }),
          ),
      };
      await check(store);
    },
  );
}
