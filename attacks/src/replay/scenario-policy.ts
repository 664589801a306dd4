import type { Attack, JsonObject } from '@toolwarden/catalogue';
import { merge, type Policy, policySchema } from '@toolwarden/policy';
import type { Scenario } from './scenario.ts';

/**
 * The policy of a run with the control: what the entry's own page offers, merged as a reader would merge it.
 *
 * @throws Error where the entry has no such control, or none with a policy that is needed here.
 */
export function protectedPolicy(
  { id, ordinary, controls, isWhole }: Scenario,
  { stoppedBy }: Pick<Attack, 'stoppedBy'>,
): Policy {
  const fragments = controls.flatMap((control): Policy[] => {
    const offered = stoppedBy.filter((each) => each.control === control);
    if (offered.length === 0) throw new Error(`${id}: the entry names no control ${control}`);
    return offered.flatMap(({ policy }) => (policy === undefined ? [] : [parsed(policy)]));
  });
  const [first, ...rest] = isWhole ? fragments : [ordinary, ...fragments];
  if (first === undefined) throw new Error(`${id}: none of its controls has a policy`);
  return rest.reduce((policy, fragment) => merge(policy, fragment).policy, first);
}

function parsed(policy: JsonObject): Policy {
  return policySchema.parse(policy);
}
