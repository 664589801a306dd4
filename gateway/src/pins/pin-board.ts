import { GatewayError } from '../gateway-error.ts';
import type { LoadedPolicy } from '../policy/load-policy.ts';
import type { Note } from '../state/state.ts';
import type { PinEvent, Pins } from './pins.ts';

/** The lock file in force, for all servers of a process. */
export type PinBoard = {
  /** What one server is held against; `tell` hears of what is not as it was accepted. */
  forServer(server: string, tell: (event: PinEvent) => void): Pins;
  /** Whether anything of this server was ever accepted. */
  knows(server: string): boolean;
  check(): Promise<void>;
  close(): void;
};

/** Refuses a policy that holds servers to what was accepted, where nothing says what that is. */
export function needsLock({ document }: LoadedPolicy): void {
  if (document.pinning !== 'enforce') return;
  throw new GatewayError(
    'lock-missing',
    'the policy says "pinning": "enforce", and no lock file is given; write one with toolwarden pins accept and name it',
  );
}

/** The event for the audit, and for a person in lines: what it is about, then what changed. */
export function pinEventNote(event: PinEvent): { detail: Note['detail']; lines: string[] } {
  const { kind, name, change, lines } = event;
  const difference = lines.join('\n').slice(0, MOST_TEXT);
  const what =
    kind === 'instructions' ? 'the instructions' : `${WORDS[kind]} ${JSON.stringify(name)}`;
  const first = `${what}: ${CHANGES[change]}`;
  return {
    detail: { what: kind, name: name.slice(0, 256), change, difference },
    lines: [first, ...lines.slice(0, MOST_LINES).map((line) => `  ${line}`)],
  };
}

const MOST_TEXT = 4_000;
const MOST_LINES = 20;
const WORDS = {
  ...{ tool: 'the tool', prompts: 'the prompt', resources: 'the resource' },
  resourceTemplates: 'the resource template',
} as const;
const CHANGES = {
  changed: 'no longer as it was accepted',
  new: 'never accepted',
  vanished: 'accepted, but no longer listed',
} as const;
