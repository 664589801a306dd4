import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { readStrictJson } from '../json/strict-json.ts';

/** One thing that happened, in the order it happened; lines as they crossed the wire. */
export type Happening =
  | {
      kind: 'client-sent' | 'client-got' | 'server-got' | 'server-sent';
      line: string;
      /** Which client, where there are several. */
      client?: string;
    }
  | {
      kind: 'recorded';
      callId: string;
      tool: string;
      /** The arguments, or of an audit the keyed hash of their text. */
      arguments: JsonObject | string;
      effect: 'allow' | 'approve' | 'deny';
      /** The time it was judged by, and what its counters then held. */
      at?: number;
      counters?: readonly Counted[];
    }
  | { kind: 'given-back'; callId: string }
  /** What the gateway says to others than its client: on its stderr, in its audit. */
  | { kind: 'wrote'; where: 'stderr' | 'audit'; line: string }
  /** A process that the gateway started lived on, though the gateway was gone. */
  | { kind: 'outlived'; pid: number }
  /** Something that a decision needs is gone; from here on nothing may pass until it is back. */
  | { kind: 'lost'; what: string }
  | { kind: 'restored' }
  /** What the gateway's process holds at a moment. */
  | { kind: 'sampled'; rssKb: number; files: number; children: number };

type Counted = { key: string; charged: number; used: number; windowMs: number };
type RecordedCall = Extract<Happening, { kind: 'recorded' }>;

/** What a run is held against. */
export type InvariantOptions = {
  /** Calls of a tool that may reach the server in the whole run. */
  ceilings?: Record<string, number>;
  /** Texts that only we know; they must not leave. */
  secrets?: string[];
  /** What only one client knows, by its name; it must not reach another. */
  canaries?: Record<string, string>;
  /** What a process may hold at any moment. */
  bounds?: Partial<Record<'rssKb' | 'files' | 'children', number>>;
  /** With `--observe` what is refused passes all the same. */
  isObserving?: boolean;
  /** Where the client left before the end, not all it asked can have been answered. */
  clientLeft?: boolean;
  /** The keyed hash of a call's arguments, where records hold that. */
  hashOf?: (argumentsText: string) => string;
};

/**
 * Says which of the invariants I1 to I9 a run broke; none means that it held. The server's own log is the truth, never
 * ours. Every test of a fault runs this.
 */
export function brokenInvariants(
  happenings: readonly Happening[],
  options: InvariantOptions = {},
): string[] {
  return [
    ...unrecorded(happenings, options),
    ...overCeiling(happenings, options.ceilings ?? {}),
    ...goneBack(happenings, options.isObserving === true),
    ...passedInTheDark(happenings),
    ...ambiguous(happenings),
    ...crossed(happenings, options.canaries ?? {}),
    ...leaked(happenings, options.secrets ?? []),
    ...unbounded(happenings, options.bounds ?? {}),
    ...(options.clientLeft ? [] : unanswered(happenings)),
    ...orphaned(happenings),
  ];
}

type CallFrame = { tool: string; arguments: JsonObject; line: string };

function callsIn(line: string): CallFrame[] {
  const value = parse(line);
  if (own(value, 'method') !== 'tools/call') return [];
  const params = own(value, 'params');
  const args = own(params, 'arguments') ?? {};
  return [{ tool: String(own(params, 'name')), arguments: isJsonObject(args) ? args : {}, line }];
}

const callsAt = (happening: Happening): CallFrame[] =>
  happening.kind === 'server-got' ? callsIn(happening.line) : [];

// I1 and I5: what the server got was recorded before, once, as allowed, with the very same arguments.
function unrecorded(
  happenings: readonly Happening[],
  { isObserving = false, hashOf }: InvariantOptions,
): string[] {
  const open: RecordedCall[] = [];
  const isOf = (each: RecordedCall, call: CallFrame) => {
    if (each.tool !== call.tool) return false;
    return typeof each.arguments === 'string'
      ? hashOf?.(JSON.stringify(call.arguments)) === each.arguments
      : isDeepStrictEqual(each.arguments, call.arguments);
  };
  const broken: string[] = [];
  for (const happening of happenings) {
    if (happening.kind === 'recorded' && (isObserving || happening.effect === 'allow')) {
      open.push(happening);
    }
    for (const call of callsAt(happening)) {
      const index = open.findIndex((each) => isOf(each, call));
      if (index === -1) broken.push(`I1: reached the server without a record: ${call.line}`);
      else open.splice(index, 1);
    }
  }
  return broken;
}

// I2
function overCeiling(happenings: readonly Happening[], ceilings: Record<string, number>): string[] {
  return Object.entries(ceilings).flatMap(([tool, most]) => {
    const count = happenings.flatMap(callsAt).filter((call) => call.tool === tool).length;
    return count > most
      ? [`I2: ${count} calls of ${tool} reached the server, at most ${most} may`]
      : [];
  });
}

