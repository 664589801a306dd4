import { hasDotSteps } from '@toolwarden/policy';
import type { Objection } from '../pins/pinning.ts';
import type { LoadedPolicy, RuledKind } from './load-policy.ts';

const REASON =
  'its address has a step . or .., so it may lead elsewhere; ask for it without such steps';

/**
 * What stands against an address of a resource by which a server may open another than rules for it mean: servers take
 * `file:///notes/../etc/passwd` for `file:///etc/passwd`, while a pattern takes it for a note. A rule that names it as it is means it.
 */
export function doubtfulAddress(
  { document: { resources = {} } }: LoadedPolicy,
  { kind, name }: { kind: RuledKind; name: string },
): Objection | undefined {
  const isRuled = kind === 'resources' && Object.keys(resources).length > 0;
  if (!isRuled || Object.hasOwn(resources, name) || !hasDotSteps(name)) return undefined;
  return { rules: ['/resources'], reason: REASON };
}
