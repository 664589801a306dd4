import { type Call, type Charge, type Decision, type Facts, marksOf } from '@toolwarden/policy';
import type { LoadedPolicy, RuledKind } from '../policy/load-policy.ts';

const NONE: readonly Charge[] = [];

/** What a call will leave behind for flow rules, if it is sent on. */
export function marksLeft(
  policy: LoadedPolicy,
  kind: RuledKind,
  call: Call,
  known: Pick<Facts, 'classification' | 'definition'>,
): readonly Charge[] {
  if (!policy.leavesMarks) return NONE;
  const compiled = policy.by[kind];
  // What a server asks of the client is no call of the agent's.
  if (compiled === undefined || kind === 'sampling' || kind === 'elicitation') return NONE;
  return marksOf(compiled, call, known);
}

/** A call that is sent on is charged its marks like any limit, so that every store keeps them in the same step. */
export function withMarks(
  decision: Decision,
  marks: readonly Charge[],
  { counters, at }: Pick<Facts, 'counters' | 'at'>,
  isObserving: boolean,
): Decision {
  if (decision.effect !== 'allow' && !isObserving) return decision;
  const charged = marks.map((mark) => ({
    ...mark,
    used: (counters?.used(mark.key, mark.windowMs, at) ?? 0) + 1,
  }));
  const all = [...decision.counters, ...charged];
  return { ...decision, counters: all.sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

/** The decision that a late answer's marks stand in. */
export function lateAnswer({ digest }: LoadedPolicy): Decision {
  const reason = 'the answer to this call came late; it marks its grant as of now';
  return { effect: 'allow', rules: [], reason, counters: [], policyDigest: digest };
}
