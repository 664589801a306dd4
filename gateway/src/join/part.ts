import { type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Connection } from '../http/connect.ts';
import type { Server } from '../http/world.ts';
import type { Upstream } from '../upstream/upstream.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** What a server said of itself when its session was opened. */
export type Opened = { capabilities: JsonObject; instructions: string | undefined };

/** Makes a connection, or says why there is none. */
export type Connect = (part: Part) => Promise<Connection | { problem: string; waitMs?: number }>;

/** One of the servers that are joined: its connection, while there is one, and when to try again. */
export class Part {
  readonly server: Server;
  /** What it said at its opening; absent while it has no session. */
  opened: Opened | undefined;
  /** Names by digest that it was last listed with. */
  readonly names = new Map<string, string>();
  /** It did not answer in time, and has not since. */
  isLate = false;
  /** Asked for now, so that nobody asks again. */
  isOpening = false;
  readonly #connect: Connect;
  readonly #told: (why: string | undefined) => void;
  #connection: Connection | undefined;
  #connecting: Promise<Connection | undefined> | undefined;
  #connectedAt = 0;
  #notBefore = 0;
  #failures = 0;
  #isClosed = false;

  /** `told` hears why it is left out, and `undefined` when it is there again. */
  constructor(server: Server, connect: Connect, told: (why: string | undefined) => void) {
    this.server = server;
    this.#connect = connect;
    this.#told = told;
  }

  get name(): string {
    return this.server.name;
  }

  get link(): Connection['link'] | undefined {
    return this.#connection?.link;
  }

  get upstream(): Upstream | undefined {
    return this.#connection?.upstream;
  }

  /** Whether it may be tried now, after it failed. */
  isDue(now: number): boolean {
    return !this.#isClosed && now >= this.#notBefore;
  }

  /** Its connection, made if there is none; `undefined` where there can be none now. */
  reach(): Promise<Connection | undefined> {
    if (this.#connection !== undefined) return Promise.resolve(this.#connection);
    if (!this.isDue(performance.now())) return Promise.resolve(undefined);
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #open(): Promise<Connection | undefined> {
    const made = await this.#connect(this).catch(({ message }: Error) => ({ problem: message }));
    if ('problem' in made) {
      this.failed(made.problem, 'waitMs' in made ? made.waitMs : undefined);
      return undefined;
    }
    if (this.#isClosed) {
      await made.upstream.close();
      return undefined;
    }
    this.#connection = made;
    this.#connectedAt = performance.now();
    return made;
  }

  /** It answers as it should. */
  works(): void {
    this.#failures = 0;
    this.isLate = false;
    this.#told(undefined);
  }

  /** Its answer cannot be had, though it is there. */
  leftOut(why: string): void {
    if (!this.#isClosed) this.#told(why);
  }

  /** It is left out for a time: a second at first, then twice as long each time, at most a minute. */
  failed(why: string, waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures)) {
    this.#failures++;
    this.#notBefore = performance.now() + waitMs;
    this.leftOut(why);
  }

  /** The connection is gone, or of no use: what waits on it is answered. */
  dropped(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.opened = undefined;
    // What worked for long is not what keeps dying.
    if (performance.now() - this.#connectedAt > LONGEST_WAIT_MS) this.#failures = 0;
    connection?.link.serverEnded();
    void connection?.upstream.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.link.serverEnded();
    await Promise.all([connection?.upstream.close(), this.#connecting]);
  }
}

/** Whether a server said that it has something; one that said nothing yet may have everything. */
export function has({ opened }: Part, capability: string): boolean {
  return opened !== undefined && own(opened.capabilities, capability) !== undefined;
}

/** Without the token by which a client hears of progress: that is for its own request. */
export function withoutProgress(meta: JsonValue | undefined): JsonValue | undefined {
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return meta;
  const { progressToken: _, ...rest } = meta as JsonObject;
  return rest;
}
