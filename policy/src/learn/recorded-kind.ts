import type { RecordedDecision } from '../recorded-call.ts';

/** The parts of a policy that say what may be asked for. */
export type LearnedKind = 'tools' | 'resources' | 'prompts' | 'sampling' | 'elicitation';

const KINDS: ReadonlyMap<unknown, LearnedKind> = new Map([
  ['tools/call', 'tools'],
  ['resources/read', 'resources'],
  ['resources/subscribe', 'resources'],
  ['subscriptions/listen', 'resources'],
  ['prompts/get', 'prompts'],
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
]);

/**
 * The part of a policy that judged a recorded decision; `undefined` for what is not learned from, such as completions, whose
 * arguments are half typed.
 */
export function recordedKind({ method = 'tools/call' }: RecordedDecision): LearnedKind | undefined {
  return KINDS.get(method);
}

/** More addresses than this are allowed by the folders they lie in. */
const MOST_ADDRESSES = 20;

/** The rule's key for an address that was read: itself, or its folder where there are many. `undefined` where it would open more. */
export function addressKeys(
  addresses: ReadonlySet<string>,
): (address: string) => string | undefined {
  const isMany = addresses.size > MOST_ADDRESSES;
  return (address) => {
    // As a key it would be a pattern, and open more than itself.
    if (address.includes('*')) return undefined;
    const folder = /^[^:]+:\/\/.*\//.exec(address)?.[0];
    return isMany && folder !== undefined ? `${folder}*` : address;
  };
}
