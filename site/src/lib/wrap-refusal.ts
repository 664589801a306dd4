import { unenforcedPart } from '@toolwarden/gateway/unenforced';
import type { Policy } from '@toolwarden/policy';

/**
 * What a reader must know of a policy that `toolwarden wrap` does not start with; `undefined` where it does. It asks
 * the gateway's own check, so that the sentence goes when the gateway keeps the part.
 */
export function wrapRefusal(policy: Policy): string | undefined {
  const part = unenforcedPart(policy);
  if (part === undefined) return undefined;
  return `This version of toolwarden wrap does not enforce ${part} yet, and refuses to start with a policy that has it.`;
}
