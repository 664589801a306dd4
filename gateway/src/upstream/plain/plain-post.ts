import {
  type Answer,
  type AnswerHeader,
  type BodyReader,
  MOST_UNREAD_BYTES,
  type Post,
  type PostEvents,
} from '../post.ts';
import type { AnswerHead } from './answer-head.ts';
import type { AnswerEvents } from './answer-reader.ts';
import type { PlainConnection } from './plain-connection.ts';

/** One request and its answer. Once it is over, what is done to it does nothing to its connection, which another has by then. */
export class PlainPost implements Post, Answer, AnswerEvents {
  readonly #events: PostEvents;
  #connection: PlainConnection | undefined;
  #head: AnswerHead | undefined;
  #reader: BodyReader | undefined;
  #unread = 0;
  /** Nothing is told of what comes in the same piece as what made somebody end it. */
  #isDestroyed = false;

  constructor(events: PostEvents, connection: PlainConnection) {
    this.#events = events;
    this.#connection = connection;
  }

  get status(): number {
    return this.#head?.status ?? 0;
  }

  header(name: AnswerHeader): string | undefined {
    return this.#head?.headers.get(name);
  }

  read(reader: BodyReader): void {
    this.#reader = reader;
  }

  pause(): void {
    this.#connection?.pause();
  }

  resume(): void {
    this.#connection?.resume();
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#connection?.destroy();
  }

  onHead(head: AnswerHead): void {
    this.#head = head;
    this.#events.onAnswer(this);
  }

  onData(piece: Buffer): void {
    if (this.#isDestroyed) return;
    if (this.#reader === undefined) {
      this.#unread += piece.length;
      if (this.#unread > MOST_UNREAD_BYTES) this.destroy();
    } else this.#reader.onData(Buffer.from(piece));
  }

  /** Hears, once, that nothing more comes from its connection. */
  end(isWhole: boolean, code = 'ECONNRESET'): void {
    this.#connection = undefined;
    if (this.#head === undefined) this.#events.onFailure(code);
    else this.#reader?.onEnd(isWhole);
    this.#events.onClose();
  }
}
