import type { Digest } from '@toolwarden/catalogue';
import { addAmounts } from './amounts.ts';
import type { CompiledPolicy } from './compile.ts';
import type { Mark, Outcome, Plan } from './compile-rule.ts';
import type { Charge } from './counters.ts';
import type { Call, Decision, Facts } from './decision.ts';
import { firedChecks } from './fired-checks.ts';
import { settle } from './settle.ts';

/**
 * Judges one call: any deny wins, then approve, then allow, then the default. Pure: counters are read, not charged; what
 * must be charged before the call is sent on stands in `counters`.
 *
 * @example decide(await compilePolicy(document), { server, tool, arguments: args }, { at: Date.now(), counters })
 */
export function decide(policy: CompiledPolicy, call: Call, facts: Facts): Decision {
  const plan = policy.planFor(call, facts);
  const args = call.arguments ?? {};
  const refusing = firedChecks(plan.refusing, args);
  // Most calls rest on nothing but their arguments, and what they come to undisturbed was worked out with the plan.
  if (plan.undisturbed !== undefined) {
    if (refusing === undefined) return decisionOf(plan.undisturbed, [], policy.digest);
    const marks = plan.denies.length === 0 ? refusing : [...plan.denies, ...refusing];
    return decisionOf({ effect: 'deny', marks }, [], policy.digest);
  }
  const denies: Mark[] = [...plan.denies, ...(refusing ?? [])];
  const approves: Mark[] = [...plan.approves];
  // What cannot be judged refuses, also where it would only have asked.
  for (const check of firedChecks(plan.asking, args) ?? [])
    (check.under === 'error' ? denies : approves).push(check);
  if (plan.flows.length > 0) judgeFlows(plan, facts, denies, approves);
  const counters = plan.limits.length > 0 ? judgeLimits(plan, call, facts, denies) : [];

  const outcome = settle(plan, denies, approves, facts.isApproved === true);
  if (outcome.effect === 'allow') for (const counter of counters) commit(counter);
  else for (const counter of counters) counter.charged = 0;
  return decisionOf(outcome, counters, policy.digest);
}

function decisionOf(
  { effect, marks }: Outcome,
  counters: Charge[],
  policyDigest: Digest,
): Decision {
  const [first] = marks;
  if (marks.length === 1 && first !== undefined) {
    const { pointer, reason } = first;
    return { effect, rules: [pointer], reason, counters, policyDigest };
  }
  return { effect, rules: pointersOf(marks), reason: reasonOf(marks), counters, policyDigest };
}

function judgeFlows(plan: Plan, { marks, at }: Facts, denies: Mark[], approves: Mark[]): void {
  for (const flow of plan.flows) {
    if (marks === undefined) {
      denies.push({ pointer: flow.pointer, reason: 'what came before this call is not known' });
      continue;
    }
    const isAfter = flow.after.every((trait) => {
      const marked = marks.get(trait);
      // A mark in the future comes from a clock that was set back; it has not expired.
      return marked !== undefined && at - marked < flow.withinMs;
    });
    if (isAfter) (flow.action === 'deny' ? denies : approves).push(flow);
  }
}

/** Reads every counter the call meets, each once; `charged` holds what would be charged. */
function judgeLimits(plan: Plan, call: Call, facts: Facts, denies: Mark[]): Charge[] {
  const args = call.arguments ?? {};
  const byKey = new Map<string, Charge>();
  const { counters, at } = facts;
  for (const limit of plan.limits) {
    const amount = limit.amountOf(args);
    if (amount === undefined) {
      const reason = `the amount must be a number of 0 or more: ${limit.reason}`;
      denies.push({ pointer: limit.pointer, reason });
    }
    if (counters === undefined) {
      denies.push({ pointer: limit.pointer, reason: 'the counters cannot be read' });
      continue;
    }
    const key = limit.keyFor(call);
    const known = byKey.get(key);
    const { max, windowMs } = limit;
    if (known === undefined) {
      const used = counters.used(key, windowMs, at);
      byKey.set(key, { key, charged: amount ?? 0, used, max, windowMs });
    } else {
      // One call meets one counter once, at the highest price and under the tightest limit.
      known.charged = Math.max(known.charged, amount ?? 0);
      known.max = Math.min(known.max, max);
    }
  }
  for (const limit of plan.limits) {
    const charge = byKey.get(limit.keyFor(call));
    if (charge && !(addAmounts(charge.used, charge.charged) <= limit.max)) denies.push(limit);
  }
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function commit(counter: Charge): void {
  counter.used = addAmounts(counter.used, counter.charged);
}

function pointersOf(marks: readonly Mark[]): string[] {
  return [...new Set(marks.map(({ pointer }) => pointer))].sort();
}

const MAX_REASONS = 3;

function reasonOf(marks: readonly Mark[]): string {
  const sorted = marks.toSorted((a, b) => (a.pointer < b.pointer ? -1 : 1));
  const reasons = [...new Set(sorted.map(({ reason }) => reason))];
  const rest = reasons.length - MAX_REASONS;
  const shown = reasons.slice(0, MAX_REASONS).join('; ');
  return rest > 0 ? `${shown}; and ${rest} more` : shown;
}
