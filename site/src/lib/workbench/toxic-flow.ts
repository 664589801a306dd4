import type { Policy } from '@toolwarden/policy';

/**
 * The rule against the three things that together let data be taken: what outsiders wrote, what is private, and a way
 * out. A person is asked before the third, once the first two have happened.
 */
const TOXIC_FLOW = {
  after: { traits: ['untrusted_content', 'private_data'] },
  within: '10m',
  then: { traits: ['communicates_externally'] },
  action: 'approve',
  reason: 'private data and text by outsiders were read shortly before',
} satisfies NonNullable<Policy['flows']>[number];

const isToxicFlow = (flow: NonNullable<Policy['flows']>[number]) =>
  JSON.stringify([flow.after.traits, flow.then.traits]) ===
  JSON.stringify([TOXIC_FLOW.after.traits, TOXIC_FLOW.then.traits]);

export function hasToxicFlow(policy: Policy): boolean {
  return policy.flows?.some(isToxicFlow) ?? false;
}

export function withToxicFlow(policy: Policy, isOn: boolean): Policy {
  const { flows = [], ...rest } = policy;
  const others = flows.filter((flow) => !isToxicFlow(flow));
  const kept = isOn ? [...others, TOXIC_FLOW] : others;
  return kept.length > 0 ? { ...rest, flows: kept } : rest;
}
