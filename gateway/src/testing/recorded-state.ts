import type { CallEntry, Recorded, State } from '../state/state.ts';
import type { Happening } from './invariants.ts';

/** A state that puts what it decides, gives back and refuses on the time line of a test. */
export function recordedState<Kept extends State>(state: Kept, happenings: Happening[]): Kept {
  const recorded = (entry: CallEntry, done: Recorded): Recorded => {
    if (entry.method === 'tools/call') {
      const { callId, tool, arguments: args, at } = entry;
      const { effect, counters } = done.decision;
      const what = { callId, tool, arguments: args, effect, at, counters: [...counters] };
      happenings.push({ kind: 'recorded', ...what });
    }
    return done;
  };
  return {
    ...state,
    record(entry, judge) {
      const done = state.record(entry, judge);
      return done instanceof Promise
        ? done.then((settled) => recorded(entry, settled))
        : recorded(entry, done);
    },
    undo(callId) {
      happenings.push({ kind: 'given-back', callId });
      state.undo(callId);
    },
    ...('fail' in state &&
      typeof state.fail === 'function' && {
        fail(error: Error | undefined) {
          happenings.push(
            error === undefined ? { kind: 'restored' } : { kind: 'lost', what: 'the state' },
          );
          (state.fail as (error: Error | undefined) => void)(error);
        },
      }),
  };
}
