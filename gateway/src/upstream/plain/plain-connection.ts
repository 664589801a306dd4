import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';
import type { PlainPost } from './plain-post.ts';

/** Where a server listens, and who is told when a connection there can be used again or no more. */
export type Home = {
  readonly host: string;
  readonly port: number;
  keep(connection: PlainConnection, keptMs: number | undefined): void;
  forget(connection: PlainConnection): void;
};

/**
 * Where all connections are read into. INVARIANT: a read and the hearing of it are one step, and what is kept of it is
 * copied in that step; so no connection meets what another read. With a place each, 10,000 streams would hold 640 MB.
 */
const PLACE = Buffer.allocUnsafeSlow(64 * 1024);
const PROBED_AFTER_MS = 1_000;

/** One connection to a server, of one post at a time. */
export class PlainConnection {
  readonly #home: Home;
  readonly #socket: Socket;
  #post: PlainPost | undefined;
  #reader: AnswerReader | undefined;
  /** What the system said was wrong with it. */
  #code: string | undefined;
  /** By `performance.now()`: from then on the server may end it. */
  usableUntil = 0;

  constructor(home: Home) {
    this.#home = home;
    this.#socket = connect({
      ...{ host: home.host, port: home.port, noDelay: true },
      // A server that is gone without a word is found out while it is waited for, too.
      ...{ keepAlive: true, keepAliveInitialDelay: PROBED_AFTER_MS },
      onread: {
        buffer: PLACE,
        callback: (length, bytes) => {
          this.#take((bytes as Buffer).subarray(0, length));
          return true;
        },
      },
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#code = error.code ?? 'no code';
    });
    this.#socket.on('end', () => this.#end());
    this.#socket.on('close', () => this.#close());
  }

  /** Sends a request whose answer is the post's. */
  begin(post: PlainPost, head: string, message: string, isPlain: boolean): void {
    this.#post = post;
    this.#reader = new AnswerReader(post);
    this.#socket.ref();
    write(this.#socket, head, message, isPlain);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Ends it; its post hears of that later. */
  destroy(): void {
    this.#home.forget(this);
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    const reader = this.#reader;
    // What nobody asked for is no answer to what somebody asks next.
    if (reader === undefined) {
      this.destroy();
      return;
    }
    const used = reader.take(bytes);
    if (this.#socket.destroyed) return;
    if (reader.state === 'whole') this.#whole(reader, used === bytes.length);
    else if (reader.state === 'broken') this.#broken();
  }

  #whole(reader: AnswerReader, isAll: boolean): void {
    const post = this.#leave();
    // A server that answers before it has read everything reads the next request as the rest of this one.
    const isUsable = isAll && reader.keptMs !== 0 && this.#socket.writableLength === 0;
    if (!isUsable) this.destroy();
    else {
      if (this.#socket.isPaused()) this.#socket.resume();
      this.#socket.unref();
      this.#home.keep(this, reader.keptMs);
    }
    post?.end(true);
  }

  #broken(): void {
    const post = this.#leave();
    this.destroy();
    post?.end(false, 'its answer is not one of HTTP/1.1');
  }

  /** The server says no more. */
  #end(): void {
    const reader = this.#reader;
    reader?.end();
    if (reader?.state === 'whole') this.#whole(reader, true);
    else this.destroy();
  }

  #close(): void {
    this.#home.forget(this);
    this.#leave()?.end(false, this.#code ?? 'ECONNRESET');
  }

  #leave(): PlainPost | undefined {
    const post = this.#post;
    this.#post = undefined;
    this.#reader = undefined;
    return post;
  }
}

/** Longer texts are not copied to stand behind their head. */
const LONG_CHARACTERS = 4_096;

function write(socket: Socket, head: string, message: string, isPlain: boolean): void {
  // A character a byte: nothing is converted, and a short request leaves in one piece.
  const encoding = isPlain ? 'latin1' : 'utf8';
  if (isPlain && message.length <= LONG_CHARACTERS) {
    socket.write(head + message, 'latin1');
    return;
  }
  socket.cork();
  socket.write(head, 'latin1');
  if (message.length <= LONG_CHARACTERS) socket.write(message, encoding);
  else socket.write(Buffer.from(message, encoding));
  socket.uncork();
}
