import { compilePolicy, decide } from '@toolwarden/policy';
import type { CallEntry, Judge } from '../state/state.ts';

/** When a call is made, unless a test says otherwise. */
export const START = 1_800_000_000_000;

const policy = await compilePolicy({
  version: '1',
  default: 'deny',
  tools: {
    read: { limits: [{ max: 2, window: 'hour' }] },
    pay: { action: 'approve', reason: 'it spends money' },
  },
});

let last = 0;

/** A new call: `read` passes twice an hour, `pay` needs approval, no other tool is allowed. */
export const entry = (tool: string, more: Partial<CallEntry> = {}): CallEntry => ({
  callId: `c${++last}`,
  ...{ method: 'tools/call', server: 's', tool, grant: 'local', at: START },
  ...{ arguments: {}, argumentsText: '{}', isObserved: false },
  ...more,
});

/** Judges a call by that policy. */
export const judgeOf =
  ({ server, tool, grant, arguments: args }: CallEntry): Judge =>
  (facts) =>
    decide(policy, { server, tool, grant, arguments: args }, facts);
