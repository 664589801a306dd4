import type { PostEvents, SendGet, SendPost } from '../post.ts';
import { type Home, PlainConnection } from './plain-connection.ts';
import { PlainPost } from './plain-post.ts';

/** Where a server is, and what the heads of our requests to it begin with: whole lines, checked. */
export type PlainPlace = {
  host: string;
  port: number;
  postHead: string;
  getHead: string;
  keptMs: number;
};

const MOST_FREE = 256;
const SWEEP_MS = 500;
/** So long before a server ends a connection that nobody uses it is not used any more. */
const BEFORE_MS = 1_000;

/**
 * Sends posts to a server at an `http:` address over connections that are kept: what node:http does for
 * any request of anybody is a fifth of what a small call costs a gateway (docs/decisions/0047-a-client-of-our-own-for-http.md).
 */
export function createPlainPosts(place: PlainPlace): { post: SendPost; get: SendGet } {
  const connections = new FreeConnections(place);
  const send = (head: string, message: string, length: number, events: PostEvents) => {
    const connection = connections.take();
    const post = new PlainPost(events, connection);
    connection.begin(post, `${head}\r\n`, message, length === message.length);
    return post;
  };
  return {
    post(message, headers, events) {
      const length = Buffer.byteLength(message);
      const head = `${place.postHead}Content-Length: ${length}\r\n${linesOf(headers)}`;
      return send(head, message, length, events);
    },
    // Over the same connections: a stream that is opened before a call must not come after it.
    get: (headers, events) => send(place.getHead + linesOf(headers), '', 0, events),
  };
}

/** Names and values in turn as the lines of a head. */
export function linesOf(headers: readonly string[]): string {
  let lines = '';
  for (let at = 0; at < headers.length; at += 2) lines += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return lines;
}

/** The connections to one server that nobody uses; who came last is used first, so that the others can go. */
class FreeConnections implements Home {
  readonly host: string;
  readonly port: number;
  readonly #keptMs: number;
  readonly #free: PlainConnection[] = [];
  #sweep: NodeJS.Timeout | undefined;

  constructor({ host, port, keptMs }: PlainPlace) {
    this.host = host;
    this.port = port;
    this.#keptMs = keptMs;
  }

  take(): PlainConnection {
    const now = performance.now();
    for (let last = this.#free.pop(); last !== undefined; last = this.#free.pop()) {
      if (last.isOpen && last.usableUntil > now) return last;
      last.destroy();
    }
    return new PlainConnection(this);
  }

  keep(connection: PlainConnection, saidMs: number | undefined): void {
    const keptMs = Math.min(this.#keptMs, (saidMs ?? Number.POSITIVE_INFINITY) - BEFORE_MS);
    if (keptMs <= 0 || this.#free.length >= MOST_FREE) {
      connection.destroy();
      return;
    }
    connection.usableUntil = performance.now() + keptMs;
    this.#free.push(connection);
    this.#sweep ??= setInterval(() => this.#letGo(), SWEEP_MS).unref();
  }

  forget(connection: PlainConnection): void {
    const at = this.#free.indexOf(connection);
    if (at !== -1) this.#free.splice(at, 1);
  }

  #letGo(): void {
    const now = performance.now();
    for (const each of this.#free.filter(({ usableUntil }) => usableUntil <= now)) each.destroy();
    if (this.#free.length > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}
