import { type JsonObject, own } from '@toolwarden/catalogue';
import type { Aftermath, Ask } from '../guard.ts';
import type { RequestId } from '../protocol/client-message.ts';
import type { OutputCheck } from '../tools/output-check.ts';

/** A request that has no answer yet. One is made for each call, so it is made in one piece. */
export type Pending = {
  /** Our id for it: what the server sees. */
  readonly id: number;
  readonly method: string;
  /** The client's id; absent for requests of our own. */
  readonly clientId?: RequestId;
  params: JsonObject;
  /** What the client can answer, as far as this request is concerned. */
  readonly capabilities: JsonObject;
  readonly isStateless: boolean;
  /** Where the request came from, for a front that must answer there. */
  readonly origin?: object | undefined;
  startedAt: number;
  /** When the server last showed that it works on it. */
  activeAt: number;
  callId?: string;
  /** What it was judged as besides: it goes with all of that, or not at all. */
  others?: string[];
  /** All that it is judged as, where that is more than one thing. */
  parts?: readonly Ask[];
  /** What its answer has to meet before the client sees it. */
  after?: Aftermath;
  checkOutput?: OutputCheck;
  isSent: boolean;
  /** The client came back from the question that led its user to a page. */
  readonly round?: { isAccepted: boolean } | undefined;
  /** While a person is asked; no time of the server's. */
  isHeld?: boolean;
  /** A person was asked once while it waited, and is not again. */
  wasHeld?: boolean;
  isCancelled: boolean;
  /** Takes the answer to a request of our own; `undefined` where there will be none. */
  settle?: (answer: { isError: boolean; text: string } | undefined) => void;
};

/** How many requests may wait, and how long. */
export type PendingLimits = { inFlight: number; idleMs: number; hardMs: number };

export const pendingLimits: PendingLimits = { inFlight: 256, idleMs: 60_000, hardMs: 300_000 };

const MOST_UNDELIVERED = 64;
const NAMES = ['name', 'uri', 'taskId', 'cursor'];

/** The requests in flight, by our id, the client's id and the progress token. */
export class PendingRequests {
  readonly #byId = new Map<number, Pending>();
  readonly #byClientId = new Map<RequestId, Pending>();
  readonly #byToken = new Map<RequestId, Pending>();
  /** Answered while nobody took it; the server may be asked to say it again. */
  readonly #undelivered = new Map<number, Pending>();
  readonly #isShared: boolean;
  #lastId = 0;

  constructor({ isShared = false } = {}) {
    this.#isShared = isShared;
  }

  get size(): number {
    return this.#byId.size;
  }

  values(): Pending[] {
    return [...this.#byId.values()];
  }

  nextId(): number {
    return ++this.#lastId;
  }

  add(pending: Pending): void {
    this.#byId.set(pending.id, pending);
    if (this.#isShared) return;
    if (pending.clientId !== undefined) this.#byClientId.set(pending.clientId, pending);
    const token = tokenOf(pending);
    if (token !== undefined) this.#byToken.set(token, pending);
  }

  remove(pending: Pending): void {
    this.#byId.delete(pending.id);
    const { clientId } = pending;
    if (clientId !== undefined && this.#byClientId.get(clientId) === pending) {
      this.#byClientId.delete(clientId);
    }
    const token = tokenOf(pending);
    if (token !== undefined && this.#byToken.get(token) === pending) this.#byToken.delete(token);
  }

  get(id: number): Pending | undefined {
    return this.#byId.get(id);
  }

  keepUndelivered(pending: Pending): void {
    // What was asked with may be megabytes, and only its names are needed once it was answered.
    const params = Object.fromEntries(
      NAMES.flatMap((key) => {
        const name = own(pending.params, key);
        return typeof name === 'string' ? [[key, name]] : [];
      }),
    );
    this.#undelivered.set(pending.id, { ...pending, params });
    const [oldest] = this.#undelivered.keys();
    if (this.#undelivered.size > MOST_UNDELIVERED && oldest !== undefined) {
      this.#undelivered.delete(oldest);
    }
  }

  takeUndelivered(id: number): Pending | undefined {
    const pending = this.#undelivered.get(id);
    this.#undelivered.delete(id);
    return pending;
  }

  ofClient(id: RequestId): Pending | undefined {
    return this.#byClientId.get(id);
  }

  ofToken(token: RequestId): Pending | undefined {
    if (this.#isShared) return typeof token === 'number' ? this.#byId.get(token) : undefined;
    return this.#byToken.get(token);
  }
}

/** The token by which a client wants to hear of the progress of its request. */
export function tokenOf({ params, clientId }: Pending): RequestId | undefined {
  if (clientId === undefined || params['_meta'] === undefined) return undefined;
  const token = (params['_meta'] as JsonObject)['progressToken'];
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}
