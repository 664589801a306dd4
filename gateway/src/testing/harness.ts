import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Policy, ToolClass } from '@toolwarden/policy';
import { createGuard } from '../guard.ts';
import { createLink } from '../link/link.ts';
import { pendingLimits } from '../link/pending.ts';
import type { Lock } from '../pins/lock.ts';
import { createPins, type PinEvent } from '../pins/pins.ts';
import { type LoadedPolicy, preparePolicy } from '../policy/load-policy.ts';
import { createShadow } from '../policy/shadow.ts';
import { createMemoryState, type MemoryState } from '../state/memory-state.ts';
import type { State } from '../state/state.ts';
import type { LiveTool } from '../tools/tool-table.ts';
import { brokenInvariants, type Happening, type InvariantOptions } from './invariants.ts';
import { recordedState } from './recorded-state.ts';

/** How a scripted server answers a request: a result, an error, raw lines, or nothing (then it hangs). */
type Script = (request: {
  method: string;
  params: JsonObject;
  id: number;
}) => JsonValue | { raw: string[] } | undefined;

export type HarnessOptions = {
  policy: Policy;
  /** Staged beside it. */
  shadow?: Policy;
  tools?: JsonObject[];
  script?: Script;
  state?: MemoryState;
  /** A lasting one in its place. */
  openedState?: State;
  server?: string;
  grant?: string;
  session?: string;
  classOf?: (tool: LiveTool) => ToolClass | undefined;
  /** What was accepted of the server, which is called `test` unless it is given a name. */
  lock?: Lock;
  /** Whether the lock says what tools are. */
  usesLockClasses?: boolean;
  pinAgeMs?: number;
  isObserving?: boolean;
  capabilities?: JsonObject;
  /** Where people answer approvals. */
  approvalPages?: string;
};

/** A tool that takes anything. */
export function openTool(name: string, properties: JsonObject = {}): JsonObject {
  return { name, inputSchema: { type: 'object', properties } };
}

let connections = 0;

/** Two milliseconds of real time each, also while a test sets the time. */
const PATIENCE_TURNS = 10_000;
const { setTimeout: realTimeout } = globalThis;
const pause = () => new Promise((done) => realTimeout(done, 2));

