import type { Mark, Outcome, Plan } from './compile-rule.ts';

const DEFAULT = '/default';

/** What a caller is told where nothing allows a tool; the same for hidden ones, so that it shows no difference. */
export const NOTHING_ALLOWS = 'no rule allows this tool';

const NO_ALLOW: readonly Mark[] = [{ pointer: DEFAULT, reason: NOTHING_ALLOWS }];
const ALLOWED: readonly Mark[] = [{ pointer: DEFAULT, reason: 'the default allows this tool' }];

/** Which of the marks prevail: any deny, then any approve, then any allow, then the default. */
export function settle(
  { isOpen, allows }: Pick<Plan, 'isOpen' | 'allows'>,
  denies: readonly Mark[],
  approves: readonly Mark[],
  isApproved: boolean,
): Outcome {
  if (denies.length > 0) return { effect: 'deny', marks: denies };
  // Asking is a restriction: what nothing allows is not opened by a rule that only says who to ask.
  if (!isOpen) return { effect: 'deny', marks: NO_ALLOW };
  if (approves.length > 0) return { effect: isApproved ? 'allow' : 'approve', marks: approves };
  return { effect: 'allow', marks: allows.length > 0 ? allows : ALLOWED };
}
