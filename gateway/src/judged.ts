import { isJsonObject } from '@toolwarden/catalogue';
import { type Call, type Decision, decide, type Facts } from '@toolwarden/policy';
import type { Ask } from './guard.ts';
import type { Objection } from './pins/pinning.ts';
import type { LoadedPolicy } from './policy/load-policy.ts';
import { unavailable } from './refusal.ts';

/** Refuses; what is wrong with a call would tell that a hidden tool exists. */
export function objected(
  policy: LoadedPolicy,
  objection: Objection,
  isMissing: boolean,
  judged: () => Decision,
): Decision {
  const refused = refusedBefore(policy, objection);
  if (isMissing) return refused;
  const decision = judged();
  return isUnavailable(decision) ? decision : refused;
}

export function judgeBy(
  policy: LoadedPolicy,
  kind: Ask['kind'],
  call: Call,
  facts: Facts,
): Decision {
  const compiled = policy.by[kind];
  if (compiled === undefined) return unruled(policy);
  const decision = decide(compiled, call, facts);
  if (kind === 'tools') return decision;
  // The rules were compiled under another name; the record leads into the document as it is written.
  const prefix = kind === 'sampling' || kind === 'elicitation' ? `/tools/${kind}` : '/tools';
  const rules = decision.rules.map((pointer) =>
    pointer.startsWith(prefix) ? `/${kind}${pointer.slice(prefix.length)}` : pointer,
  );
  return { ...decision, rules, policyDigest: policy.digest };
}

/** What a server asks of the client, and the policy says nothing about: under `allow` the client asks its user. */
function unruled({ digest, document }: LoadedPolicy): Decision {
  const reason = 'the policy has no rule for this kind of request';
  const fallback = { reason, counters: [], policyDigest: digest };
  return document.default === 'allow'
    ? { effect: 'allow', rules: [], ...fallback }
    : { effect: 'deny', rules: ['/default'], ...fallback };
}

function refusedBefore({ digest }: LoadedPolicy, { rules, reason }: Objection): Decision {
  return { effect: 'deny', rules, reason, counters: [], policyDigest: digest };
}

/** Refused as something that nothing allows, or that is not there: the caller is told no difference. */
export function isUnavailable({ effect, rules, reason }: Decision): boolean {
  if (effect !== 'deny') return false;
  if (rules.length === 0) return reason === unavailable.reason;
  return rules.some((rule) => rule === '/default' || rule.startsWith('/hide/'));
}

/** Whether a refusal of a call without arguments rests on a rule that asks for none. */
export function isAlwaysRefused({ effect, rules }: Decision, document: unknown): boolean {
  if (effect !== 'deny') return false;
  return rules.some((rule) => {
    if (rule === '/default' || rule.startsWith('/hide/') || rule.endsWith('/action')) return true;
    const entry = /\/deny_if\/\d+$/.test(rule) ? valueAt(document, rule) : undefined;
    return (
      isJsonObject(entry) && Array.isArray(entry['conditions']) && entry['conditions'].length === 0
    );
  });
}

function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const segment of pointer.slice(1).split('/')) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as { [key: string]: unknown })[key];
  }
  return value;
}