/** A client, the gateway's own link and guard, and a scripted server, in one process and on one time line. */
export async function createHarness(options: HarnessOptions) {
  const happenings: Happening[] = [];
  const memory = options.state ?? createMemoryState();
  const kept: State = options.openedState ?? memory;
  const { server = 'test', grant = 'local', session = 's1' } = options;
  const connection = ++connections;
  let policy = await preparePolicy(options.policy);
  let staged = options.shadow && (await preparePolicy(options.shadow));
  const shadow = staged && createShadow(() => staged as LoadedPolicy);
  let tools = options.tools ?? [];
  let now = 1_800_000_000_000;
  let calls = 0;
  const pinEvents: PinEvent[] = [];
  const pins =
    options.lock &&
    createPins({ lock: () => options.lock as Lock, server }, (event) => pinEvents.push(event));
  const state = recordedState(kept, happenings);
  const guard = createGuard({
    caller: { server, grant },
    policy: () => policy,
    state,
    nextCallId: () => `c${connection}-${++calls}`,
    clock: () => now,
    isObserving: options.isObserving === true,
    ...(pins && { pins }),
    ...(pins && options.usesLockClasses && { classOf: pins.classOf }),
    ...(options.classOf && { classOf: options.classOf }),
    ...(shadow && { shadow: () => shadow }),
  });
  const answer = (line: string) => {
    happenings.push({ kind: 'server-sent', line });
    link.fromServer(Buffer.from(line));
  };
  const serve = (line: string) => {
    happenings.push({ kind: 'server-got', line });
    const { id, method, params = {} } = JSON.parse(line);
    if (id === undefined || method === undefined) return;
    const scripted =
      options.script?.({ id, method, params }) ??
      (method === 'tools/list' ? { tools } : undefined) ??
      (method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: {} } : undefined);
    if (scripted === undefined) return;
    const raw = own(scripted, 'raw');
    if (Array.isArray(raw)) for (const each of raw) answer(String(each));
    else answer(JSON.stringify({ jsonrpc: '2.0', id, result: scripted as JsonValue }));
  };
  const notes: JsonObject[] = [];
  const link = createLink({
    guard,
    session,
    toServer: serve,
    toClient: (message) =>
      happenings.push({ kind: 'client-got', line: message.toString().trimEnd() }),
    outcome: state.outcome,
    undo(callId) {
      state.undo(callId);
      shadow?.undo(callId, now);
    },
    approvalStatus: state.approvalStatus,
    approvalPages: () => options.approvalPages || undefined,
    note: (kind, detail) => notes.push({ kind, ...detail }),
    clock: () => now,
    limits: pendingLimits,
    ...(options.pinAgeMs !== undefined && { pinAgeMs: options.pinAgeMs }),
  });
  const send = (line: string) => {
    happenings.push({ kind: 'client-sent', line });
    link.fromClient(Buffer.from(line));
  };
  const got = (kind: 'client-got' | 'server-got') =>
    happenings.flatMap((each) => (each.kind === kind ? [JSON.parse(each.line)] : []));
  let lastId = 0;
  /** Sends a request and gives the answer, or `undefined` where none comes. */
  const request = async (method: string, params?: JsonObject): Promise<JsonObject | undefined> => {
    const id = `q${++lastId}`;
    const start = happenings.length;
    send(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params && { params }) }));
    return answerTo(id, () => {
      const since = happenings.slice(start);
      const isAsked = (each: Happening) =>
        each.kind === 'server-got' && JSON.parse(each.line).method === method;
      const sent = since.findLastIndex(isAsked);
      return sent >= 0 && !since.slice(sent).some(({ kind }) => kind === 'server-sent');
    });
  };
  /** `isTheirs`: only the server can answer now, and a script may have chosen not to. */
  const answerTo = async (
    id: JsonValue,
    isTheirs = () => false,
  ): Promise<JsonObject | undefined> => {
    // What was asked may wait for a validator to be loaded, which takes as long as the machine is busy.
    for (let turn = 0; turn < PATIENCE_TURNS; turn++) {
      for (const happening of happenings) {
        if (happening.kind !== 'client-got') continue;
        const value = JSON.parse(happening.line) as JsonValue;
        const isAnswer = own(value, 'id') === id && own(value, 'method') === undefined;
        if (isAnswer && isJsonObject(value)) return value;
      }
      if (turn > 40 && isTheirs()) break;
      if (turn > 500 && link.inFlight === 0) break;
      if (turn > 20 && link.inFlight > 0) await pause();
      else await new Promise((done) => setImmediate(done));
    }
    return undefined;
  };
  await request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: options.capabilities ?? {},
    clientInfo: { name: 'test', version: '1' },
  });
  send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  return {
    happenings,
    state: options.openedState === undefined ? (state as MemoryState) : memory,
    notes,
    pinEvents,
    link,
    send,
    request,
    answerTo,
    answer,
    call: (name: string, args: JsonObject = {}) => request('tools/call', { name, arguments: args }),
    /** Names of the tools whose calls reached the server. */
    reached: () =>
      got('server-got').flatMap(({ method, params }) =>
        method === 'tools/call' ? [params.name as string] : [],
      ),
    clientGot: () => got('client-got'),
    serverGot: () => got('server-got'),
    setTools(next: JsonObject[]) {
      tools = next;
    },
    async setPolicy(next: Policy) {
      policy = await preparePolicy(next);
    },
    /** From now on nothing can be judged by the staged policy. */
    breakShadow() {
      const planFor = () => {
        throw new Error('a fault of ours');
      };
      if (staged) staged = { ...staged, by: { tools: { ...staged.by.tools, planFor } } };
    },
    pass(ms: number) {
      now += ms;
    },
    broken: (more: InvariantOptions = {}) =>
      brokenInvariants(happenings, {
        ...(options.isObserving === true && { isObserving: true }),
        ...more,
      }),
  };
}
