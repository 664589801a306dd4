import type { Policy } from '@toolwarden/policy';

/** Lines about rules that name a tool which is not listed: a refusal that matches nothing protects nothing. */
export function namesNothing(policy: Policy, names: readonly string[]): string[] {
  const listed = new Set(names);
  const isMissing = (name: string) => !name.includes('*') && !listed.has(name);
  const restricting = Object.entries(policy.tools ?? {}).filter(
    ([, { action, deny_if, approve_if }]) =>
      action === 'deny' ||
      action === 'approve' ||
      deny_if !== undefined ||
      approve_if !== undefined,
  );
  const lines = [
    ...restricting.map(([name]) => ['tools', name]),
    ...(policy.hide ?? []).map((name) => ['hide', name]),
  ];
  return lines
    .filter(([, name]) => isMissing(name as string))
    .map(
      ([part, name]) =>
        `the policy's ${part} names ${JSON.stringify(name)}, which the server does not list: the rule matches nothing`,
    );
}
