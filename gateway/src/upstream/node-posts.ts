import type { Agent, ClientRequest, IncomingMessage, request } from 'node:http';
import {
  type Answer,
  type BodyReader,
  MOST_UNREAD_BYTES,
  POSTED,
  type PostEvents,
  type SendGet,
  type SendPost,
  STREAMED,
} from './post.ts';

/** Where posts go by Node's own client, and the headers that all of them have. */
export type NodePlace = {
  request: typeof request;
  host: string;
  port: string;
  agent: Agent;
  path: string;
  headers: readonly string[];
};

/** Longer messages are sent as bytes. */
const LONG_BYTES = 4_096;

/** Sends posts by Node's own client, which does what TLS needs. */
export function createNodePosts({ request, headers: fixed, ...place }: NodePlace): {
  post: SendPost;
  get: SendGet;
} {
  return {
    post(message, more, events) {
      const length = Buffer.byteLength(message);
      const headers = [...fixed, ...POSTED, 'Content-Length', String(length), ...more];
      const post = heard(request({ ...place, method: 'POST', headers }), events);
      // Copied instead of converted, where that is the same.
      const encoding = length === message.length ? 'latin1' : 'utf8';
      // A short text leaves in one piece with its head; with a long one that would be one more copy of it.
      if (length > LONG_BYTES) post.end(Buffer.from(message, encoding));
      else post.end(message, encoding);
      return { destroy: () => void post.destroy() };
    },
    get(more, events) {
      const headers = [...fixed, ...STREAMED, ...more];
      const get = heard(request({ ...place, method: 'GET', headers }), events);
      get.end();
      return { destroy: () => void get.destroy() };
    },
  };
}

function heard(request: ClientRequest, events: PostEvents): ClientRequest {
  let isHeard = false;
  const failed = (code: string) => {
    if (!isHeard) events.onFailure(code);
    isHeard = true;
  };
  request.on('response', (response) => {
    isHeard = true;
    const answer = new NodeAnswer(response);
    events.onAnswer(answer);
    answer.pass();
  });
  request.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? 'no code'));
  request.on('close', () => {
    // A change of protocol that nobody asked for ends it without a word.
    failed('ECONNRESET');
    events.onClose();
  });
  return request;
}

/** An answer that Node's own client reads. */
class NodeAnswer implements Answer {
  readonly #response: IncomingMessage;
  readonly status: number;
  #isRead = false;

  constructor(response: IncomingMessage) {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    // An answer that breaks off closes, too; that is what is heard.
    response.on('error', () => {});
  }

  header(name: string): string | undefined {
    const value = this.#response.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  read({ onData, onEnd }: BodyReader): void {
    this.#isRead = true;
    this.#response.on('data', onData);
    this.#response.on('close', () => onEnd(this.#response.complete));
  }

  /** Lets a body pass that nobody reads. */
  pass(): void {
    if (this.#isRead) return;
    let unread = 0;
    this.#response.on('data', (piece: Buffer) => {
      unread += piece.length;
      if (unread > MOST_UNREAD_BYTES) this.destroy();
    });
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  destroy(): void {
    this.#response.destroy();
  }
}
