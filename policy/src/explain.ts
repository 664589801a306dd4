import { type JsonPointer, pointerSegments } from '@toolwarden/catalogue';
import type { Call, Decision } from './decision.ts';
import { windowWords } from './window.ts';

/** A decision in words: one sentence for a person, one for the agent whose call it was. */
export type Explanation = { forPerson: string; forAgent: string };

const EFFECT_WORDS = { allow: 'Allowed', approve: 'Waits for approval', deny: 'Denied' } as const;

/**
 * Says what happened to a call and why. The agent's sentence tells it what it can do about it, never invites a loop, and
 * is the same for a tool that is hidden and one that does not exist.
 */
export function explain(
  decision: Decision,
  { server, tool }: Pick<Call, 'server' | 'tool'>,
): Explanation {
  const { effect, rules, reason, counters } = decision;
  const where =
    rules.length === 1 ? rules[0] : `${rules.slice(0, -1).join(', ')} and ${rules.at(-1)}`;
  const full = effect === 'deny' && hasKind(rules, 'limits') ? counterWords(decision) : '';
  const spent = effect === 'allow' && counters.length > 0 ? counterWords(decision) : '';
  return {
    forPerson: `${EFFECT_WORDS[effect]}: ${tool} on ${server}, by ${where}: ${reason}${full}${spent}.`,
    forAgent: agentWords(decision),
  };
}

function counterWords({ counters }: Decision): string {
  const words = counters.map(
    ({ used, max, windowMs }) => `${used} of ${max} used in the last ${windowWords(windowMs)}`,
  );
  return ` (${words.join('; ')})`;
}

function agentWords({ effect, rules, reason }: Decision): string {
  if (effect === 'allow') return 'The call is allowed.';
  if (effect === 'approve') {
    return `A person has been asked to approve this call (${reason}). Wait for the answer; do not send it again.`;
  }
  if (isUnavailable(rules))
    return 'This tool is not available here. Do not try it again; use another way or stop.';
  if (rules.every((rule) => isKind(rule, 'limits') || isKind(rule, 'rate_limit'))) {
    return `Refused: the limit is reached (${reason}). Do not repeat the call now; go on with other work or stop.`;
  }
  if (rules.every((rule) => isKind(rule, 'require') || isKind(rule, 'deny_if'))) {
    return `Refused because of its arguments: ${reason}. The same call will be refused again; change the arguments only if the task allows it, else stop.`;
  }
  return `Refused by policy: ${reason}. Do not try it again; use another way or stop.`;
}

// A hidden tool must look like none at all, whatever else refuses the call.
function isUnavailable(rules: readonly JsonPointer[]): boolean {
  return rules.some((rule) => rule === '/default' || rule.startsWith('/hide/'));
}

/** The part of a rule object that a pointer leads to: `limits`, `require` … */
function isKind(rule: JsonPointer, kind: string): boolean {
  const segments = pointerSegments(rule) ?? [];
  return segments[segments[0] === 'all_tools' ? 1 : 2] === kind;
}

const hasKind = (rules: readonly JsonPointer[], kind: string) =>
  rules.some((rule) => isKind(rule, kind));
