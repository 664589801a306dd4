import type { CounterReader, Decision } from '@toolwarden/policy';
import { approvalBinding } from './approval-binding.ts';
import type { CallEntry, Judge, Recorded } from './state.ts';

/** Approvals as one transaction sees them. */
export type ApprovalDesk = {
  /** The approval for a binding that a person gave, nobody used and no time has ended. */
  findApproved(binding: string): string | undefined;
  use(approvalId: string): void;
  /** The pending question for a binding, made if there is none; `undefined` where too many wait already. */
  ask(binding: string, entry: CallEntry, decision: Decision): string | undefined;
};

/**
 * Judges a call, with the approval it needs if there is one. For stores, inside their transaction: an approval is
 * looked for only where the policy asks for it, and used only where the call then passes.
 */
export function judgeOnce(
  entry: CallEntry,
  judge: Judge,
  facts: { at: number; counters: CounterReader },
  openDesk: () => ApprovalDesk,
): Recorded {
  const decision = judge({ ...facts, isApproved: false });
  if (decision.effect !== 'approve') return { decision };
  // It is sent on as if a person had said yes, and costs what it then costs.
  if (entry.isObserved) {
    const { effect, counters } = judge({ ...facts, isApproved: true });
    return { decision: effect === 'allow' ? { ...decision, counters } : decision };
  }
  const desk = openDesk();
  const binding = approvalBinding(entry, decision.policyDigest);
  const approved = desk.findApproved(binding);
  if (approved === undefined) {
    const approvalId = desk.ask(binding, entry, decision);
    return approvalId === undefined ? { decision } : { decision, approvalId };
  }
  const second = judge({ ...facts, isApproved: true });
  if (second.effect === 'allow') desk.use(approved);
  return { decision: second };
}
