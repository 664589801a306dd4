import type { GatewayLimits } from '../config/gateway-config.ts';

/** Why something is turned away before any work: too much of this caller's, or of all together. */
export type Overload = { status: 429 | 503; retryAfterS: number };

/** Memory that a request holds: until its answer is sent, or, where it goes on without its client, until it ends. */
export type Held = { isKept: boolean; release(): void };

/** Counts what is going on, so that more than can be done is turned away at the door. */
export class Admission {
  readonly #limits: () => GatewayLimits;
  readonly #requests = new Tally();
  readonly #sessions = new Tally();
  readonly #children = new Tally();
  readonly #bytes = new Tally();

  constructor(limits: () => GatewayLimits) {
    this.#limits = limits;
  }

  get inFlight(): number {
    return this.#requests.total;
  }

  get sessions(): number {
    return this.#sessions.total;
  }

  /** Takes a place for a request; each that was taken must be given back. */
  request(grant: string): Overload | undefined {
    const { inFlight, inFlightPerGrant } = this.#limits();
    return this.#requests.take(grant, inFlight, inFlightPerGrant, 1);
  }

  requestOver(grant: string): void {
    this.#requests.give(grant);
  }

  session(grant: string): Overload | undefined {
    const { sessions, sessionsPerGrant } = this.#limits();
    return this.#sessions.take(grant, sessions, sessionsPerGrant, 10);
  }

  sessionOver(grant: string): void {
    this.#sessions.give(grant);
  }

  /** Takes so many bytes for a request; its holder gives them back, once. */
  hold(grant: string, bytes: number): Held | Overload {
    const { waitingBytes, waitingBytesPerGrant } = this.#limits();
    const overload = this.#bytes.take(grant, waitingBytes, waitingBytesPerGrant, 1, bytes);
    if (overload !== undefined) return overload;
    let isGiven = false;
    return {
      isKept: false,
      release: () => {
        if (!isGiven) this.#bytes.give(grant, bytes);
        isGiven = true;
      },
    };
  }

  child(grant: string): Overload | undefined {
    const { children, childrenPerGrant } = this.#limits();
    return this.#children.take(grant, children, childrenPerGrant, 10);
  }

  childOver(grant: string): void {
    this.#children.give(grant);
  }
}

class Tally {
  readonly #byGrant = new Map<string, number>();
  total = 0;

  take(grant: string, most: number, mostPerGrant: number, retryAfterS: number, count = 1) {
    const held = this.#byGrant.get(grant) ?? 0;
    if (held + count > mostPerGrant) return { status: 429 as const, retryAfterS };
    if (this.total + count > most) return { status: 503 as const, retryAfterS };
    this.#byGrant.set(grant, held + count);
    this.total += count;
    return undefined;
  }

  give(grant: string, count = 1): void {
    const held = this.#byGrant.get(grant) ?? 0;
    if (held === 0) return;
    if (held <= count) this.#byGrant.delete(grant);
    else this.#byGrant.set(grant, held - count);
    this.total -= count;
  }
}
