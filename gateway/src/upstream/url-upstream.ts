import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { readStrictJson } from '../json/strict-json.ts';
import type { Pending } from '../link/pending.ts';
import { metaKeys } from '../protocol/methods.ts';
import { nameHeaderOf } from '../protocol/name-header.ts';
import type { Answer, Post } from './post.ts';
import { readAnswer } from './read-body.ts';
import { createSseReader, type SseEvent } from './sse-reader.ts';
import type { Listener, Upstream, UpstreamEvents, Via } from './upstream.ts';
import { placeOf, type UrlTarget } from './url-target.ts';

/** What a server may say in an error before we stop reading. */
const MAX_ERROR_BYTES = 64 * 1024;
/** Messages without an answer that a server may have said nothing to; then it is sent no more until it has. */
const MOST_UNTAKEN = 256;
/** How long a server may take to take one; requests have deadlines of their own. */
export const TAKEN_MS = 60_000;

/** How long a server may take to end what nobody waits for any more; then it is ended here, and its connection with it. */
const LEFT_MS = 2_000;

/** How one client's requests reach a server by HTTP. */
export type UrlUpstreamOptions = {
  target: UrlTarget;
  events: UpstreamEvents;
  maxAnswerBytes: number;
};

/** One client's way to a server by HTTP: its own session there, if the server keeps sessions. */
export function openUrlUpstream(options: UrlUpstreamOptions): Upstream {
  return new UrlUpstream(options);
}

class UrlUpstream implements Upstream {
  readonly #target: UrlTarget;
  readonly #events: UpstreamEvents;
  readonly #maxAnswerBytes: number;
  readonly #path: string;
  /** The exchanges that are open, and those of them that answer a request. */
  readonly #open = new Set<Post>();
  readonly #ofPending = new Map<Pending, Post>();
  /** When those end that the server has answered and not ended. */
  readonly #left = new Map<Pending, NodeJS.Timeout>();
  #sessionId: string | undefined;
  #version: string | undefined;
  #isClosed = false;
  #untaken = 0;
  settled: Promise<void> = Promise.resolve();

  constructor({ target, events, maxAnswerBytes }: UrlUpstreamOptions) {
    this.#target = target;
    this.#events = events;
    this.#maxAnswerBytes = maxAnswerBytes;
    this.#path = target.url.pathname + target.url.search;
  }

  send(message: string, about?: Pending): void {
    if (about === undefined) {
      this.#untaken++;
      const arrived = this.#told(message).then(() => void this.#untaken--);
      this.settled = Promise.all([this.settled, arrived]).then(() => undefined);
      return;
    }
    this.#ask(message, about, about.origin as Listener | undefined);
  }

  get isFull(): boolean {
    return this.#untaken >= MOST_UNTAKEN;
  }

  cancel(pending: Pending): boolean {
    const request = this.#ofPending.get(pending);
    // In the session era a stream that closes is no cancellation, so a message has to say it.
    if (pending.isStateless) request?.destroy();
    else if (request !== undefined) setTimeout(() => request.destroy(), 1_000).unref();
    return pending.isStateless;
  }

