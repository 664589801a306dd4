import type { GatewayLimits } from '../config/gateway-config.ts';
import { createGuard } from '../guard.ts';
import { createLink } from '../link/link.ts';
import type { Link, LinkOptions } from '../link/link-options.ts';
import type { Note } from '../state/state.ts';
import { openSseUpstream } from '../upstream/sse-upstream.ts';
import { openStdioUpstream } from '../upstream/stdio-upstream.ts';
import type { Upstream, UpstreamEvents } from '../upstream/upstream.ts';
import { openUrlUpstream } from '../upstream/url-upstream.ts';
import type { Overload } from './admission.ts';
import { Exchange } from './exchange.ts';
import type { Identity } from './identity.ts';
import { paramHeaderProblem } from './param-headers.ts';
import type { Server, World } from './world.ts';

/** Requests of one connection that may wait at once. */
const MOST_WAITING = 256;

/** A client's side of a new connection. */
export type Front = Pick<LinkOptions, 'toClient' | 'tellClient'> & {
  identity: Identity;
  server: Server;
  /** Names the session where calls are counted by it. */
  session: string;
  /** Whether several requests of one identity share the connection, as in the stateless era. */
  isShared: boolean;
  /** The server ended, or ended the session. */
  onEnd: (why: string) => void;
};

/** Both halves of a way to a server. */
export type Connection = { link: Link; upstream: Upstream };

/** Opens a way to a server for one client, or says why not now. @throws GatewayError where its command cannot be started. */
export async function connect(world: World, front: Front): Promise<Connection | Overload> {
  const { server, identity } = front;
  const { limits } = world.setup.config;
  const note = (kind: Note['kind'], detail: Note['detail']) =>
    world.note(kind, detail, server.name, identity.grant);
  const events: UpstreamEvents = {
    onMessage: (message, via) => link.fromServer(message, via),
    onFailure: (pending, message) => link.requestFailed(pending, message),
    isWaiting: (pending) => link.isWaiting(pending),
    onEnd: front.onEnd,
    note: (what) => note('server-fault', { what: what.slice(0, 300) }),
  };
  const upstream = openRemote(server, events, limits) ?? (await openChild(world, front, events));
  if ('retryAfterS' in upstream) return upstream;
  const link = createLink({
    guard: guardOf(world, front),
    session: front.session,
    toClient: front.toClient,
    ...(front.tellClient && { tellClient: front.tellClient }),
    toServer: (message, about) => upstream.send(message, about),
    cancelAtServer: (pending) => upstream.cancel(pending),
    transportProblem: paramHeaderProblem,
    recalled: (origin) => (origin instanceof Exchange ? origin.recalled : undefined),
    mayStillCall: async (origin) => {
      const authorization = exchangeOf(origin)?.authorization;
      return (await world.identify(authorization))?.grant === identity.grant;
    },
    isShared: front.isShared,
    outcome: (callId, outcome) => world.state.outcome(callId, outcome),
    undo(callId) {
      world.state.undo(callId);
      world.setup.shadows?.of(identity)?.undo(callId, Date.now());
    },
    approvalStatus: (id) => world.state.approvalStatus(id),
    note,
    clock: () => performance.now(),
    limits: { inFlight: MOST_WAITING, idleMs: limits.idleMs, hardMs: limits.hardMs },
    listAgeMs: limits.listAgeMs,
    pinAgeMs: limits.pinAgeMs,
    stateOption: world.stateOption,
    approvalPages: () => world.approvalPages,
  });
  return { link, upstream };
}

/** Where a request came in, also where another one was made of it for one of several servers. */
function exchangeOf(origin: object | undefined): Exchange | undefined {
  const front = origin instanceof Exchange ? origin : (origin as { front?: unknown })?.front;
  return front instanceof Exchange ? front : undefined;
}

/** The way to a server that runs already, if it is one. */
function openRemote({ target, config }: Server, events: UpstreamEvents, limits: GatewayLimits) {
  if (target === undefined) return undefined;
  const options = { target, events, maxAnswerBytes: limits.answerBytes };
  const isOld = 'transport' in config && config.transport === 'sse';
  return isOld ? openSseUpstream(options) : openUrlUpstream(options);
}

/** Starts a process, unless there are too many, or this server keeps dying. */
async function openChild(
  { admission, starts }: World,
  { server: { name, config }, identity: { grant } }: Front,
  events: UpstreamEvents,
): Promise<Upstream | Overload> {
  if ('url' in config) throw new Error('a server with an address has no command');
  const startedAt = performance.now();
  const waitMs = starts.waitMs(name, startedAt);
  if (waitMs > 0) return { status: 503, retryAfterS: Math.ceil(waitMs / 1_000) };
  const overload = admission.child(grant);
  if (overload !== undefined) return overload;
  let isWanted = true;
  const over = () => {
    admission.childOver(grant);
    const now = performance.now();
    if (isWanted) starts.ended(name, now - startedAt, now);
  };
  try {
    const upstream = await openStdioUpstream(config, {
      ...events,
      onEnd(why) {
        over();
        events.onEnd(why);
      },
    });
    const { close } = upstream;
    upstream.close = () => {
      isWanted = false;
      return close();
    };
    return upstream;
  } catch (error) {
    over();
    throw error;
  }
}

function guardOf(world: World, { identity, server }: Front) {
  return createGuard({
    caller: { server: server.name, grant: identity.grant },
    // By name each time: a policy that is gone refuses.
    policy: () => world.setup.policies.get(identity.policy),
    state: world.state,
    classOf: (tool) => (world.setup.classOf ?? server.pins?.classOf)?.(tool),
    ...(server.pins && { pins: server.pins }),
    nextCallId: world.nextCallId,
    clock: Date.now,
    isObserving: world.isObserving,
    shadow: () => world.setup.shadows?.of(identity),
  });
}
