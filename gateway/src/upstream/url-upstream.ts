import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { readStrictJson } from '../json/strict-json.ts';
import type { Pending } from '../link/pending.ts';
import { metaKeys } from '../protocol/methods.ts';
import { nameHeaderOf } from '../protocol/name-header.ts';
import { readBody } from './read-body.ts';
import { createSseReader, type SseEvent } from './sse-reader.ts';
import type { Listener, Upstream, UpstreamEvents, Via } from './upstream.ts';

/** Where a server is, prepared once: the same for all its clients. */
export type UrlTarget = {
  readonly url: URL;
  readonly agent: HttpAgent;
  readonly request: typeof httpRequest;
  /** Names and values in turn; the gateway's own credentials are among them. */
  readonly headers: readonly string[];
};

const ANSWERS = 'application/json, text/event-stream';
/** What a server may say in an error before we stop reading. */
const MAX_ERROR_BYTES = 64 * 1024;
/** Messages without an answer that a server may have said nothing to; then it is sent no more until it has. */
const MOST_UNTAKEN = 256;
/** How long a server may take to take one; requests have deadlines of their own. */
export const TAKEN_MS = 60_000;

/** Prepares a server's address, with connections that are kept for its next request. */
export function prepareTarget(address: string, headers: Record<string, string> = {}): UrlTarget {
  const url = new URL(address);
  const options = { keepAlive: true, maxFreeSockets: 256, scheduling: 'lifo' as const };
  const isSecure = url.protocol === 'https:';
  return {
    url,
    agent: isSecure ? new HttpsAgent(options) : new HttpAgent(options),
    request: isSecure ? (httpsRequest as typeof httpRequest) : httpRequest,
    headers: ['Host', url.host, ...Object.entries(headers).flat()],
  };
}

