import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { readStrictJson } from '../json/strict-json.ts';

/** One thing that happened, in the order it happened; lines as they crossed the wire. */
export type Happening =
  | { kind: 'client-sent' | 'client-got' | 'server-got' | 'server-sent'; line: string }
  | {
      kind: 'recorded';
      callId: string;
      tool: string;
      arguments: JsonObject;
      effect: 'allow' | 'approve' | 'deny';
    };

/** What a run is held against. */
export type InvariantOptions = {
  /** Calls of a tool that may reach the server in the whole run. */
  ceilings?: Record<string, number>;
  /** Texts that only we know; they must not leave. */
  secrets?: string[];
  /** With `--observe` what is refused passes all the same. */
  isObserving?: boolean;
  /** Where the client left before the end, not all it asked can have been answered. */
  clientLeft?: boolean;
};

/** Says which invariants a run broke; none means that it held. The server's own log is the truth, never ours. */
export function brokenInvariants(
  happenings: readonly Happening[],
  options: InvariantOptions = {},
): string[] {
  return [
    ...unrecorded(happenings, options.isObserving === true),
    ...overCeiling(happenings, options.ceilings ?? {}),
    ...ambiguous(happenings),
    ...leaked(happenings, options.secrets ?? []),
    ...(options.clientLeft ? [] : unanswered(happenings)),
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

// I1 and I5: what the server got was recorded before, once, as allowed, with the very same arguments.
function unrecorded(happenings: readonly Happening[], isObserving: boolean): string[] {
  const open: Extract<Happening, { kind: 'recorded' }>[] = [];
  const broken: string[] = [];
  for (const happening of happenings) {
    if (happening.kind === 'recorded' && (isObserving || happening.effect === 'allow')) {
      open.push(happening);
    }
    if (happening.kind !== 'server-got') continue;
    for (const call of callsIn(happening.line)) {
      const index = open.findIndex(
        (each) => each.tool === call.tool && isDeepStrictEqual(each.arguments, call.arguments),
      );
      if (index === -1) broken.push(`I1: reached the server without a record: ${call.line}`);
      else open.splice(index, 1);
    }
  }
  return broken;
}

// I2
function overCeiling(happenings: readonly Happening[], ceilings: Record<string, number>): string[] {
  return Object.entries(ceilings).flatMap(([tool, most]) => {
    const count = happenings.filter(
      (each) => each.kind === 'server-got' && callsIn(each.line).some((call) => call.tool === tool),
    ).length;
    return count > most
      ? [`I2: ${count} calls of ${tool} reached the server, at most ${most} may`]
      : [];
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

// I7
function leaked(happenings: readonly Happening[], secrets: readonly string[]): string[] {
  return happenings.flatMap((each) =>
    each.kind === 'client-got' || each.kind === 'server-got'
      ? secrets.flatMap((secret) =>
          each.line.includes(secret) ? [`I7: a secret left by ${each.kind}`] : [],
        )
      : [],
  );
}

// I9: a request gets one answer; a cancelled one none.
function unanswered(happenings: readonly Happening[]): string[] {
  const open = new Map<string, number>();
  for (const { kind, line } of happenings.filter((each) => each.kind !== 'recorded')) {
    const value = parse(line);
    const id = own(value, 'id');
    const key = `${typeof id} ${String(id)}`;
    if (kind === 'client-sent' && own(value, 'method') === 'notifications/cancelled') {
      const cancelled = own(own(value, 'params'), 'requestId');
      open.delete(`${typeof cancelled} ${String(cancelled)}`);
    } else if (kind === 'client-sent' && isRequest(value)) open.set(key, 0);
    else if (kind === 'client-got' && id !== undefined && own(value, 'method') === undefined) {
      if (id !== null) open.set(key, (open.get(key) ?? 1) + 1);
    }
  }
  return [...open].flatMap(([key, count]) =>
    count === 1 ? [] : [`I9: request ${key} got ${count} answers`],
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
