import type { GatewayLimits } from '../config/gateway-config.ts';

/** Why something is turned away before any work: too much of this caller's, or of all together. */
export type Overload = { status: 429 | 503; retryAfterS: number };

/** Counts what is going on, so that more than can be done is turned away at the door. */
export class Admission {
  readonly #limits: () => GatewayLimits;
  readonly #requests = new Tally();
  readonly #sessions = new Tally();
  readonly #children = new Tally();

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

  child(): Overload | undefined {
    const { children } = this.#limits();
    return this.#children.take('', children, children, 10);
  }

  childOver(): void {
    this.#children.give('');
  }
}

class Tally {
  readonly #byGrant = new Map<string, number>();
  total = 0;

  take(grant: string, most: number, mostPerGrant: number, retryAfterS: number) {
    const held = this.#byGrant.get(grant) ?? 0;
    if (held >= mostPerGrant) return { status: 429 as const, retryAfterS };
    if (this.total >= most) return { status: 503 as const, retryAfterS };
    this.#byGrant.set(grant, held + 1);
    this.total++;
    return undefined;
  }

  give(grant: string): void {
    const held = this.#byGrant.get(grant) ?? 0;
    if (held === 0) return;
    if (held === 1) this.#byGrant.delete(grant);
    else this.#byGrant.set(grant, held - 1);
    this.total--;
  }
}