// I3: a counter never holds less than what was charged to it in its window, whatever restarted in between.
function goneBack(happenings: readonly Happening[], isObserving: boolean): string[] {
  const charges: { callId: string; key: string; at: number; amount: number }[] = [];
  const broken: string[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (const happening of happenings) {
    if (happening.kind === 'given-back') {
      for (const each of charges) if (each.callId === happening.callId) each.amount = 0;
    }
    if (happening.kind !== 'recorded' || happening.at === undefined) continue;
    const { callId, counters = [], effect } = happening;
    // A clock that is set back is not followed to before the last charge.
    const at = Math.max(latest, happening.at);
    for (const { key, charged, used, windowMs } of counters) {
      const isCharged = effect === 'allow' || isObserving;
      if (isCharged && charged > 0) {
        charges.push({ callId, key, at, amount: charged });
        latest = at;
      }
      const from = at - windowMs;
      const least = charges
        .filter((each) => each.key === key && each.at > from)
        .reduce((sum, { amount }) => sum + amount, 0);
      if (used < least - 1e-9) broken.push(`I3: ${key} held ${used} after ${least} were charged`);
    }
  }
  return broken;
}

// I4
function passedInTheDark(happenings: readonly Happening[]): string[] {
  let missing: string | undefined;
  return happenings.flatMap((happening) => {
    if (happening.kind === 'lost') missing = happening.what;
    if (happening.kind === 'restored') missing = undefined;
    if (missing === undefined) return [];
    return callsAt(happening).map(({ line }) => `I4: passed while ${missing} was missing: ${line}`);
  });
}

// I5: whatever reaches the server can be read in one way only.
function ambiguous(happenings: readonly Happening[]): string[] {
  return happenings.flatMap((each) => {
    if (each.kind !== 'server-got') return [];
    const read = readStrictJson(each.line);
    return read.ok ? [] : [`I5: ${read.problem.what}: ${each.line.slice(0, 200)}`];
  });
}

// I6
function crossed(happenings: readonly Happening[], canaries: Record<string, string>): string[] {
  return happenings.flatMap((each) => {
    if (each.kind !== 'client-got' || each.client === undefined) return [];
    return Object.entries(canaries).flatMap(([owner, canary]) =>
      owner !== each.client && each.line.includes(canary)
        ? [`I6: what ${owner} sent reached ${each.client}`]
        : [],
    );
  });
}

// I7
function leaked(happenings: readonly Happening[], secrets: readonly string[]): string[] {
  return happenings.flatMap((each) =>
    each.kind === 'client-got' || each.kind === 'server-got' || each.kind === 'wrote'
      ? secrets.flatMap((secret) =>
          each.line.includes(secret)
            ? [`I7: a secret left by ${each.kind === 'wrote' ? each.where : each.kind}`]
            : [],
        )
      : [],
  );
}

// I8: never over a bound, and in the end no more open than in the beginning. Memory goes back when the engine likes.
function unbounded(
  happenings: readonly Happening[],
  bounds: NonNullable<InvariantOptions['bounds']>,
): string[] {
  const samples = happenings.filter((each) => each.kind === 'sampled');
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return [];
  const names = ['rssKb', 'files', 'children'] as const;
  const over = names.flatMap((name) => {
    const most = Math.max(...samples.map((sample) => sample[name]));
    return most > (bounds[name] ?? Number.POSITIVE_INFINITY)
      ? [`I8: ${name} went up to ${most}`]
      : [];
  });
  const left = (['files', 'children'] as const).flatMap((name) =>
    last[name] > Math.ceil(first[name] * 1.1)
      ? [`I8: ${name} began with ${first[name]} and ended with ${last[name]}`]
      : [],
  );
  return [...over, ...left];
}

// I9: a request gets one answer; a cancelled one none.
function unanswered(happenings: readonly Happening[]): string[] {
  const open = new Map<string, number>();
  for (const happening of happenings) {
    if (!('line' in happening) || happening.kind === 'wrote') continue;
    const { kind, line, client = '' } = happening;
    const value = parse(line);
    const keyOf = (id: JsonValue | undefined) => `${client} ${typeof id} ${String(id)}`.trim();
    const id = own(value, 'id');
    if (kind === 'client-sent' && own(value, 'method') === 'notifications/cancelled') {
      open.delete(keyOf(own(own(value, 'params'), 'requestId')));
    } else if (kind === 'client-sent' && isRequest(value)) open.set(keyOf(id), 0);
    else if (kind === 'client-got' && id !== undefined && own(value, 'method') === undefined) {
      if (id !== null) open.set(keyOf(id), (open.get(keyOf(id)) ?? 1) + 1);
    }
  }
  return [...open].flatMap(([key, count]) =>
    count === 1 ? [] : [`I9: request ${key} got ${count} answers`],
  );
}

// I9: nor does what was started for an exchange go on after it.
function orphaned(happenings: readonly Happening[]): string[] {
  return happenings.flatMap((each) =>
    each.kind === 'outlived' ? [`I9: process ${each.pid} outlived its gateway`] : [],
  );
}

function isRequest(value: JsonValue | undefined): boolean {
  const id = own(value, 'id');
  return own(value, 'method') !== undefined && (typeof id === 'string' || Number.isSafeInteger(id));
}

function parse(line: string): JsonValue | undefined {
  const read = readStrictJson(line);
  return read.ok ? read.value : undefined;
}
