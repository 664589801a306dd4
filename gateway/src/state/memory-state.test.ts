import { expect, test } from 'vitest';
import { entry, judgeOf, START } from '../testing/judged-calls.ts';
import { type StateUnderTest, stateLaws } from '../testing/state-kit.ts';
import { createMemoryState } from './memory-state.ts';

function underTest(store: { now: number }): StateUnderTest {
  const state = createMemoryState();
  return {
    ...state,
    approvals: {
      list: () =>
        [...state.approvals.values()].map((each) => ({
          ...each,
          status: each.expiresAt > store.now ? each.status : 'expired',
        })),
      answer(id, status) {
        const { status: now, expiresAt } = state.approvals.get(id) ?? { expiresAt: 0 };
        if (now !== 'pending' || expiresAt <= store.now) return false;
        state.answer(id, status);
        return true;
      },
    },
  };
}

test.for(stateLaws.filter(({ isLasting }) => !isLasting))('in memory: $name', async ({ check }) => {
  const store = { now: START, open: () => underTest(store) };
  await check(store);
});

test('a state that fails throws instead of answering', () => {
  const state = createMemoryState();
  state.fail(new Error('disk full'));
  const call = entry('read');
  expect(() => state.record(call, judgeOf(call))).toThrow('disk full');
});
