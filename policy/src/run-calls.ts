import type { JsonObject, ToolDefinition } from '@toolwarden/catalogue';
import type { ToolClass } from './classes.ts';
import type { CompiledPolicy } from './compile.ts';
import { type Counters, createMemoryCounters } from './counters.ts';
import { decide } from './decide.ts';
import type { Call, Decision } from './decision.ts';
import { marksOf } from './flows.ts';

/** A call with everything a decision rests on. */
export type RecordedCall = Call & {
  /** Milliseconds since 1970. */
  at: number;
  classification?: ToolClass | JsonObject;
  definition?: ToolDefinition;
  isApproved?: boolean;
};

/**
 * Decides calls in order as a gateway would: what is allowed is charged, and leaves its marks for flow rules.
 */
export function createRunner(
  policy: CompiledPolicy,
  counters: Counters = createMemoryCounters(),
): (call: RecordedCall) => Decision {
  return ({ at, classification, definition, isApproved = false, ...call }) => {
    const known = {
      ...(classification && { classification: classification as ToolClass }),
      ...(definition && { definition }),
    };
    const decision = decide(policy, call, { at, counters, isApproved, ...known });
    if (decision.effect === 'allow') {
      counters.charge([...decision.counters, ...marksOf(policy, call, known)], at);
    }
    return decision;
  };
}
