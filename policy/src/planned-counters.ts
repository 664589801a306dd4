import type { CompiledPolicy } from './compile.ts';
import type { Charge } from './counters.ts';
import type { Call, Facts } from './decision.ts';

/** A counter that a decision will read. */
export type PlannedCounter = Pick<Charge, 'key' | 'windowMs'>;

/**
 * The counters that `decide` will ask for, each once, sorted by key: for stores that answer later, which are read first
 * and then asked in one go to charge.
 *
 * @example const used = await store.read(plannedCounters(policy, call, facts), at);
 */
export function plannedCounters(
  policy: CompiledPolicy,
  call: Call,
  facts: Pick<Facts, 'classification' | 'definition'>,
): PlannedCounter[] {
  const { limits } = policy.planFor(call, facts);
  const byKey = new Map(limits.map((limit) => [limit.keyFor(call), limit.windowMs]));
  return [...byKey]
    .map(([key, windowMs]) => ({ key, windowMs }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
