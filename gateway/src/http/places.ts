import { connectJoined } from '../join/connect-joined.ts';
import { type JoinedServers, JoinedShelf } from '../join/joined-servers.ts';
import { Reach } from '../join/reach.ts';
import type { Overload } from './admission.ts';
import { connect, type Front } from './connect.ts';
import type { FrontConnection } from './front-connection.ts';
import type { Identity } from './identity.ts';
import type { Server, World } from './world.ts';

/** What an address leads to: one server, or at `/mcp` all that the caller may use. */
export type Place = Server | JoinedServers;

/** Knows what addresses lead to, and opens the way there. */
export class Places {
  readonly #world: World;
  readonly #joined = new JoinedShelf();
  readonly #reach: Reach;

  constructor(world: World) {
    this.#world = world;
    this.#reach = new Reach(world.log);
  }

  joined({ servers }: Identity): JoinedServers {
    return this.#joined.of(this.#world.setup, servers);
  }

  /** Whether it is still what the configuration says. */
  isCurrent(place: Place): boolean {
    const { setup } = this.#world;
    if ('asked' in place) return this.#joined.isCurrent(setup, place);
    return setup.servers.get(place.name) === place;
  }

  /** Opens a way for one client, or says why not now. @throws GatewayError where a command cannot be started. */
  connect(place: Place, front: Omit<Front, 'server'>): Promise<FrontConnection | Overload> {
    if ('asked' in place) {
      return Promise.resolve(connectJoined(this.#world, front, place, this.#reach));
    }
    return connect(this.#world, { ...front, server: place });
  }
}
