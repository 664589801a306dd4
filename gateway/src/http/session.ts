import { randomBytes } from 'node:crypto';
import { type JsonValue, own } from '@toolwarden/catalogue';
import type { ClientMessage, RequestId } from '../protocol/client-message.ts';
import type { Via } from '../upstream/upstream.ts';
import type { Exchange } from './exchange.ts';
import type { FrontConnection } from './front-connection.ts';
import type { Place } from './places.ts';

/** What a server says unasked while nobody listens; more than this is dropped, the oldest first. */
const MOST_KEPT = 256;
const MOST_KEPT_LENGTH = 4 * 1024 * 1024;
const MOST_STREAMS = 8;

/** One client's connection to one server, or to several that are joined, in the session era. */
export class Session {
  /** Unguessable; no credential, because whoever uses it must be its owner too. */
  readonly id = randomBytes(24).toString('base64url');
  /** Names it where calls are counted and recorded, where its id has no business. */
  readonly name = randomBytes(9).toString('base64url');
  readonly grant: string;
  /** What its calls are judged by. */
  readonly policy: string;
  /** What the server was made from; a change of it ends the session. */
  readonly made: Place;
  usedAt: number;
  link!: FrontConnection['link'];
  upstream!: FrontConnection['upstream'];
  /** Requests without an answer, in the order they came. */
  readonly #waiting = new Map<Exchange, RequestId>();
  readonly #streams = new Set<Exchange>();
  #kept: string[] = [];
  #keptLength = 0;
  isOver = false;

  constructor(options: { grant: string; policy: string; made: Place; now: number }) {
    this.grant = options.grant;
    this.policy = options.policy;
    this.made = options.made;
    this.usedAt = options.now;
  }

  get isIdle(): boolean {
    return !this.isWaiting && this.#streams.size === 0;
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** A request of the client; its answer comes on the exchange. */
  request(message: Extract<ClientMessage, { kind: 'request' }>, exchange: Exchange): void {
    this.#waiting.set(exchange, message.id);
    // Leaving is not cancelling in this era: what comes then can be asked for again.
    exchange.onOver = () => void this.#waiting.delete(exchange);
    this.link.fromClientMessage(message, exchange);
  }

  /** A notification, or an answer to the server; resolves when the server has it. */
  async pass(message: ClientMessage): Promise<void> {
    this.link.fromClientMessage(message);
    if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
      this.#giveUp(own(message.params, 'requestId'));
    }
    await this.upstream.settled;
  }

  /** A stream for what the server says unasked, or again. False where there are too many. */
  listen(exchange: Exchange, lastEventId: string | undefined): boolean {
    if (this.#streams.size >= MOST_STREAMS) return false;
    this.#streams.add(exchange);
    exchange.onOver = () => void this.#streams.delete(exchange);
    if (this.upstream.listen !== undefined) {
      this.upstream.listen(exchange, lastEventId);
      return true;
    }
    exchange.streaming();
    this.#keptLength = 0;
    for (const message of this.#kept.splice(0)) exchange.event(message, undefined);
    return true;
  }

  /** What was cancelled gets no answer, so its stream ends without one. */
  #giveUp(id: JsonValue | undefined) {
    for (const [exchange, requestId] of this.#waiting) {
      if (requestId === id && !exchange.isOpening) exchange.ended();
    }
  }

  toClient(
    message: string | Buffer,
    exchange: Exchange | undefined,
    via: Via | undefined,
  ): boolean {
    if (exchange?.isOpen === true) return exchange.answer(message, via);
    // Its own stream is gone; the client may have come back for it on another.
    const stream = via?.listener as Exchange | undefined;
    return stream !== undefined && stream !== exchange && stream.event(message, via?.eventId);
  }

  tellClient(message: string, exchange: Exchange | undefined, via: Via | undefined): boolean {
    const mirrored = via?.listener as Exchange | undefined;
    if (mirrored !== undefined) return mirrored.event(message, via?.eventId);
    // The progress of what a client left is nobody's any more.
    if (exchange !== undefined) return exchange.event(message, undefined);
    if (this.#anyStream()?.event(message, undefined) === true) return true;
    // A client opens its stream a moment after it opened the session.
    this.#kept.push(message);
    this.#keptLength += message.length;
    while (this.#kept.length > MOST_KEPT || this.#keptLength > MOST_KEPT_LENGTH) {
      this.#keptLength -= this.#kept.shift()?.length ?? 0;
    }
    return true;
  }

  /** What belongs to no request: on the only one that waits, else the stream for such, else the newest request. */
  #anyStream(): Exchange | undefined {
    const waiting = [...this.#waiting.keys()].filter(({ isOpen }) => isOpen);
    if (waiting.length === 1) return waiting[0];
    return [...this.#streams].at(-1) ?? waiting.at(-1);
  }

  ping(): void {
    for (const stream of this.#streams) stream.ping();
  }

  /** Ends everything; nothing of it is known any more. */
  end(): Promise<void> {
    if (this.isOver) return Promise.resolve();
    this.isOver = true;
    this.link.serverEnded();
    for (const stream of this.#streams) stream.ended();
    return this.upstream.close();
  }
}
