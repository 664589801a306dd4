import { expect, test } from 'vitest';
import { entry, judgeOf, START } from '../testing/judged-calls.ts';
import { type StateUnderTest, stateLaws } from '../testing/state-kit.ts';
import { createMemoryState } from './memory-state.ts';
import type { Approval } from './state.ts';

function underTest(store: { now: number }): StateUnderTest {
  const state = createMemoryState();
  const list = () =>
    [...state.approvals.values()].map((each): Approval => {
      const isOpen = each.status === 'pending' || each.status === 'approved';
      return { ...each, status: isOpen && each.expiresAt <= store.now ? 'expired' : each.status };
    });
  return {
    ...state,
    approvalStatus: (sought) => list().find(({ id }) => id === sought)?.status,
    approvals: {
      list,
      answer(id, status) {
        const { status: now, expiresAt } = state.approvals.get(id) ?? { expiresAt: 0 };
        if (now !== 'pending' || expiresAt <= store.now) return false;
        state.answer(id, status, store.now);
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
