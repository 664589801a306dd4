import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Pending } from '../link/pending.ts';
import { createSseReader, type SseEvent } from './sse-reader.ts';
import type { Upstream, UpstreamEvents } from './upstream.ts';
import { placeOf, type UrlTarget } from './url-target.ts';
import { isStatelessAsk, TAKEN_MS, type UrlUpstreamOptions } from './url-upstream.ts';

/** A server that takes nothing of so much is sent no more until it has. */
const MOST_UNTAKEN = 16 * 1024 * 1024;
/** The same for their number; a message of few bytes costs a connection too. */
const MOST_OPEN = 256;
const NO_SESSIONS = 'This server speaks only the revisions with sessions; begin with initialize';

/**
 * One client's way to a server of the first revision's HTTP+SSE: one stream for all that the server says, whose first event
 * names the address that messages are posted to. The stream is the session; where it ends, the session does.
 */
export function openSseUpstream(options: UrlUpstreamOptions): Upstream {
  return new SseUpstream(options);
}

class SseUpstream implements Upstream {
  readonly #target: UrlTarget;
  readonly #events: UpstreamEvents;
  readonly #stream: ClientRequest;
  /** Requests that are open; what ends them. */
  readonly #open = new Set<ClientRequest>();
  #response: IncomingMessage | undefined;
  #endpoint: string | undefined;
  /** What was sent before the server said where to. */
  #early: (() => void)[] = [];
  #untaken = 0;
  #isOver = false;
  settled: Promise<void> = Promise.resolve();

  constructor({ target, events, maxAnswerBytes }: UrlUpstreamOptions) {
    this.#target = target;
    this.#events = events;
    const path = target.url.pathname + target.url.search;
    this.#stream = target.request({
      ...{ ...placeOf(target, 'GET'), path },
      headers: [...target.headers, 'Accept', 'text/event-stream'],
    });
    this.#stream.on('error', (error: NodeJS.ErrnoException) =>
      this.#end(`the server cannot be reached or broke off (${error.code ?? 'no code'})`),
    );
    this.#stream.on('response', (response) => {
      const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
      if (response.statusCode !== 200 || !isStream) {
        return this.#end(`the server opened no stream (HTTP ${response.statusCode})`);
      }
      this.#response = response;
      const tooLong = () => this.#end('an event of the server was too long');
      const read = createSseReader((event) => this.#event(event), tooLong, maxAnswerBytes);
      response.on('data', read);
      response.on('error', () => {});
      response.on('close', () => this.#end('the server ended its stream'));
    });
    this.#stream.end();
  }

  send(message: string, about?: Pending): void {
    if (about !== undefined && isStatelessAsk(about)) {
      this.#events.onFailure(about, NO_SESSIONS);
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    if (about === undefined) {
      this.settled = Promise.all([this.settled, promise]).then(() => undefined);
    }
    this.#untaken += message.length;
    const taken = () => {
      this.#untaken -= message.length;
      resolve();
    };
    const post = () => (this.#isOver ? taken() : this.#post(message, about, taken));
    if (this.#endpoint === undefined) this.#early.push(post);
    else post();
  }

  get isFull(): boolean {
    const open = this.#open.size + this.#early.length;
    return this.#untaken > MOST_UNTAKEN || open >= MOST_OPEN;
  }

  cancel(): boolean {
    return false;
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#stream.destroy();
    for (const request of this.#open) request.destroy();
    for (const post of this.#early.splice(0)) post();
  }

  #event({ name = 'message', data }: SseEvent) {
    if (this.#isOver) return;
    if (name === 'message') return this.#events.onMessage(data);
    if (name !== 'endpoint' || this.#endpoint !== undefined) return;
    const endpoint = endpointIn(data, this.#target.url);
    // Our credentials go with each message, so only where the operator sent them.
    if (endpoint === undefined) return this.#end('the server names an address elsewhere');
    this.#endpoint = endpoint;
    for (const post of this.#early.splice(0)) post();
  }

  #post(message: string, about: Pending | undefined, taken: () => void): void {
    const failed = (why: string) => {
      if (about === undefined) this.#events.note(`a message did not reach the server: ${why}`);
      else if (this.#events.isWaiting(about))
        this.#events.onFailure(about, `The server did not take it (${why}); the call may have run`);
    };
    const request = this.#target.request({
      ...{ ...placeOf(this.#target, 'POST'), path: this.#endpoint as string },
      headers: [
        ...this.#target.headers,
        ...['Content-Type', 'application/json'],
        ...['Content-Length', String(Buffer.byteLength(message))],
      ],
    });
    this.#open.add(request);
    // Requests have deadlines of their own, and some servers say only with the answer that they took one.
    const end = () => void request.destroy();
    const late = about === undefined ? setTimeout(end, TAKEN_MS) : undefined;
    request.on('close', () => {
      clearTimeout(late);
      this.#open.delete(request);
      taken();
    });
    request.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? 'no code'));
    request.on('response', (response) => {
      // The answer comes on the stream; here is only said that it will.
      response.resume();
      const { statusCode = 0 } = response;
      if (statusCode < 200 || statusCode > 299) failed(`HTTP ${statusCode}`);
    });
    request.end(message);
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.#events.note(why);
    void this.close();
    this.#events.onEnd(why);
  }
}

/** The path that messages go to, if it is the same server's. */
function endpointIn(data: Buffer, base: URL): string | undefined {
  const text = data.toString();
  if (text.length > 4_096 || !URL.canParse(text, base.href)) return undefined;
  const { origin, username, password, pathname, search } = new URL(text, base);
  if (origin !== base.origin || username !== '' || password !== '') return undefined;
  return pathname + search;
}
