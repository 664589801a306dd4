import { join } from 'node:path';
import { type CountersUnderTest, counterLaws } from '@toolwarden/policy/counter-testkit';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { openStore, type Store } from './store.ts';

const ours = () => expect.unreachable('nothing was opened anew');

function countersOf(pick: () => Store): CountersUnderTest {
  const receipts = new Map<number, number[]>();
  return {
    used: (key, windowMs, at) =>
      pick().transact(({ charges }) => charges.counters().used(key, windowMs, at)),
    charge(asked, at) {
      const ids = pick().transact(({ charges }) => charges.charge(asked, at));
      if (ids === undefined) return undefined;
      receipts.set(receipts.size, ids);
      return { id: receipts.size - 1 };
    },
    undo: ({ id }) => pick().transact(({ charges }) => charges.undo(receipts.get(id) ?? [])),
  };
}

test.for(counterLaws)('SQLite counters: $name', async ({ check }) => {
  const store = openStore(join(temporaryFolder(), 's'), 'process', ours);
  await check(countersOf(() => store));
  store.close();
});

test.for(counterLaws)('two stores on one file count as one: $name', async ({ check }) => {
  const folder = join(temporaryFolder(), 's');
  const stores = [openStore(folder, 'process', ours), openStore(folder, 'power', ours)] as const;
  let turn = 0;
  await check(countersOf(() => stores[turn++ % 2 === 0 ? 0 : 1]));
  for (const store of stores) store.close();
});

test.for(counterLaws)('a restart before each step forgets nothing: $name', async ({ check }) => {
  const folder = join(temporaryFolder(), 's');
  let store = openStore(folder, 'process', ours);
  const restarted = () => {
    store.close();
    store = openStore(folder, 'process', ours);
    return store;
  };
  await check(countersOf(restarted));
  store.close();
});

test('what has passed is deleted, and neither the time nor the ids go back', () => {
  const folder = join(temporaryFolder(), 's');
  const charge = { key: 'a', charged: 1, used: 0, max: 1e6, windowMs: 1000 };
  const first = openStore(folder, 'process', ours);
  first.transact(({ charges }) => {
    for (let call = 0; call < 2500; call++) charges.charge([charge], 1_000_000 + call);
  });
  first.close();
  const second = openStore(folder, 'process', ours);
  const at = 1_000_000;
  const [id] = second.transact(({ charges }) => charges.charge([charge], at)) ?? [];
  expect(id).toBe(2501);
  const used = second.transact(({ charges }) => charges.counters().used('a', 1000, at));
  expect(used).toBe(1001);
  second.close();
});
