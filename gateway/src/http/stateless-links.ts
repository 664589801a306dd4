import type { ClientMessage } from '../protocol/client-message.ts';
import type { Via } from '../upstream/upstream.ts';
import type { Overload } from './admission.ts';
import { type Connection, connect } from './connect.ts';
import type { Exchange } from './exchange.ts';
import type { Identity } from './identity.ts';
import type { Server, World } from './world.ts';

type Shared = Connection & { made: Server; usedAt: number };

const IDLE_MS = 10 * 60_000;

/** The stateless era: what one identity asks of one server shares a connection, whoever of its clients asks. */
export class StatelessLinks {
  readonly #world: World;
  readonly #byCaller = new Map<string, Promise<Shared | Overload>>();
  readonly #open = new Set<Shared>();
  /** Subscriptions, which are silent for long. */
  readonly #streams = new Set<Exchange>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A request; its answer comes on the exchange. @throws GatewayError where no server starts. */
  async request(
    { identity, server }: { identity: Identity; server: Server },
    message: Extract<ClientMessage, { kind: 'request' }>,
    exchange: Exchange,
  ): Promise<Overload | undefined> {
    const connection = await this.#connection(identity, server);
    if ('retryAfterS' in connection) return connection;
    connection.usedAt = performance.now();
    // In this era to leave is to cancel.
    if (message.method === 'subscriptions/listen') this.#streams.add(exchange);
    exchange.onOver = (isAnswered) => {
      this.#streams.delete(exchange);
      if (!isAnswered) connection.link.clientLeft(exchange);
    };
    connection.link.fromClientMessage(message, exchange);
    return undefined;
  }

  #connection(identity: Identity, server: Server): Promise<Shared | Overload> {
    const key = `${server.name}\n${identity.grant}`;
    const known = this.#byCaller.get(key);
    if (known !== undefined) return known;
    const opening = this.#openOne(key, identity, server);
    this.#byCaller.set(key, opening);
    const forget = () => void this.#byCaller.delete(key);
    opening.then((opened) => 'retryAfterS' in opened && forget(), forget);
    return opening;
  }

  async #openOne(key: string, identity: Identity, server: Server): Promise<Shared | Overload> {
    const opened = await connect(this.#world, {
      ...{ identity, server, session: 'stateless', isShared: true },
      toClient: (message, exchange, via) =>
        (exchange as Exchange | undefined)?.answer(message, via as Via | undefined) ?? false,
      tellClient: (message, exchange, via) => {
        const stream = (via as Via | undefined)?.listener ?? exchange;
        return (stream as Exchange | undefined)?.event(message, undefined) ?? false;
      },
      onEnd: () => this.#end(key, connection),
    });
    if ('retryAfterS' in opened) return opened;
    const connection: Shared = { ...opened, made: server, usedAt: performance.now() };
    this.#open.add(connection);
    return connection;
  }

  #end(key: string, connection: Shared) {
    this.#byCaller.delete(key);
    this.#open.delete(connection);
    connection.link.serverEnded();
    void connection.upstream.close();
  }

  /** Ends what waited too long; once a second. */
  async tick(now: number): Promise<void> {
    for (const [key, opening] of this.#byCaller) {
      const connection = await opening.catch(() => undefined);
      if (connection === undefined || 'retryAfterS' in connection) continue;
      connection.link.tick();
      const isOld = this.#world.setup.servers.get(connection.made.name) !== connection.made;
      const isIdle = now - connection.usedAt > IDLE_MS && connection.link.inFlight === 0;
      if (isIdle || (isOld && connection.link.inFlight === 0)) this.#end(key, connection);
    }
  }

  ping(): void {
    for (const stream of this.#streams) stream.ping();
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#open].map(({ upstream }) => upstream.close()));
  }
}