/** Where a request to a server goes. */
export function placeOf({ url, agent }: UrlTarget, method: string) {
  const { hostname, port } = url;
  return { method, host: hostname.replace(/^\[|\]$/g, ''), port, agent };
}

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
  /** What ends each exchange that is open. */
  readonly #open = new Set<() => void>();
  readonly #ofPending = new Map<Pending, () => void>();
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
      const arrived = this.#post(message, undefined, undefined).then(() => void this.#untaken--);
      this.settled = Promise.all([this.settled, arrived]).then(() => undefined);
      return;
    }
    void this.#post(message, about, about.origin as Listener | undefined);
  }

  get isFull(): boolean {
    return this.#untaken >= MOST_UNTAKEN;
  }

  cancel(pending: Pending): boolean {
    const end = this.#ofPending.get(pending);
    // In the session era a stream that closes is no cancellation, so a message has to say it.
    if (pending.isStateless) end?.();
    else if (end !== undefined) setTimeout(end, 1_000).unref();
    return pending.isStateless;
  }

  listen(listener: Listener, lastEventId: string | undefined): void {
    const headers = [...this.#target.headers, 'Accept', 'text/event-stream'];
    this.#addSession(headers, listener);
    if (lastEventId !== undefined) headers.push('Last-Event-ID', lastEventId);
    const request = this.#target.request({ ...this.#place('GET'), headers });
    const end = () => void request.destroy();
    this.#open.add(end);
    request.on('close', () => this.#open.delete(end));
    // What comes while nobody listens can be asked for again; a stream that nobody reads only stays open.
    listener.onGone?.(end);
    request.on('error', () => listener.refused(502));
    request.on('response', (response) => {
      const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
      if (response.statusCode !== 200 || !isStream) {
        response.resume();
        if (response.statusCode === 404 && this.#sessionId !== undefined) this.#sessionGone();
        return listener.refused(shownStatus(response.statusCode ?? 0));
      }
      listener.streaming();
      this.#stream(response, undefined, listener, () => listener.ended());
    });
    request.end();
  }

  pause(): void {}
  resume(): void {}

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const end of this.#open) end();
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

  #headersFor(message: string, about: Pending | undefined, listener: Listener | undefined) {
    const headers = [
      ...this.#target.headers,
      'Accept',
      ANSWERS,
      'Content-Type',
      'application/json',
      'Content-Length',
      String(Buffer.byteLength(message)),
    ];
    if (isStatelessAsk(about)) {
      headers.push(...statelessHeaders(about as Pending));
      if (listener !== undefined) headers.push(...listener.passedHeaders);
    } else {
      this.#addSession(headers, listener);
    }
    return headers;
  }

  #post(
    message: string,
    about: Pending | undefined,
    listener: Listener | undefined,
  ): Promise<void> {
    return new Promise((done) => {
      const headers = this.#headersFor(message, about, listener);
      const request = this.#target.request({ ...this.#place('POST'), headers });
      const end = () => void request.destroy();
      this.#open.add(end);
      if (about !== undefined) this.#ofPending.set(about, end);
      const late = about === undefined ? setTimeout(end, TAKEN_MS) : undefined;
      request.on('close', () => {
        clearTimeout(late);
        this.#open.delete(end);
        if (about !== undefined) this.#ofPending.delete(about);
        done();
      });
      request.on('error', (error) => {
        if (about === undefined)
          this.#events.note(`a message did not reach the server: ${error.message}`);
        else this.#failed(about, `The server cannot be reached or broke off (${codeOf(error)})`);
      });
      request.on('response', (response) => {
        if (about === undefined) this.#acknowledged(response);
        else this.#answered(response, about, listener);
      });
      request.end(message, isAscii(message) ? 'latin1' : 'utf8');
    });
  }

  #acknowledged(response: IncomingMessage) {
    response.resume();
    const status = response.statusCode ?? 0;
    if (status === 404 && this.#sessionId !== undefined) this.#sessionGone();
    else if (status >= 300) this.#events.note(`the server answered a message with HTTP ${status}`);
  }

  #answered(response: IncomingMessage, about: Pending, listener: Listener | undefined) {
    const status = response.statusCode ?? 0;
    const type = response.headers['content-type'] ?? '';
    if (about.method === 'initialize' && status === 200) {
      const id = response.headers['mcp-session-id'];
      if (typeof id === 'string' && /^[\x21-\x7e]{1,256}$/.test(id)) this.#sessionId = id;
    }
    if (status !== 200) return this.#refused(response, about, status);
    if (type.startsWith('text/event-stream')) {
      listener?.streaming();
      return this.#stream(response, about, listener, (wasMarked) => {
        // What the server gave a name to it can say again; all else is lost with the stream.
        const mayResume = wasMarked && !about.isStateless && about.settle === undefined;
        if (!mayResume) this.#failed(about, 'The server broke off its answer');
        else if (this.#events.isWaiting(about)) listener?.ended();
      });
    }
    if (!type.startsWith('application/json')) {
      response.resume();
      return this.#failed(about, 'The server answered with something other than JSON');
    }
    readBody(response, this.#maxAnswerBytes, (body) => {
      if (body === undefined) {
        response.destroy();
        return this.#failed(about, 'The server broke off its answer, or it is too long');
      }
      if (about.method === 'initialize') this.#opened(body);
      this.#events.onMessage(body, listener && { listener, isStream: false });
      this.#failed(about, 'The server gave an answer that cannot be read');
    });
  }

  /** Passes on what a stream says; `ended` hears whether the server named any event. */
  #stream(
    response: IncomingMessage,
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
    };
    const read = createSseReader(onEvent, () => response.destroy(), this.#maxAnswerBytes);
    response.on('data', (chunk: Buffer) => {
      read(chunk);
      if (listener?.isFull !== true) return;
      response.pause();
      listener.onDrain(() => response.resume());
    });
    // A stream that breaks ends too; `close` comes after either.
    response.on('error', () => {});
    response.on('close', () => ended(wasMarked));
  }

  #refused(response: IncomingMessage, about: Pending, status: number) {
    if (status === 404 && this.#sessionId !== undefined && !about.isStateless) {
      response.resume();
      this.#failed(about, 'The server no longer knows this session');
      return this.#sessionGone();
    }
    readBody(response, MAX_ERROR_BYTES, (body) => {
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

// Copied instead of converted, where that is the same.
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? 'no code';
}
