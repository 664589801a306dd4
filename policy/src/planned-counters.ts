import type { CompiledPolicy } from './compile.ts';
import type { Charge } from './counters.ts';
import type { Call, Facts } from './decision.ts';

/** A counter that a decision will read. */
export type PlannedCounter = Pick<Charge, 'key' | 'windowMs'>;

/**
 * The counters that `decide` will ask for, each key and length of window once, sorted: for stores that answer later, which are read first
 * and then asked in one go to charge.
 *
 * @example const used = await store.read(plannedCounters(policy, call, facts), at);
 */
export function plannedCounters(
  policy: CompiledPolicy,
  call: Call,
  facts: Pick<Facts, 'classification' | 'definition'>,
): PlannedCounter[] {
  const { limits, flows } = policy.planFor(call, facts);
  const planned = [
    ...limits.map((limit) => ({ key: limit.keyFor(call), windowMs: limit.windowMs })),
    ...flows.flatMap(({ after, withinMs }) =>
      after.flatMap((mark) => mark.keysFor(call).map((key) => ({ key, windowMs: withinMs }))),
    ),
  ];
  // One mark may be asked for over several lengths of time.
  const each = new Map(planned.map((one) => [`${one.key} ${one.windowMs}`, one]));
  return [...each.values()].sort((a, b) =>
    a.key === b.key ? a.windowMs - b.windowMs : a.key < b.key ? -1 : 1,
  );
}
