import type { JsonObject } from '@toolwarden/catalogue';
import type { Decision } from '@toolwarden/policy';
import { GatewayError } from './gateway-error.ts';

/** Where in a refused result's `_meta` the decision stands. */
export const DECISION_KEY = 'toolwarden/decision';

/** One text for tools that are hidden, that nothing allows and that do not exist. */
export const unavailable = { reason: 'no rule allows this tool', rules: ['/default'] };

/** How a person answers: by a command, for which state, and where there are pages, there. */
type WaysToAnswer = { stateOption: string | undefined; pages?: string | undefined };

type Refused = { callId: string; decision: Decision; isUnavailable: boolean; approvalId?: string };

/** A refused call as the result of a tool: a text that an agent can act on, and the decision for programs. */
export function refusalResult(
  tool: string,
  refused: Refused,
  { isStateless, ...ways }: { isStateless: boolean } & WaysToAnswer,
): JsonObject {
  const { decision, isUnavailable, approvalId } = refused;
  const how = approvalId && howToAnswer([approvalId], ways);
  const { effect, rules, reason, counters, policyDigest } = decision;
  // INVARIANT: for what is not available nothing here depends on whether it exists.
  const shown = isUnavailable
    ? { effect, ...unavailable, counters: [], policyDigest }
    : { effect, rules: [...rules], reason, counters: [...counters], policyDigest };
  return {
    content: [{ type: 'text', text: refusalText(tool, shown, how) }],
    isError: true,
    // Results of the stateless era say whether they are whole.
    ...(isStateless && { resultType: 'complete' }),
    _meta: {
      [DECISION_KEY]: { ...shown, ...(approvalId !== undefined && { approval: approvalId }) },
    },
  };
}

/** A request of several parts that wait for a person, as a result: it passes once all of them are approved. */
export function refusedTogether(
  waiting: readonly Refused[],
  { isWhole, ...ways }: { isWhole: boolean } & WaysToAnswer,
): JsonObject {
  const reasons = new Set(waiting.map(({ decision }) => decision.reason.replace(/\.$/, '')));
  const approvals = waiting.flatMap(({ approvalId }) => approvalId ?? []);
  const asks = `Needs approval: ${[...reasons].join('; ')}. Ask the user to ${howToAnswer(approvals, ways)}`;
  const then = isWhole
    ? 'and once all of them are approved, not before, repeat this exact request once.'
    : 'and more of this request needs approval than is asked for at once: ask for fewer at a time.';
  const decisions = waiting.map(({ decision }) => decision);
  const [{ policyDigest } = { policyDigest: '' }] = decisions;
  const rules = [...new Set(decisions.flatMap(({ rules }) => rules))].sort();
  const reason = [...reasons].join('; ');
  return {
    content: [{ type: 'text', text: `${asks} — ${then}` }],
    _meta: {
      [DECISION_KEY]: { effect: 'approve', rules, reason, counters: [], policyDigest, approvals },
    },
  };
}

/** A call that a person has looked at and denied, as a result. */
export function deniedResult({ decision }: Refused, isStateless: boolean): JsonObject {
  const { rules, counters, policyDigest } = decision;
  const reason = 'a person denied this call';
  const shown = {
    effect: 'deny',
    rules: [...rules],
    reason,
    counters: [...counters],
    policyDigest,
  };
  const text = `Refused: ${reason}. Do not make it again, or one like it, unless the user asks for that.`;
  return {
    content: [{ type: 'text', text }],
    isError: true,
    ...(isStateless && { resultType: 'complete' }),
    _meta: { [DECISION_KEY]: shown },
  };
}

function howToAnswer(ids: readonly string[], { stateOption = '', pages }: WaysToAnswer): string {
  const commands = ids.map((id) => `toolwarden approvals approve ${id}${stateOption}`).join('; ');
  const [only, more] = ids;
  if (pages === undefined || only === undefined) return `run: ${commands}`;
  const page = pages.replace(/\/+$/, '');
  return `answer at ${more === undefined ? `${page}/${only}` : page} or run: ${commands}`;
}

/** What an agent reads; it says what would help, so that nobody tries again in a loop. */
function refusalText(
  tool: string,
  { effect, reason, counters }: Pick<Decision, 'effect' | 'reason' | 'counters'>,
  howToApprove: string | undefined,
): string {
  const name = JSON.stringify(tool.slice(0, 128));
  // Reasons are people's sentences; some end with a full stop.
  const why = reason.replace(/\.$/, '');
  if (effect === 'approve') {
    return howToApprove === undefined
      ? `Needs approval: ${why}. Too many calls wait for an answer already; ask the user to answer those first.`
      : `Needs approval: ${why}. Ask the user to ${howToApprove} — then repeat this exact call once.`;
  }
  const isFull = counters.some(({ used, charged, max }) => used + charged >= max && max > 0);
  const advice = isFull
    ? 'Repeating it now will not help; the limit frees up with time.'
    : 'Repeating it will not help.';
  return `Refused by policy: ${name}: ${why}. ${advice}`;
}

/** The text for a call that was refused because something the decision needs is missing. */
export const NO_RECORD = 'Refused: the gateway cannot record this call, so it does not send it on.';

/** The text for a call that could not be judged at all. */
export function withoutRecord(error: unknown): string {
  return isGrantOver(error)
    ? 'Refused: the grant of this connection was revoked or has expired, or has another token now. Repeating it will not help.'
    : NO_RECORD;
}

/** Whether the store says that whoever calls may not any more. */
export function isGrantOver(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'grant-unknown';
}
