import { type Digest, instructionsDigest, type JsonObject } from '@toolwarden/catalogue';
import type { ToolClass } from '@toolwarden/policy';
import type { LiveTool } from '../tools/tool-table.ts';
import { definitionDiff } from './definition-diff.ts';
import type { Lock, ServerPins } from './lock.ts';
import { type ListedKind, listedDigest } from './pin-digest.ts';
import { shadowings, shadowingWords } from './shadowing.ts';

/** What stands in the way of something that is not as it was accepted. */
export type PinProblem = 'changed' | 'new';

/** Hears of what is not as it was accepted, once for each state of it. */
export type PinEvent = {
  kind: 'tool' | 'instructions' | ListedKind;
  name: string;
  change: PinProblem | 'vanished';
  lines: string[];
};

/** What one server says of itself, held against the lock file. */
export type Pins = {
  /** Undefined where the tool is as it was accepted. */
  tool(tool: LiveTool): PinProblem | undefined;
  /** The same, and nobody is told. */
  lookAt(tool: LiveTool): PinProblem | undefined;
  listed(kind: ListedKind, name: string, definition: JsonObject): PinProblem | undefined;
  instructions(text: string): PinProblem | undefined;
  /** To be told of each complete list of tools: what was accepted may be gone. */
  sawTools(names: readonly string[]): void;
  /** What a tool was judged to be when it was accepted; only for exactly that definition. */
  classOf(tool: LiveTool): ToolClass | undefined;
};

/** Holds one server against the lock file in force, which may be another one at the next call. */
export function createPins(
  { lock, server }: { lock: () => Lock; server: string },
  tell: (event: PinEvent) => void,
): Pins {
  const told = new Set<string>();
  const once = (id: string, event: () => PinEvent) => {
    if (told.has(id) || told.size > MOST_TOLD) return;
    told.add(id);
    tell(event());
  };
  // Looked for in a lock that changes rarely, for every call.
  let known: { lock: Lock; pins: ServerPins | undefined } | undefined;
  const pinned = () => {
    const current = lock();
    if (known?.lock !== current) {
      const { servers } = current;
      known = { lock: current, pins: Object.hasOwn(servers, server) ? servers[server] : undefined };
      told.clear();
    }
    return known.pins;
  };
  const judge = (
    kind: PinEvent['kind'],
    name: string,
    accepted: { digest: Digest; definition: JsonObject | string } | undefined,
    now: { digest: Digest; definition: JsonObject | string },
  ): PinProblem | undefined => {
    const change = problemOf(accepted, now);
    if (change === undefined) return undefined;
    once(`${kind} ${name} ${now.digest}`, () => {
      const lines = definitionDiff(accepted?.definition, now.definition);
      const spoken = shadowings(now.definition, server, lock()).map(shadowingWords);
      return { kind, name, change, lines: [...spoken, ...lines] };
    });
    return change;
  };
  const tool = (live: LiveTool) =>
    judge('tool', live.name, acceptedTool(pinned(), live.name), live);
  return {
    tool,
    lookAt: (live) => problemOf(acceptedTool(pinned(), live.name), live),
    listed(kind, name, definition) {
      const entries = pinned()?.[kind] ?? {};
      const accepted = Object.hasOwn(entries, name) ? entries[name] : undefined;
      return judge(kind, name, accepted, { digest: listedDigest(kind, definition), definition });
    },
    instructions(text) {
      const accepted = pinned()?.instructions;
      return judge(
        ...(['instructions', ''] as const),
        accepted && { digest: accepted.digest, definition: accepted.text },
        { digest: instructionsDigest(text), definition: text },
      );
    },
    sawTools(names) {
      const listed = new Set(names);
      for (const name of Object.keys(pinned()?.tools ?? {})) {
        if (listed.has(name)) told.delete(`vanished ${name}`);
        else
          once(`vanished ${name}`, () => ({ kind: 'tool', name, change: 'vanished', lines: [] }));
      }
    },
    classOf(live) {
      const accepted = acceptedTool(pinned(), live.name);
      if (accepted?.class === undefined || accepted.digest !== live.digest) return undefined;
      classes.set(
        accepted,
        classes.get(accepted) ?? { ...accepted.class, toolDigest: accepted.digest },
      );
      return classes.get(accepted);
    },
  };
}

// A server that invents a new definition at every list must not fill the audit, or our memory.
const MOST_TOLD = 10_000;

// One object for one class, because plans are remembered by it.
const classes = new WeakMap<ServerPins['tools'][string], ToolClass>();

function problemOf(
  accepted: { digest: Digest } | undefined,
  now: { digest: Digest },
): PinProblem | undefined {
  if (accepted === undefined) return 'new';
  return accepted.digest === now.digest ? undefined : 'changed';
}

function acceptedTool(pins: ServerPins | undefined, name: string) {
  return pins && Object.hasOwn(pins.tools, name) ? pins.tools[name] : undefined;
}
