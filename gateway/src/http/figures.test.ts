import { expect, test } from 'vitest';
import { GatewayError } from '../gateway-error.ts';
import { createMemoryState } from '../state/memory-state.ts';
import { entry, judgeOf } from '../testing/judged-calls.ts';
import { counted, newFigures } from './figures.ts';

test('a grant that is over does not make the audit look broken, and a store that fails does', () => {
  const figures = newFigures();
  const memory = createMemoryState({ grants: new Map() });
  const state = counted(memory, figures);
  const call = entry('other', { grant: 'g', tokenHash: 'of a token that was taken back' });
  expect(() => state.record(call, judgeOf(call))).toThrow('revoked or expired');
  expect(figures.stateFault).toBeUndefined();
  memory.fail(new GatewayError('state-unavailable', 'the disk is gone'));
  const other = entry('other');
  expect(() => state.record(other, judgeOf(other))).toThrow('the disk is gone');
  expect(figures.stateFault).toBe('the disk is gone');
});