  listen(listener: Listener, lastEventId: string | undefined): void {
    const headers: string[] = [];
    this.#addSession(headers, listener);
    if (lastEventId !== undefined) headers.push('Last-Event-ID', lastEventId);
    const get = this.#target.get(headers, {
      onAnswer: (answer) => {
        const { status } = answer;
        const type = answer.header('content-type') ?? '';
        if (status === 200 && type.startsWith('text/event-stream')) {
          listener.streaming();
          return this.#stream(answer, undefined, listener, () => listener.ended());
        }
        if (status === 404 && this.#sessionId !== undefined) this.#sessionGone();
        listener.refused(shownStatus(status));
        setTimeout(() => get.destroy(), LEFT_MS).unref();
      },
      onFailure: () => listener.refused(502),
      onClose: () => this.#open.delete(get),
    });
    this.#open.add(get);
    // What comes while nobody listens can be asked for again; a stream that nobody reads only stays open.
    listener.onGone?.(() => get.destroy());
  }

  pause(): void {}
  resume(): void {}

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const request of [...this.#open, ...this.#ofPending.values()]) request.destroy();
    if (this.#sessionId === undefined) return;
    const headers = [...this.#target.headers];
    this.#addSession(headers, undefined);
    await new Promise<void>((done) => {
      const request = this.#target.request({ ...this.#place('DELETE'), headers, timeout: 2_000 });
      request.on('timeout', () => request.destroy());
      request.on('response', (response) => response.resume());
      request.on('error', () => done());
      request.on('close', () => done());
      request.end();
    });
  }

  #place(method: string) {
    return { ...placeOf(this.#target, method), path: this.#path };
  }

  #addSession(headers: string[], listener: Listener | undefined): void {
    if (this.#sessionId !== undefined) headers.push('Mcp-Session-Id', this.#sessionId);
    if (listener !== undefined && listener.passedHeaders.length > 0) {
      headers.push(...listener.passedHeaders);
    } else if (this.#version !== undefined) headers.push('MCP-Protocol-Version', this.#version);
  }

  #headersFor(about: Pending | undefined, listener: Listener | undefined): string[] {
    const headers: string[] = [];
    if (isStatelessAsk(about)) {
      headers.push(...statelessHeaders(about as Pending));
      if (listener !== undefined) headers.push(...listener.passedHeaders);
    } else {
      this.#addSession(headers, listener);
    }
    return headers;
  }

  /** Sends a request; nothing here is made for a call that is not needed for every one. */
  #ask(message: string, about: Pending, listener: Listener | undefined): void {
    const post = this.#target.post(message, this.#headersFor(about, listener), {
      onAnswer: (answer) => this.#answered(answer, about, listener),
      onFailure: (code) =>
        this.#failed(about, `The server cannot be reached or broke off (${code})`),
      onClose: () => {
        this.#ofPending.delete(about);
        if (this.#left.size === 0) return;
        clearTimeout(this.#left.get(about));
        this.#left.delete(about);
      },
    });
    this.#ofPending.set(about, post);
  }

  /** Sends what nobody waits for an answer to; resolves once the server has it, or never will. */
  #told(message: string): Promise<void> {
    return new Promise((done) => {
      const late = setTimeout(() => post.destroy(), TAKEN_MS);
      const post = this.#target.post(message, this.#headersFor(undefined, undefined), {
        onAnswer: ({ status }) => this.#acknowledged(status),
        onFailure: (code) => this.#events.note(`a message did not reach the server: ${code}`),
        onClose: () => {
          clearTimeout(late);
          this.#open.delete(post);
          done();
        },
      });
      this.#open.add(post);
    });
  }

  #acknowledged(status: number) {
    if (status === 404 && this.#sessionId !== undefined) this.#sessionGone();
    else if (status >= 300) this.#events.note(`the server answered a message with HTTP ${status}`);
  }

  #answered(answer: Answer, about: Pending, listener: Listener | undefined) {
    const { status } = answer;
    const type = answer.header('content-type') ?? '';
    if (about.method === 'initialize' && status === 200) {
      const id = answer.header('mcp-session-id');
      if (id !== undefined && /^[\x21-\x7e]{1,256}$/.test(id)) this.#sessionId = id;
    }
    if (status !== 200) return this.#refused(answer, about);
    if (type.startsWith('text/event-stream')) {
      listener?.streaming();
      return this.#stream(answer, about, listener, (wasMarked) => {
        // What the server gave a name to it can say again; all else is lost with the stream.
        const mayResume = wasMarked && !about.isStateless && about.settle === undefined;
        if (!mayResume) this.#failed(about, 'The server broke off its answer');
        else if (this.#events.isWaiting(about)) listener?.ended();
      });
    }
    if (!type.startsWith('application/json')) {
      this.#failed(about, 'The server answered with something other than JSON');
      return this.#leave(about);
    }
    readAnswer(answer, this.#maxAnswerBytes, (body) => {
      if (body === undefined) {
        return this.#failed(about, 'The server broke off its answer, or it is too long');
      }
      if (about.method === 'initialize') this.#opened(body);
      this.#events.onMessage(body, listener && { listener, isStream: false });
      this.#failed(about, 'The server gave an answer that cannot be read');
    });
  }

  /** Passes on what a stream says; `ended` hears whether the server named any event. */
  #stream(
    answer: Answer,
    about: Pending | undefined,
    listener: Listener | undefined,
    ended: (wasMarked: boolean) => void,
  ) {
    let wasMarked = false;
    const onEvent = ({ data, id, retry }: SseEvent) => {
      if (id !== undefined) wasMarked = true;
      if (data.length === 0) return listener?.mark(id, retry);
      if (about?.method === 'initialize') this.#opened(data);
      const via: Via = {
        ...(listener && { listener }),
        ...(id !== undefined && { eventId: id }),
        isStream: true,
      };
      this.#events.onMessage(data, via);
      if (about !== undefined && !this.#events.isWaiting(about)) this.#leave(about);
    };
    const read = createSseReader(onEvent, () => answer.destroy(), this.#maxAnswerBytes);
    let isPaused = false;
    answer.read({
      onData(piece) {
        read(piece);
        // What was on its way comes nevertheless.
        if (isPaused || listener?.isFull !== true) return;
        isPaused = true;
        answer.pause();
        listener.onDrain(() => {
          isPaused = false;
          answer.resume();
        });
      },
      onEnd: () => ended(wasMarked),
    });
  }

  /** Nobody waits for this any more; a server that holds it open holds a connection for each call. */
  #leave(about: Pending) {
    const post = this.#ofPending.get(about);
    if (post === undefined || this.#left.has(about)) return;
    this.#left.set(about, setTimeout(() => post.destroy(), LEFT_MS).unref());
  }

  #refused(answer: Answer, about: Pending) {
    const { status } = answer;
    if (status === 404 && this.#sessionId !== undefined && !about.isStateless) {
      this.#failed(about, 'The server no longer knows this session');
      this.#leave(about);
      return this.#sessionGone();
    }
    readAnswer(answer, MAX_ERROR_BYTES, (body) => {
      const error =
        body && status >= 400 && status !== 401 && status !== 403 ? errorIn(body) : undefined;
      if (error === undefined) {
        this.#events.note(`the server answered with HTTP ${status}`);
        return this.#failed(about, refusalOf(status));
      }
      // Errors of the transport come with any id or none; this one is about this request.
      const message = JSON.stringify({ jsonrpc: '2.0', id: about.id, error });
      const listener = about.origin as Listener | undefined;
      this.#events.onMessage(Buffer.from(message), {
        ...(listener && { listener }),
        isStream: false,
        status,
      });
      this.#failed(about, refusalOf(status));
    });
  }

  /** The revision both agreed on, for requests of our own. */
  #opened(body: Buffer) {
    const read = readStrictJson(body.toString());
    const version = read.ok ? own(own(read.value, 'result'), 'protocolVersion') : undefined;
    if (typeof version === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(version)) this.#version = version;
  }

  #sessionGone() {
    this.#sessionId = undefined;
    this.#events.onEnd('the server ended the session');
  }

  #failed(about: Pending, message: string) {
    if (this.#events.isWaiting(about))
      this.#events.onFailure(about, `${message}; the call may have run`);
  }
}

