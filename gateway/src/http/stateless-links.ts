import type { Link } from '../link/link-options.ts';
import type { ClientMessage } from '../protocol/client-message.ts';
import type { Upstream, Via } from '../upstream/upstream.ts';
import { connect } from './connect.ts';
import type { Exchange } from './exchange.ts';
import type { Identity } from './identity.ts';
import type { Server, World } from './world.ts';

type Connection = { link: Link; upstream: Upstream; made: Server; usedAt: number };

const IDLE_MS = 10 * 60_000;

/** The stateless era: what one identity asks of one server shares a connection, whoever of its clients asks. */
export class StatelessLinks {
  readonly #world: World;
  readonly #byCaller = new Map<string, Promise<Connection>>();
  readonly #open = new Set<Connection>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A request; its answer comes on the exchange. @throws GatewayError where no server starts. */
  async request(
    { identity, server }: { identity: Identity; server: Server },
    message: ClientMessage,
    exchange: Exchange,
  ): Promise<void> {
    const connection = await this.#connection(identity, server);
    connection.usedAt = performance.now();
    // In this era to leave is to cancel.
    exchange.onOver = (isAnswered) => {
      if (!isAnswered) connection.link.clientLeft(exchange);
    };
    connection.link.fromClientMessage(message, exchange);
  }

  #connection(identity: Identity, server: Server): Promise<Connection> {
    const key = `${server.name}\n${identity.grant}`;
    const known = this.#byCaller.get(key);
    if (known !== undefined) return known;
    const opening = this.#openOne(key, identity, server);
    this.#byCaller.set(key, opening);
    opening.catch(() => this.#byCaller.delete(key));
    return opening;
  }

  async #openOne(key: string, identity: Identity, server: Server): Promise<Connection> {
    const { link, upstream } = await connect(this.#world, {
      ...{ identity, server, session: 'stateless', isShared: true },
      toClient: (message, exchange, via) =>
        (exchange as Exchange | undefined)?.answer(message, via as Via | undefined) ?? false,
      tellClient: (message, exchange, via) => {
        const stream = (via as Via | undefined)?.listener ?? exchange;
        return (stream as Exchange | undefined)?.event(message, undefined) ?? false;
      },
      onEnd: () => this.#end(key, connection),
    });
    const connection: Connection = { link, upstream, made: server, usedAt: performance.now() };
    this.#open.add(connection);
    return connection;
  }

  #end(key: string, connection: Connection) {
    this.#byCaller.delete(key);
    this.#open.delete(connection);
    connection.link.serverEnded();
    void connection.upstream.close();
  }

  /** Ends what waited too long; once a second. */
  async tick(now: number): Promise<void> {
    for (const [key, opening] of this.#byCaller) {
      const connection = await opening.catch(() => undefined);
      if (connection === undefined) continue;
      connection.link.tick();
      const isOld = this.#world.setup.servers.get(connection.made.name) !== connection.made;
      const isIdle = now - connection.usedAt > IDLE_MS && connection.link.inFlight === 0;
      if (isIdle || (isOld && connection.link.inFlight === 0)) this.#end(key, connection);
    }
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#open].map(({ upstream }) => upstream.close()));
  }
}
