import { afterEach, expect } from 'vitest';
import type { CallEntry, Recorded, State } from '../state/state.ts';
import { brokenInvariants, type Happening, type InvariantOptions } from './invariants.ts';
import { recordedState } from './recorded-state.ts';

/**
 * For tests of states without a gateway: gives states whose passed calls count as having reached a server. When a test
 * is over, all that it did with them is held against the invariants.
 */
export function checkedStates(options: InvariantOptions = {}) {
  const happenings: Happening[] = [];
  afterEach(() => expect(brokenInvariants(happenings.splice(0), options)).toEqual([]));
  return <Kept extends State>(kept: Kept): Kept => sendingState(kept, happenings);
}

/** A state that puts what it does on a time line, and that the calls it let pass reached the server. */
export function sendingState<Kept extends State>(kept: Kept, happenings: Happening[]): Kept {
  const state = recordedState(kept, happenings);
  const sent = (entry: CallEntry, recorded: Recorded): Recorded => {
    const { method, tool, callId: id, arguments: args, isObserved } = entry;
    const line = { jsonrpc: '2.0', id, method, params: { name: tool, arguments: args } };
    if (method === 'tools/call' && (recorded.decision.effect === 'allow' || isObserved)) {
      happenings.push({ kind: 'server-got', line: JSON.stringify(line) });
    }
    return recorded;
  };
  return {
    ...state,
    record(entry, judge) {
      const done = state.record(entry, judge);
      return done instanceof Promise
        ? done.then((recorded) => sent(entry, recorded))
        : sent(entry, done);
    },
  };
}
