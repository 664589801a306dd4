import { randomBytes } from 'node:crypto';
import { type JsonValue, own } from '@toolwarden/catalogue';
import type { ClientMessage, RequestId } from '../protocol/client-message.ts';
import type { Via } from '../upstream/upstream.ts';
import type { Held } from './admission.ts';
import type { Exchange } from './exchange.ts';
import type { FrontConnection } from './front-connection.ts';
import type { Place } from './places.ts';

/** What a server says unasked while nobody listens; more than this is dropped, the oldest first. */
const MOST_KEPT = 256;
const MOST_KEPT_LENGTH = 4 * 1024 * 1024;
const MOST_STREAMS = 8;

/** What all sessions together keep. */
export type KeptByAll = { length: number; most: () => number };

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
  /** What requests hold in memory: also those whose client has left, because they go on. */
  readonly #held = new Map<Exchange, { id: RequestId; held: Held }>();
  readonly #kept: string[] = [];
  readonly #keptByAll: KeptByAll;
  #keptLength = 0;
  isOver = false;

  constructor(options: {
    grant: string;
    policy: string;
    made: Place;
    now: number;
    keptByAll: KeptByAll;
  }) {
    this.grant = options.grant;
    this.policy = options.policy;
    this.#keptByAll = options.keptByAll;
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
    if (exchange.held !== undefined) {
      exchange.held.isKept = true;
      this.#held.set(exchange, { id: message.id, held: exchange.held });
    }
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
    for (const message of this.#forget()) exchange.event(message, undefined);
    return true;
  }

  /** What was cancelled gets no answer, so its stream ends without one. */
  #giveUp(id: JsonValue | undefined) {
    for (const [exchange, requestId] of this.#waiting) {
      if (requestId === id && !exchange.isOpening) exchange.ended();
    }
    for (const [exchange, waiting] of this.#held) {
      if (waiting.id === id && !exchange.isOpening) this.#release(exchange);
    }
  }

  toClient(
    message: string | Buffer,
    exchange: Exchange | undefined,
    via: Via | undefined,
  ): boolean {
    this.#release(exchange);
    if (exchange?.isOpen === true) return exchange.answer(message, via);
    // Its own stream is gone; the client may have come back for it on another.
    const stream = via?.listener as Exchange | undefined;
    return stream !== undefined && stream !== exchange && stream.event(message, via?.eventId);
  }

  #release(exchange: Exchange | undefined): void {
    if (exchange === undefined) return;
    this.#held.get(exchange)?.held.release();
    this.#held.delete(exchange);
  }

  tellClient(message: string, exchange: Exchange | undefined, via: Via | undefined): boolean {
    const mirrored = via?.listener as Exchange | undefined;
    if (mirrored !== undefined) return mirrored.event(message, via?.eventId);
    // The progress of what a client left is nobody's any more.
    if (exchange !== undefined) return exchange.event(message, undefined);
    if (this.#anyStream()?.event(message, undefined) === true) return true;
    if (this.isOver) return false;
    // A client opens its stream a moment after it opened the session.
    this.#kept.push(message);
    this.#addKept(message.length);
    while (this.#isOverfull()) this.#addKept(-(this.#kept.shift()?.length ?? 0));
    return true;
  }

  #isOverfull(): boolean {
    const { length } = this.#kept;
    if (length > MOST_KEPT || this.#keptLength > MOST_KEPT_LENGTH) return true;
    return length > 0 && this.#keptByAll.length > this.#keptByAll.most();
  }

  #addKept(length: number): void {
    this.#keptLength += length;
    this.#keptByAll.length += length;
  }

  /** What is kept, and kept no more. */
  #forget(): string[] {
    this.#addKept(-this.#keptLength);
    return this.#kept.splice(0);
  }

  /** What belongs to no request: on the only one that waits, else the stream for such, else the newest request. */
  #anyStream(): Exchange | undefined {
    const isSure = ({ isOpen, recalled }: Exchange) => isOpen && recalled === undefined;
    const waiting = [...this.#waiting.keys()].filter(isSure);
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
    for (const exchange of [...this.#held.keys()]) this.#release(exchange);
    this.#forget();
    return this.upstream.close();
  }
}