/** Requests of our own borrow the revision of the request they are made for. */
export function isStatelessAsk(about: Pending | undefined): boolean {
  return (
    about?.isStateless === true ||
    typeof own(own(about?.params, '_meta'), metaKeys.version) === 'string'
  );
}

/** What the stateless era repeats of a body: taken from what was judged, never from the client's headers. */
function statelessHeaders({ method, params }: Pending): string[] {
  const headers = [
    'MCP-Protocol-Version',
    String(own(own(params, '_meta'), metaKeys.version)),
    'Mcp-Method',
    method,
  ];
  const name = nameHeaderOf(method, params);
  return name === undefined ? headers : [...headers, 'Mcp-Name', name];
}

function errorIn(body: Buffer): JsonObject | undefined {
  const read = readStrictJson(body.toString());
  const error = read.ok ? own(read.value, 'error') : undefined;
  if (!isJsonObject(error)) return undefined;
  const code = own(error, 'code');
  const message = own(error, 'message');
  if (!Number.isSafeInteger(code) || typeof message !== 'string') return undefined;
  const data = own(error, 'data');
  return { code: code as number, message, ...(data !== undefined && { data }) };
}

function refusalOf(status: number): string {
  if (status === 401 || status === 403) return "The server refuses the gateway's credentials";
  if (status >= 300 && status < 400)
    return 'The server sends us elsewhere, and redirects are not followed';
  return `The server answered with HTTP ${status}`;
}

/** Whether the server streams, or knows what it is asked to take up again, is the client's to know; our credentials are not. */
function shownStatus(status: number): number {
  if (status === 200) return 405;
  return [400, 404, 405, 409].includes(status) ? status : 502;
}
