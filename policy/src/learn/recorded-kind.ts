import { hasDotSteps } from '../has-dot-steps.ts';
import { isNameable } from '../is-nameable.ts';
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

/** Where more addresses than this lie in one folder, all of it is allowed. */
const MOST_IN_FOLDER = 10;
/** A key of a policy is no longer than this, its star included. */
const LONGEST_FOLDER = 255;

/**
 * The rule's key for an address that was read: the folder in which it and many others lie, as a pattern, else itself.
 * `undefined` where no key is for it alone.
 */
export function addressKeys(
  addresses: ReadonlySet<string>,
): (address: string) => string | undefined {
  const counts = new Map<string, number>();
  for (const address of addresses) {
    const folder = folderOf(address);
    if (folder !== undefined) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const full = new Set([...counts].filter(([, count]) => count > MOST_IN_FOLDER).map(([at]) => at));
  return (address) => {
    const folder = full.size > 0 && !hasDotSteps(address) ? outermost(address, full) : undefined;
    if (folder !== undefined) return `${folder}*`;
    return isNameable(address) ? address : undefined;
  };
}

/** Where an address lies; never all that there is of a scheme, and nowhere where it may lead elsewhere. */
function folderOf(address: string): string | undefined {
  const folder = address.slice(0, address.lastIndexOf('/') + 1);
  if (folder.length > LONGEST_FOLDER || folder.includes('*') || hasDotSteps(address))
    return undefined;
  return /^[^:/]+:\/\/.*[^/]/s.test(folder) ? folder : undefined;
}

// All rules whose pattern matches apply, so what lies deeper must count for the rule of the folder around it.
function outermost(address: string, folders: ReadonlySet<string>): string | undefined {
  let at = address.indexOf('/');
  while (at !== -1 && at < LONGEST_FOLDER) {
    const folder = address.slice(0, at + 1);
    if (folders.has(folder)) return folder;
    at = address.indexOf('/', at + 1);
  }
  return undefined;
}
