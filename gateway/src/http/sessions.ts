import type { Via } from '../upstream/upstream.ts';
import type { Overload } from './admission.ts';
import type { Exchange } from './exchange.ts';
import type { Identity } from './identity.ts';
import type { Place, Places } from './places.ts';
import { type KeptByAll, Session } from './session.ts';
import type { World } from './world.ts';

/** The sessions of all clients. */
export class Sessions {
  readonly #world: World;
  readonly #places: Places;
  readonly #byId = new Map<string, Session>();

  readonly #keptByAll: KeptByAll;

  constructor(world: World, places: Places) {
    this.#world = world;
    const most = () => world.setup.config.limits.waitingBytes / 4;
    this.#keptByAll = { length: 0, most };
    this.#places = places;
  }

  /** A session, if it is this caller's at this place; for everybody else there is none. */
  find(id: string, identity: Identity, place: Place): Session | undefined {
    const session = this.#of(id, identity);
    if (session?.made.name !== place.name) return undefined;
    if (session.made !== place) {
      // The server was configured anew: what was agreed with the old one means nothing.
      this.end(session);
      return undefined;
    }
    session.usedAt = performance.now();
    return session;
  }

  /** Whether there is one that takes a request at once. Leaves it as it is, because the caller may not be who they were. */
  isReady(id: string, { identity, place }: { identity: Identity; place: Place }): boolean {
    const session = this.#of(id, identity);
    return session?.made === place && !session.upstream.isFull;
  }

  #of(id: string, identity: Identity): Session | undefined {
    const session = this.#byId.get(id);
    // A caller's next token may say less than the one the session was opened with.
    const isTheirs = session?.grant === identity.grant && session.policy === identity.policy;
    return isTheirs ? session : undefined;
  }

  /** Opens a session; it is known to nobody before {@link keep}. @throws GatewayError where no server starts. */
  async open(identity: Identity, place: Place): Promise<Session | Overload> {
    const { admission } = this.#world;
    const overload = admission.session(identity.grant);
    if (overload !== undefined) return overload;
    const { grant, policy } = identity;
    const session = new Session({
      ...{ grant, policy, made: place, now: performance.now(), keptByAll: this.#keptByAll },
    });
    try {
      const connection = await this.#places.connect(place, {
        ...{ identity, session: session.name, isShared: false },
        toClient: (message, exchange, via) =>
          session.toClient(message, exchange as Exchange | undefined, via as Via | undefined),
        tellClient: (message, exchange, via) =>
          session.tellClient(message, exchange as Exchange | undefined, via as Via | undefined),
        onEnd: () => this.end(session),
      });
      if ('retryAfterS' in connection) {
        admission.sessionOver(identity.grant);
        return connection;
      }
      session.link = connection.link;
      session.upstream = connection.upstream;
    } catch (error) {
      admission.sessionOver(identity.grant);
      throw error;
    }
    this.#byId.set(session.id, session);
    return session;
  }

  end(session: Session): Promise<void> {
    if (this.#byId.delete(session.id)) this.#world.admission.sessionOver(session.grant);
    return session.end();
  }

  /** Ends what waited too long; once a second. */
  tick(now: number): void {
    const { sessionIdleMs } = this.#world.setup.config.limits;
    for (const session of this.#byId.values()) {
      session.link.tick();
      const isForgotten = session.isIdle && now - session.usedAt > sessionIdleMs;
      // Streams alone would keep a server that is no more for as long as a client likes.
      const isOld = !this.#places.isCurrent(session.made) && !session.isWaiting;
      if (isForgotten || isOld) void this.end(session);
    }
  }

  ping(): void {
    for (const session of this.#byId.values()) session.ping();
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#byId.values()].map((session) => this.end(session)));
  }
}
