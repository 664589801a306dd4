import { canonicalJson, type Digest, jsonDigest } from '@toolwarden/catalogue';
import type { Condition } from './condition.ts';
import { isTest } from './is-test.ts';
import type { Limit, Policy, Rule } from './policy.ts';
import { windowMs, windowText } from './window.ts';

/** A rule without shorthands: what refuses stands in `deny_if`, what asks in `approve_if`. */
export type CanonicalRule = Omit<Rule, 'action' | 'rate_limit'> & { action?: 'allow' };

type RuleKeys =
  | 'all_tools'
  | 'tools'
  | 'classes'
  | 'resources'
  | 'prompts'
  | 'sampling'
  | 'elicitation';

/** A policy without shorthands; documents that mean the same by another spelling have the same one. */
export type CanonicalPolicy = Omit<Policy, RuleKeys> & {
  all_tools?: CanonicalRule;
  sampling?: CanonicalRule;
  elicitation?: CanonicalRule;
  tools?: Record<string, CanonicalRule>;
  classes?: Record<string, CanonicalRule>;
  resources?: Record<string, CanonicalRule>;
  prompts?: Record<string, CanonicalRule>;
};

const SINGLE = ['all_tools', 'sampling', 'elicitation'] as const;
const NAMED = ['tools', 'classes', 'resources', 'prompts'] as const;

/** Rewrites shorthands (`rate_limit`, `action` with `reason`, one spelling of each window, lists for single values). */
export function normalisePolicy(policy: Policy): CanonicalPolicy {
  const result: Record<string, unknown> = { ...policy };
  for (const key of SINGLE) {
    const rule = policy[key];
    if (rule) result[key] = normaliseRule(rule);
  }
  for (const key of NAMED) {
    const rules = policy[key];
    if (rules) {
      result[key] = Object.fromEntries(
        Object.entries(rules).map(([name, rule]) => [name, normaliseRule(rule as Rule)]),
      );
    }
  }
  if (policy.flows) {
    result['flows'] = policy.flows.map((flow) => ({ ...flow, within: sameWindow(flow.within) }));
  }
  return withoutAbsent(result) as CanonicalPolicy;
}

/** The canonical form as text: sorted keys, two spaces. */
export function canonicalPolicy(policy: Policy): string {
  return canonicalJson(normalisePolicy(policy));
}

/** Digest of the canonical form: the same for every spelling of the same policy. */
export function policyDigest(policy: Policy): Digest {
  return jsonDigest(normalisePolicy(policy));
}

function normaliseRule(rule: Rule): CanonicalRule {
  const { action, reason, rate_limit, ...rest } = rule;
  const denies = (rule.deny_if ?? []).map(normaliseEntry);
  const approves = (rule.approve_if ?? []).map(normaliseEntry);
  if (action === 'deny') denies.push(withoutAbsent({ conditions: [], on_deny: reason }));
  if (action === 'approve') approves.push(withoutAbsent({ conditions: [], reason }));
  const limits = limitsOf(rule).map(normaliseLimit);
  return withoutAbsent({
    ...rest,
    action: action === 'allow' ? action : undefined,
    reason: action === 'allow' || action === undefined ? reason : undefined,
    require: filled(rule.require?.map(normaliseCondition)),
    deny_if: filled(denies),
    approve_if: filled(approves),
    limits: filled(limits),
    approval: rule.approval && mapWindows(rule.approval),
  }) as CanonicalRule;
}

/** All limits of a rule; the shorthand comes last, so that the positions of the others hold. */
export function limitsOf({ limits = [], rate_limit }: Rule): Limit[] {
  if (!rate_limit) return limits;
  const { max, window } = rate_limit;
  return [...limits, { max, window: windowText(window * 1000) }];
}

function normaliseLimit(limit: Limit): Limit {
  return { ...limit, window: sameWindow(limit.window), scope: limit.scope ?? 'grant' };
}

function normaliseEntry<Entry extends { conditions: Condition[] }>(entry: Entry): Entry {
  return { ...entry, conditions: entry.conditions.map(normaliseCondition) };
}

function normaliseCondition(condition: Condition): Condition {
  if (!isTest(condition)) {
    return 'any' in condition
      ? { any: condition.any.map(normaliseCondition) }
      : { not: normaliseCondition(condition.not) };
  }
  if (condition.op === 'exists') return { ...condition, value: condition.value ?? true };
  if (condition.op === 'within' || condition.op === 'host_in') {
    return { ...condition, value: [condition.value].flat() };
  }
  return condition;
}

const sameWindow = (text: string) => windowText(windowMs(text));

function mapWindows(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, text]) => (text ? [[key, sameWindow(text)]] : [])),
  );
}

const filled = <Item>(list: Item[] | undefined) => (list?.length ? list : undefined);

function withoutAbsent<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Fields;
}
