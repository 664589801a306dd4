import { expect, test } from 'vitest';
import { entry, judgeOf } from '../testing/judged-calls.ts';
import { createMemoryState } from './memory-state.ts';
import type { CallEntry } from './state.ts';

test('charges with the decision, and gives back once', () => {
  const state = createMemoryState();
  const effects = [1, 2, 3].map(() => {
    const call = entry('read');
    return [call, state.record(call, judgeOf(call))] as const;
  });
  expect(effects.map(([, recorded]) => 'decision' in recorded && recorded.decision.effect)).toEqual(
    ['allow', 'allow', 'deny'],
  );
  const [first] = effects[0] ?? [];
  state.undo(first?.callId ?? '');
  state.undo(first?.callId ?? '');
  const [fourth, fifth] = [entry('read'), entry('read')];
  expect(state.record(fourth, judgeOf(fourth))).toMatchObject({ decision: { effect: 'allow' } });
  expect(state.record(fifth, judgeOf(fifth))).toMatchObject({ decision: { effect: 'deny' } });
});

test('an approval is for one exact call, once', () => {
  const state = createMemoryState();
  const pay = (more?: Partial<CallEntry>) => {
    const call = entry('pay', more);
    return state.record(call, judgeOf(call));
  };
  expect(pay()).toMatchObject({ decision: { effect: 'approve' }, approvalId: 'a1' });
  expect(pay()).toMatchObject({ approvalId: 'a1' });
  state.answer('a1', 'approved');
  expect(pay({ arguments: { amount: 5 } })).toMatchObject({ approvalId: 'a2' });
  expect(pay({ grant: 'other' })).toMatchObject({ approvalId: 'a3' });
  expect(pay()).toMatchObject({ decision: { effect: 'allow' } });
  expect(pay()).toMatchObject({ decision: { effect: 'approve' }, approvalId: 'a4' });
});

test('an observed call asks nobody', () => {
  const state = createMemoryState();
  const call = entry('pay', { isObserved: true });
  expect(state.record(call, judgeOf(call))).not.toHaveProperty('approvalId');
  expect(state.approvals.size).toBe(0);
});

test('a state that fails throws instead of answering', () => {
  const state = createMemoryState();
  state.fail(new Error('disk full'));
  const call = entry('read');
  expect(() => state.record(call, judgeOf(call))).toThrow('disk full');
});
