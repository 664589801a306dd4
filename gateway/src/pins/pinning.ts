import type { JsonObject } from '@toolwarden/catalogue';
import type { LoadedPolicy } from '../policy/load-policy.ts';
import type { LiveTool } from '../tools/tool-table.ts';
import type { ListedKind } from './pin-digest.ts';
import type { PinProblem, Pins } from './pins.ts';

/** Why something is refused before any rule is asked. */
export type Objection = { rules: string[]; reason: string };

const ACCEPT =
  'a person can look at it with toolwarden pins diff and accept it with toolwarden pins accept';
const REASONS: Record<PinProblem, string> = {
  changed: `its definition is no longer the one that was accepted; ${ACCEPT}`,
  new: `its definition was never accepted; ${ACCEPT}`,
};

/**
 * What stands against a tool by the policy's `pinning`; under `warn` it is looked at, and only told of. `isStaged`: for a
 * policy that is not in force, by which nobody is told anything.
 */
export function pinnedTool(
  policy: LoadedPolicy,
  pins: Pins | undefined,
  tool: LiveTool,
  isStaged = false,
): Objection | undefined {
  return judged(policy, pins, () => (isStaged ? pins?.lookAt(tool) : pins?.tool(tool)));
}

/** The same for an entry of another list. */
export function pinnedEntry(
  policy: LoadedPolicy,
  pins: Pins | undefined,
  { kind, name, definition }: { kind: ListedKind; name: string; definition: JsonObject },
): Objection | undefined {
  return judged(policy, pins, () => pins?.listed(kind, name, definition));
}

/** The same for what a server says about itself. */
export function pinnedInstructions(
  policy: LoadedPolicy,
  pins: Pins | undefined,
  text: string,
): Objection | undefined {
  return judged(policy, pins, () => pins?.instructions(text));
}

function judged(
  { document: { pinning = 'off' } }: LoadedPolicy,
  pins: Pins | undefined,
  problem: () => PinProblem | undefined,
): Objection | undefined {
  if (pinning === 'off') return undefined;
  // A policy that enforces does not start without a lock; should there be none all the same, nothing is as accepted.
  const found = pins === undefined ? 'new' : problem();
  if (found === undefined || pinning === 'warn') return undefined;
  return { rules: ['/pinning'], reason: REASONS[found] };
}
