import type { CompiledPolicy } from './compile.ts';
import type { Call, Facts } from './decision.ts';
import type { Rule } from './policy.ts';
import { windowMs } from './window.ts';

/** How a person is asked, in milliseconds. */
export type ApprovalTerms = {
  /** How long a question stays open, and after that its answer may be used. */
  timeoutMs?: number;
  /** How long the call itself waits for the answer. */
  holdMs?: number;
};

/** What one rule says. */
export function approvalTerms(rule: Rule): ApprovalTerms | undefined {
  if (rule.approval === undefined) return undefined;
  const { timeout, hold } = rule.approval;
  return {
    ...(timeout !== undefined && { timeoutMs: windowMs(timeout) }),
    ...(hold !== undefined && { holdMs: windowMs(hold) }),
  };
}

/** Two rules about one call: the shorter time holds. */
export function joinApprovals(
  base: ApprovalTerms | undefined,
  added: ApprovalTerms | undefined,
): ApprovalTerms | undefined {
  if (base === undefined || added === undefined) return base ?? added;
  const timeouts = [base.timeoutMs, added.timeoutMs].filter((time) => time !== undefined);
  const holds = [base.holdMs, added.holdMs].filter((time) => time !== undefined);
  return {
    ...(timeouts.length > 0 && { timeoutMs: Math.min(...timeouts) }),
    ...(holds.length > 0 && { holdMs: Math.min(...holds) }),
  };
}

/** What all rules that apply to a call say of how a person is asked. */
export function approvalOf(
  policy: CompiledPolicy,
  call: Call,
  facts: Pick<Facts, 'classification' | 'definition'>,
): ApprovalTerms | undefined {
  return policy.planFor(call, facts).approval;
}
