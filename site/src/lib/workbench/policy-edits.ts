import { own } from '@toolwarden/catalogue';
import type { Policy, Rule } from '@toolwarden/policy';

/** What a policy says of one tool by its exact name. */
export const modes = ['unnamed', 'allow', 'approve', 'deny', 'hide'] as const;
export type Mode = (typeof modes)[number];

/** The rule under a tool's exact name. */
export function ruleOf(policy: Policy, tool: string): Rule | undefined {
  return own(policy.tools, tool) as Rule | undefined;
}

/** Hiding is read first: what is hidden is refused, whatever its rule says. */
export function modeOf(policy: Policy, tool: string): Mode {
  if (policy.hide?.includes(tool)) return 'hide';
  const rule = ruleOf(policy, tool);
  if (rule === undefined) return 'unnamed';
  return rule.action ?? 'allow';
}

/** Changes what happens to a tool; conditions and limits stay, but under `unnamed` and `hide`, which have no rule. */
export function withMode(policy: Policy, tool: string, mode: Mode): Policy {
  const { hide = [], ...rest } = policy;
  const others = hide.filter((name) => name !== tool);
  const hidden = mode === 'hide' ? [...others, tool] : others;
  const base: Policy = { ...rest, ...(hidden.length > 0 && { hide: hidden }) };
  if (mode === 'unnamed' || mode === 'hide') return withoutRule(base, tool);
  const { action: _action, ...rule } = ruleOf(policy, tool) ?? {};
  return withRule(base, tool, mode === 'allow' ? rule : { action: mode, ...rule });
}

/** Puts a rule under a tool's name. */
export function withRule(policy: Policy, tool: string, rule: Rule): Policy {
  return { ...policy, tools: { ...policy.tools, [tool]: ordered(rule) } };
}

/** Changes a part of a rule; a part that is left empty goes. */
export function withPart<Part extends 'limits' | 'require'>(
  policy: Policy,
  tool: string,
  part: Part,
  list: NonNullable<Rule[Part]>,
): Policy {
  const { [part]: _before, ...rule } = ruleOf(policy, tool) ?? {};
  return withRule(policy, tool, list.length > 0 ? { ...rule, [part]: list } : rule);
}

function withoutRule(policy: Policy, tool: string): Policy {
  const { [tool]: _gone, ...tools } = policy.tools ?? {};
  const { tools: _tools, ...rest } = policy;
  return Object.keys(tools).length > 0 ? { ...rest, tools } : rest;
}

const ORDER = ['action', 'reason', 'require', 'deny_if', 'approve_if', 'limits'] as const;

function ordered(rule: Rule): Rule {
  const first = ORDER.flatMap((key) => (rule[key] === undefined ? [] : [[key, rule[key]]]));
  return { ...Object.fromEntries(first), ...rule };
}

/** As it is written into the document. */
export function printPolicy(policy: Policy): string {
  return `${JSON.stringify(policy, null, 2)}\n`;
}
