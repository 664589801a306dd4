import type { Digest, JsonPointer } from '@toolwarden/catalogue';
import type { Call, Charge, Decision, Facts } from '@toolwarden/policy';
import { marksLeft } from '../flows/leave-marks.ts';
import type { Ask } from '../guard.ts';
import { judgeBy, objected } from '../judged.ts';
import type { Objection } from '../pins/pinning.ts';
import type { Recorded } from '../state/state.ts';
import { createWindowCounters, type WindowCounters } from '../state/window-counters.ts';
import type { LoadedPolicy } from './load-policy.ts';

/** What a staged policy says of a call beside the one in force; for the record, and for nobody else. */
export type Beside = {
  policy: Digest;
  /** `failed` where it could not be judged by it at all. */
  effect: Decision['effect'] | 'failed';
  rules: readonly JsonPointer[];
};

/** What a call is judged by, as the guard knows it. */
type ShadowAsk = {
  ask: Ask;
  call: Call & { grant: string };
  known: Pick<Facts, 'classification' | 'definition'>;
  callId: string;
  at: number;
  /** Sent on whatever the policy in force says. */
  isObserved: boolean;
  /** Nothing of that name is listed. */
  isMissing: boolean;
  /** What stands against the call before any rule, by what this policy asks of pins. */
  objection: (policy: LoadedPolicy) => Objection | undefined;
};

/** One call in the shadow. */
export type ShadowedCall = {
  /** What the staged policy says, with or without a person's approval; asked as often as the judge is. */
  says(isApproved: boolean): Beside;
  /** To be told of what stands in the record; charges what the call costs under the staged policy. */
  settled(recorded: Recorded): void;
  /** Whether it left marks here; known once it is settled. */
  readonly isMarked: boolean;
  /** Leaves them once more, as of now, for an answer that came late. */
  remark(callId: string, at: number): void;
};

/** A policy that runs beside the one in force: it decides every call, and nothing follows from it. */
export type Shadow = {
  judge(asked: ShadowAsk): ShadowedCall;
  /** Gives back what a call was charged here, for a call that certainly never left. */
  undo(callId: string, at: number): void;
  /** For another shadow of the same policy, which counts on. */
  readonly counters: WindowCounters;
};

/**
 * Runs a policy in the shadow. It has counters and marks of its own, in memory: what it counts are the calls that would
 * have passed by it, and those that passed and that it would have asked a person about.
 */
export function createShadow(
  policy: () => LoadedPolicy,
  counters: WindowCounters = createWindowCounters(),
): Shadow {
  return {
    counters,
    judge: (asked) => shadowed(policy(), asked, counters),
    undo(callId, at) {
      if (counters.isCharged(callId)) counters.add({ at, givesBack: callId });
    },
  };
}

// INVARIANT: nothing here throws; whatever is wrong with a staged policy is no matter of the call.
function shadowed(policy: LoadedPolicy, asked: ShadowAsk, counters: WindowCounters): ShadowedCall {
  const { ask, call, known, at, callId } = asked;
  const decide = (isApproved: boolean): Decision => {
    const facts = { at: Math.max(at, counters.latest), counters, isApproved, ...known };
    const judged = () => judgeBy(policy, ask.kind, call, facts);
    const objection = asked.objection(policy);
    return objection === undefined
      ? judged()
      : objected(policy, objection, asked.isMissing, judged);
  };
  const made = new Map<boolean, Decision | undefined>();
  const decision = (isApproved: boolean): Decision | undefined => {
    if (!made.has(isApproved))
      made.set(
        isApproved,
        orNothing(() => decide(isApproved)),
      );
    return made.get(isApproved);
  };
  let last = false;
  let marks: readonly Charge[] = [];
  return {
    says(isApproved) {
      last = isApproved;
      const said = decision(isApproved);
      if (said === undefined) return { policy: policy.digest, effect: 'failed', rules: [] };
      return { policy: policy.digest, effect: said.effect, rules: said.rules };
    },
    settled({ decision: { effect }, approvalId }) {
      // It waits, and is judged and charged when it comes again.
      if (approvalId !== undefined) return;
      const said = decision(last);
      const isSent = effect === 'allow' || asked.isObserved;
      // It ran, so a person is taken to have said yes.
      const due = said?.effect === 'approve' && isSent ? decision(true) : said;
      if (due?.effect !== 'allow') return;
      orNothing(() => {
        marks = marksLeft(policy, ask.kind, call, known);
        const charges = [...due.counters, ...marks].filter(({ charged }) => charged > 0);
        if (charges.length > 0) counters.add({ at: Math.trunc(at), call: callId, charges });
      });
    },
    get isMarked() {
      return marks.length > 0;
    },
    remark: (late, now) => counters.add({ at: Math.trunc(now), call: late, charges: marks }),
  };
}

function orNothing<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
