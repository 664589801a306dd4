import type { Charge, CounterReader, Decision } from '@toolwarden/policy';
import { GatewayError } from '../../gateway-error.ts';
import { approvalBinding } from '../approval-binding.ts';
import { APPROVAL_MS } from '../approval-time.ts';
import type { CallEntry, Judge, JudgeFacts, Judgement, Recorded } from '../state.ts';
import { keptText } from './kept-arguments.ts';
import type { CounterAsk, LedgerAnswer, LedgerAsk, RedisLedger } from './redis-ledger.ts';

/** Facts change between two looks only where calls compete for one limit or the policy's own clock ticks. */
const MOST_TRIES = 8;

/**
 * Judges a call whose counters are elsewhere. The judge is asked what the call would cost if nothing stood against it;
 * Redis then checks that against the true counters and charges it, in one step; and the judge is asked once more, with
 * what Redis saw in that step. That last decision is the one that stands, and it must come to what was charged.
 */
export async function judgeWithLedger(
  ledger: RedisLedger,
  entry: CallEntry,
  judge: Judge,
): Promise<Recorded> {
  let seen: Seen = { at: entry.at, used: new Map() };
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const plan = planOf(entry, judge, seen);
    const answer = await ledger.ask(plan.ask);
    seen = seenBy(plan.ask.counters, answer);
    let recorded: Recorded | undefined;
    try {
      recorded = settled(entry, judge, seen, plan, answer);
    } finally {
      if (recorded === undefined && plan.due.length > 0) await ledger.retract(entry.callId);
    }
    if (recorded !== undefined) return recorded;
  }
  const message = 'the counters changed faster than this call could be judged; try again';
  throw new GatewayError('state-unavailable', message);
}

/** What is known of the counters: nothing at first, and then what they held in the last step. */
type Seen = { at: number; used: Map<string, number> };

type Plan = { ask: LedgerAsk; due: readonly Charge[] };

const nameOf = (key: string, windowMs: number) => `${windowMs} ${key}`;

/** Reads what was seen, and notes what else was wanted. */
function readerOf(seen: Seen) {
  const wanted = new Map<string, CounterAsk>();
  const counters: CounterReader = {
    used(key, windowMs) {
      const name = nameOf(key, windowMs);
      wanted.set(name, { key, windowMs });
      return seen.used.get(name) ?? 0;
    },
  };
  const isAllSeen = () => [...wanted.keys()].every((name) => seen.used.has(name));
  return { counters, wanted, isAllSeen };
}

function planOf(entry: CallEntry, judge: Judge, seen: Seen): Plan {
  const { counters, wanted } = readerOf(seen);
  const { at } = seen;
  const decision = decided(entry, judge, { at, counters, isApproved: false });
  const { callId, grant, tokenHash, server, tool, method } = entry;
  const asks = isWaiting(entry, decision);
  const final = asks ? judge({ at, counters, isApproved: true }) : decision;
  const due = dueOf(final);
  for (const { key, windowMs, charged: amount, max } of due) {
    wanted.set(nameOf(key, windowMs), { key, windowMs, charge: { amount, max } });
  }
  const ask: LedgerAsk = {
    ...{ callId, grant, tokenHash, at: entry.at },
    counters: [...wanted.values()],
  };
  if (!asks) return { ask, due };
  const question = {
    binding: approvalBinding(entry, decision.policyDigest),
    act: final.effect === 'allow' ? ('use' as const) : ('look' as const),
    ...{ server, tool, method, reason: decision.reason, argumentsText: keptText(entry) },
    forMs: entry.approvalMs ?? APPROVAL_MS,
  };
  return { ask: { ...ask, question }, due };
}

/** An observed call is sent on as if a person had said yes, and costs what it then costs. */
function decided(entry: CallEntry, judge: Judge, facts: JudgeFacts): Judgement {
  const decision = judge(facts);
  if (decision.effect !== 'approve' || !entry.isObserved) return decision;
  const { effect, counters } = judge({ ...facts, isApproved: true });
  return effect === 'allow' ? { ...decision, counters } : decision;
}

/** Whether a person must answer first. */
function isWaiting(entry: CallEntry, { effect }: Decision): boolean {
  return effect === 'approve' && !entry.isObserved;
}

function dueOf({ counters }: Decision): readonly Charge[] {
  return counters.filter(({ charged }) => charged > 0);
}

function seenBy(asked: readonly CounterAsk[], { at, used }: LedgerAnswer): Seen {
  const names = asked.map(({ key, windowMs }) => nameOf(key, windowMs));
  return { at, used: new Map(names.map((name, index) => [name, used[index] ?? Number.NaN])) };
}

/** The decision by what was seen, if what was done is what it asks for. */
function settled(
  entry: CallEntry,
  judge: Judge,
  seen: Seen,
  plan: Plan,
  { kind, approvalId }: LedgerAnswer,
): Recorded | undefined {
  const { counters, isAllSeen } = readerOf(seen);
  const facts = { at: seen.at, counters, isApproved: kind === 'approved' };
  const decision = decided(entry, judge, facts);
  if (!isAllSeen()) return undefined;
  const mustWait = isWaiting(entry, decision);
  if (kind === 'full') return mustWait || dueOf(decision).length > 0 ? undefined : { decision };
  if (kind === 'asked') {
    const isSame =
      mustWait && approvalBinding(entry, decision.policyDigest) === plan.ask.question?.binding;
    if (!isSame) return undefined;
    return approvalId === undefined ? { decision } : { decision, approvalId };
  }
  if (mustWait) return undefined;
  return isSameDue(dueOf(decision), plan.due) ? { decision } : undefined;
}

function isSameDue(one: readonly Charge[], other: readonly Charge[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ key, windowMs, charged }) =>
      other.some(
        (each) => each.key === key && each.windowMs === windowMs && each.charged === charged,
      ),
    )
  );
}
