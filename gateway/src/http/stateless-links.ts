import type { ClientMessage } from '../protocol/client-message.ts';
import type { Via } from '../upstream/upstream.ts';
import type { Overload } from './admission.ts';
import type { Exchange } from './exchange.ts';
import type { FrontConnection } from './front-connection.ts';
import type { Identity } from './identity.ts';
import type { Place, Places } from './places.ts';

type Shared = FrontConnection & { key: string; made: Place; usedAt: number };
type Opening = { made: Place; opened: Promise<Shared | Overload>; shared?: Shared };

const IDLE_MS = 10 * 60_000;

/** The stateless era: what one identity asks at one address shares a connection, whoever of its clients asks. */
export class StatelessLinks {
  readonly #places: Places;
  /** The one that new requests use. */
  readonly #byCaller = new Map<string, Opening>();
  /** These, and those that a change of the configuration left with what they still wait for. */
  readonly #open = new Set<Shared>();
  /** Subscriptions, which are silent for long. */
  readonly #streams = new Map<Exchange, Shared>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** A request; its answer comes on the exchange. @throws GatewayError where no server starts. */
  async request(
    { identity, place }: { identity: Identity; place: Place },
    message: Extract<ClientMessage, { kind: 'request' }>,
    exchange: Exchange,
  ): Promise<Overload | undefined> {
    const connection = await this.#connection(identity, place);
    if ('retryAfterS' in connection) return connection;
    if (connection.upstream.isFull) return { status: 503, retryAfterS: 1 };
    connection.usedAt = performance.now();
    // In this era to leave is to cancel.
    if (message.method === 'subscriptions/listen') this.#streams.set(exchange, connection);
    exchange.onOver = (isAnswered) => {
      this.#streams.delete(exchange);
      if (!isAnswered) connection.link.clientLeft(exchange);
    };
    connection.link.fromClientMessage(message, exchange);
    return undefined;
  }

  /** Whether there is a connection that takes a request at once. */
  isReady({ identity, place }: { identity: Identity; place: Place }): boolean {
    const known = this.#byCaller.get(keyOf(identity, place));
    return known?.made === place && known.shared?.upstream.isFull === false;
  }

  #connection(identity: Identity, place: Place): Promise<Shared | Overload> {
    const key = keyOf(identity, place);
    const known = this.#byCaller.get(key);
    if (known?.made === place) return known.opened;
    const opening: Opening = { made: place, opened: this.#openOne(key, identity, place) };
    this.#byCaller.set(key, opening);
    const forget = () => this.#forget(key, place);
    opening.opened.then((opened) => {
      if ('retryAfterS' in opened) forget();
      else opening.shared = opened;
    }, forget);
    return opening.opened;
  }

  async #openOne(key: string, identity: Identity, place: Place): Promise<Shared | Overload> {
    const opened = await this.#places.connect(place, {
      ...{ identity, session: 'stateless', isShared: true },
      toClient: (message, exchange, via) =>
        (exchange as Exchange | undefined)?.answer(message, via as Via | undefined) ?? false,
      tellClient: (message, exchange, via) => {
        const stream = (via as Via | undefined)?.listener ?? exchange;
        return (stream as Exchange | undefined)?.event(message, undefined) ?? false;
      },
      onEnd: () => this.#end(connection),
    });
    if ('retryAfterS' in opened) return opened;
    const connection: Shared = { ...opened, key, made: place, usedAt: performance.now() };
    this.#open.add(connection);
    return connection;
  }

  #forget(key: string, made: Place): void {
    if (this.#byCaller.get(key)?.made === made) this.#byCaller.delete(key);
  }

  #end(connection: Shared) {
    this.#forget(connection.key, connection.made);
    this.#open.delete(connection);
    connection.link.serverEnded();
    void connection.upstream.close();
  }

  /** Ends what waited too long; once a second. */
  tick(now: number): void {
    for (const connection of this.#open) {
      const { link, made, usedAt } = connection;
      link.tick();
      const isIdle = now - usedAt > IDLE_MS && link.inFlight === 0;
      // A subscription would keep a server that is no more for as long as its client likes.
      const isOld =
        !this.#places.isCurrent(made) && link.inFlight <= this.#subscriptions(connection);
      if (isIdle || isOld) this.#end(connection);
    }
  }

  #subscriptions(connection: Shared): number {
    return [...this.#streams.values()].filter((each) => each === connection).length;
  }

  ping(): void {
    for (const stream of this.#streams.keys()) stream.ping();
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#open].map(({ upstream }) => upstream.close()));
  }
}

// Two tokens of one caller may open different servers; each set of them has a connection that stays.
function keyOf({ policy, grant }: Identity, place: Place): string {
  const where = 'asked' in place ? JSON.stringify(place.asked) : place.name;
  return `${where}\n${policy}\n${grant}`;
}
