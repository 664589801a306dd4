import { createGuard } from '../guard.ts';
import { createLink } from '../link/link.ts';
import type { Link, LinkOptions } from '../link/link-options.ts';
import type { Note } from '../state/state.ts';
import { openStdioUpstream } from '../upstream/stdio-upstream.ts';
import type { Upstream, UpstreamEvents } from '../upstream/upstream.ts';
import { openUrlUpstream } from '../upstream/url-upstream.ts';
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

/** Opens a way to a server for one client. @throws GatewayError where its command cannot be started. */
export async function connect(
  world: World,
  front: Front,
): Promise<{ link: Link; upstream: Upstream }> {
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
  const upstream =
    server.target !== undefined
      ? openUrlUpstream({ target: server.target, events, maxAnswerBytes: limits.answerBytes })
      : await openChild(server, events);
  const link = createLink({
    guard: guardOf(world, front),
    session: front.session,
    toClient: front.toClient,
    ...(front.tellClient && { tellClient: front.tellClient }),
    toServer: (message, about) => upstream.send(message, about),
    cancelAtServer: (pending) => upstream.cancel(pending),
    transportProblem: paramHeaderProblem,
    isShared: front.isShared,
    outcome: (callId, outcome) => world.state.outcome(callId, outcome),
    undo: (callId) => world.state.undo(callId),
    note,
    clock: () => performance.now(),
    limits: { inFlight: MOST_WAITING, idleMs: limits.idleMs, hardMs: limits.hardMs },
    listAgeMs: limits.listAgeMs,
    stateOption: world.stateOption,
  });
  return { link, upstream };
}

async function openChild({ config }: Server, events: UpstreamEvents): Promise<Upstream> {
  if ('url' in config) throw new Error('a server with an address has no command');
  return openStdioUpstream(config, events);
}

function guardOf(world: World, { identity, server }: Front) {
  return createGuard({
    caller: { server: server.name, grant: identity.grant },
    // By name each time: a policy that is gone refuses.
    policy: () => world.setup.policies.get(identity.policy),
    state: world.state,
    classOf: (tool) => world.setup.classOf?.(tool),
    nextCallId: world.nextCallId,
    clock: Date.now,
    isObserving: world.isObserving,
  });
}
