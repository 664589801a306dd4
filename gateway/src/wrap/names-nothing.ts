import { compileGlob, type Policy, type Rule } from '@toolwarden/policy';

/** Lines about rules that name no tool that is listed: a refusal that matches nothing protects nothing. */
export function namesNothing(policy: Policy, names: readonly string[]): string[] {
  const restricting = Object.entries(policy.tools ?? {}).filter(([, rule]) => restricts(rule));
  const named: ['tools' | 'hide', string][] = [
    ...restricting.map(([name]): ['tools', string] => ['tools', name]),
    ...(policy.hide ?? []).map((name): ['hide', string] => ['hide', name]),
  ];
  return named
    .filter(([, name]) => !names.some(compileGlob(name)))
    .map(
      ([part, name]) =>
        `the policy's ${part} names ${JSON.stringify(name)}, and no tool that the server lists: the rule matches nothing`,
    );
}

function restricts(rule: Rule): boolean {
  if (rule.action === 'deny' || rule.action === 'approve') return true;
  const conditions = [rule.require, rule.deny_if, rule.approve_if, rule.limits, rule.rate_limit];
  return conditions.some((field) => field !== undefined);
}
