import type { Digest } from '@toolwarden/catalogue';
import { addAmounts } from './amounts.ts';
import type { CompiledPolicy } from './compile.ts';
import type { Check, Mark, Plan } from './compile-rule.ts';
import type { Charge } from './counters.ts';
import type { Call, Decision, Facts } from './decision.ts';
import { firedChecks } from './fired-checks.ts';
import { settle } from './settle.ts';
import { type Verdict, verdictOf } from './verdict.ts';

// Lists of decisions are shared, which their types make read-only: making them anew was a seventh of a decision's cost.
const NO_COUNTERS: readonly Charge[] = [];

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
    if (refusing === undefined) return decisionOf(plan.undisturbed, NO_COUNTERS, policy.digest);
    return decisionOf(refusalOf(plan.denies, refusing), NO_COUNTERS, policy.digest);
  }
  const denies: Mark[] = [...plan.denies, ...(refusing ?? [])];
  const approves: Mark[] = [...plan.approves];
  // What cannot be judged refuses, also where it would only have asked.
  for (const check of firedChecks(plan.asking, args) ?? [])
    (check.under === 'error' ? denies : approves).push(check);
  if (plan.flows.length > 0) judgeFlows(plan, call, facts, denies, approves);
  const counters = plan.limits.length > 0 ? judgeLimits(plan, call, facts, denies) : NO_COUNTERS;

  const outcome = settle(plan, denies, approves, facts.isApproved === true);
  if (outcome.effect === 'allow') for (const counter of counters) commit(counter);
  else for (const counter of counters) counter.charged = 0;
  return decisionOf(verdictOf(outcome), counters, policy.digest);
}

// One place makes all decisions, so that they have one shape for the compiler.
function decisionOf(
  { effect, rules, reason }: Verdict,
  counters: readonly Charge[],
  policyDigest: Digest,
): Decision {
  return { effect, rules, reason, counters, policyDigest };
}

function refusalOf(denies: readonly Mark[], checks: readonly Check[]): Verdict {
  const check = checks[0];
  if (check !== undefined && checks.length === 1 && denies.length === 0) return check.refusal;
  return verdictOf({ effect: 'deny', marks: [...denies, ...checks] });
}

function judgeFlows(
  plan: Plan,
  call: Call,
  { counters, at }: Facts,
  denies: Mark[],
  approves: Mark[],
): void {
  for (const flow of plan.flows) {
    if (counters === undefined) {
      denies.push({ pointer: flow.pointer, reason: 'what came before this call is not known' });
      continue;
    }
    // A mark in the future comes from a clock that was set back; counters hold that it has not expired.
    const isAfter = flow.after.every((mark) => {
      const left = mark.keysFor(call).map((key) => counters.used(key, flow.withinMs, at));
      return left.some((count) => count > 0);
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
