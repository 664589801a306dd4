import { type JsonObject, type ToolDefinition, type Trait, traits } from '@toolwarden/catalogue';
import { classSetOf, type ToolClass } from './classes.ts';
import type { CompiledPolicy } from './compile.ts';
import { type Counters, createMemoryCounters } from './counters.ts';
import { decide } from './decide.ts';
import type { Call, Decision } from './decision.ts';

/** A call with everything a decision rests on. */
export type RecordedCall = Call & {
  /** Milliseconds since 1970. */
  at: number;
  classification?: ToolClass | JsonObject;
  definition?: ToolDefinition;
  isApproved?: boolean;
};

/**
 * Decides calls in order as a gateway would: what is allowed is charged, and marks its grant with the traits of the tool.
 * What nobody has judged marks with every trait.
 */
export function createRunner(
  policy: CompiledPolicy,
  counters: Counters = createMemoryCounters(),
): (call: RecordedCall) => Decision {
  const marksByGrant = new Map<string, Map<Trait, number>>();
  return ({ at, classification, definition, isApproved = false, ...call }) => {
    const { grant = 'local' } = call;
    const marks = marksByGrant.get(grant) ?? new Map<Trait, number>();
    marksByGrant.set(grant, marks);
    const decision = decide(policy, call, {
      at,
      counters,
      marks,
      isApproved,
      ...(classification && { classification: classification as ToolClass }),
      ...(definition && { definition }),
    });
    if (decision.effect === 'allow') {
      counters.charge(decision.counters, at);
      const { keys } = classSetOf(classification, definition);
      for (const { id } of traits) {
        // A clock that steps back takes no mark away.
        if (keys.has(`trait:${id}`)) marks.set(id, Math.max(at, marks.get(id) ?? at));
      }
    }
    return decision;
  };
}
