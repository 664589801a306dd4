import { type Conflict, merge, type Policy } from '@toolwarden/policy';

/** One policy from several, the first as the base; what they disagree on is named. */
export function mergePolicies(policies: readonly Policy[]): {
  policy: Policy;
  conflicts: Conflict[];
} {
  const conflicts: Conflict[] = [];
  const [first = { version: '1', default: 'deny' } satisfies Policy, ...others] = policies;
  let policy: Policy = first;
  for (const other of others) {
    const merged = merge(policy, other);
    policy = merged.policy;
    conflicts.push(...merged.conflicts);
  }
  return { policy, conflicts };
}
