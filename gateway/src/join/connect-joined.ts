import { connect, type Front } from '../http/connect.ts';
import type { FrontConnection } from '../http/front-connection.ts';
import type { World } from '../http/world.ts';
import type { Via } from '../upstream/upstream.ts';
import { JoinedLink } from './joined-link.ts';
import type { JoinedServers } from './joined-servers.ts';
import type { ClientSide } from './origins.ts';
import { Part } from './part.ts';
import type { Reach } from './reach.ts';

/** Opens a way to several servers for one client. Each is reached when something is asked of it, or left out. */
export function connectJoined(
  world: World,
  front: Omit<Front, 'server'>,
  { servers }: JoinedServers,
  reach: Reach,
): FrontConnection {
  const { identity, session, isShared, toClient, tellClient = toClient } = front;
  const parts = servers.map(
    (server) =>
      new Part(
        server,
        async (part) => {
          const made = await connect(world, {
            ...{ identity, server, session, isShared },
            toClient: (message, origin, via) => link.answered(part, message, origin, via as Via),
            tellClient: (message, origin, via) => link.told(part, message, origin, via as Via),
            onEnd: (why) => link.ended(part, why),
          });
          return 'retryAfterS' in made
            ? { problem: 'it cannot be started now', waitMs: made.retryAfterS * 1_000 }
            : made;
        },
        (why) => reach.say(server.name, isShared, why),
      ),
  );
  const link = new JoinedLink({
    ...{ world, identity, parts, session: isShared ? undefined : session },
    toClient: (message, to: ClientSide | undefined, via) => toClient(message, to, via) !== false,
    tellClient: (message, to: ClientSide | undefined) => tellClient(message, to) !== false,
  });
  const upstream: FrontConnection['upstream'] = {
    get settled() {
      return Promise.all(parts.map((part) => part.upstream?.settled)).then(() => undefined);
    },
    async close() {
      await Promise.all(parts.map((part) => part.close()));
    },
  };
  return { link, upstream };
}
