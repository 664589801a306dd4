import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../gateway-error.ts';
import { code } from '../link/link-options.ts';
import { type ClientMessage, readClientMessage } from '../protocol/client-message.ts';
import { clientRequests, sessionRequests } from '../protocol/methods.ts';
import type { Eventually } from '../state/state.ts';
import { readBody } from '../upstream/read-body.ts';
import type { Held } from './admission.ts';
import {
  allowPage,
  close,
  error,
  isResult,
  noSession,
  preflight,
  publish,
  SERVER_ERROR,
  tooMuch,
} from './answers.ts';
import { Backlog } from './backlog.ts';
import { accepts, bodyProblem } from './body-problem.ts';
import { type Caller, Callers } from './callers.ts';
import { ComingBodies } from './coming-bodies.ts';
import { Exchange } from './exchange.ts';
import { OpenStreams } from './open-streams.ts';
import { sessionHeaders, statelessHeaders } from './passed-headers.ts';
import { Places } from './places.ts';
import { type Gate, refusalOf } from './request-checks.ts';
import { Sessions } from './sessions.ts';
import { eraOf, standardHeaderProblem } from './standard-headers.ts';
import { StatelessLinks } from './stateless-links.ts';
import type { World } from './world.ts';

type Readable = Exclude<ClientMessage, { kind: 'refused' }>;
type RequestMessage = Extract<ClientMessage, { kind: 'request' }>;

const SESSION_HEADER = 'mcp-session-id';

/** Takes the requests of clients, turns away what may not come in, and hands the rest to sessions and links. */
export class Front {
  readonly #world: World;
  readonly #gate: Gate;
  readonly #callers: Callers;
  readonly #coming: ComingBodies;
  readonly sessions: Sessions;
  readonly stateless: StatelessLinks;
  readonly #streams = new OpenStreams();
  readonly #held = new WeakMap<IncomingMessage, Held>();
  readonly #backlog: Backlog;
  isDraining = false;

  constructor(world: World, gate: Gate) {
    this.#world = world;
    this.#gate = gate;
    const places = new Places(world);
    this.#backlog = new Backlog(() => world.setup.config.limits.waitingBytes);
    this.#callers = new Callers(world, places, (why) => this.#note('identity', why));
    this.#coming = new ComingBodies(this.#callers);
    this.sessions = new Sessions(world, places);
    this.stateless = new StatelessLinks(places);
  }

  /** Ends what waited too long; to be called about once a second. */
  tick(now: number) {
    this.sessions.tick(now);
    this.stateless.tick(now);
    void this.#coming.check();
  }

  /** Ends streams of those who may no longer call; to be called every few seconds. */
  checkStreams(): Promise<void> {
    return this.#streams.check((authorization) =>
      this.#callers.identify(authorization === '' ? undefined : authorization),
    );
  }

  /** Keeps what stands between from closing silent streams; to be called every few seconds. */
  ping() {
    this.sessions.ping();
    this.stateless.ping();
  }

  async endAll() {
    await Promise.all([this.sessions.endAll(), this.stateless.endAll()]);
  }

  handle(request: IncomingMessage, response: ServerResponse) {
    const refusal = refusalOf(request, this.#gate);
    if (refusal !== undefined) {
      this.#note('front', refusal.message);
      return close(response, refusal.status, refusal.message);
    }
    const { origin } = request.headers;
    if (origin !== undefined) allowPage(response, origin);
    if (request.method === 'OPTIONS') return preflight(response);
    const document =
      request.method === 'GET' && this.#world.resource?.documentAt(request.url ?? '');
    if (document) return publish(response, document);
    if (this.isDraining)
      return close(response, 503, 'this gateway is stopping', ['Retry-After', '5']);
    const recalled = request.method === 'POST' ? this.#callers.recalled(request) : undefined;
    if (recalled !== undefined) return this.#post(request, response, recalled);
    this.#lookUp(request, response, (caller) => this.#dispatch(request, response, caller));
  }

  /** Goes on with who calls, unless they may not, or have left. */
  #lookUp(request: IncomingMessage, response: ServerResponse, go: (caller: Caller) => void) {
    const caller = this.#callers.of(request, response);
    if (caller instanceof Promise) {
      caller.then(
        // Who left while being looked up is told of no more, so a place taken now would never be given back.
        (found) => found && !response.destroyed && go(found),
        (error: Error) => this.#unforeseen(response, error),
      );
    } else if (caller !== undefined && !response.destroyed) go(caller);
  }

  /** The same for one who may have been recalled only. */
  #sure(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    go: (caller: Caller) => void,
  ) {
    if (caller.tokenHash === undefined) go(caller);
    else this.#lookUp(request, response, go);
  }

  #dispatch(request: IncomingMessage, response: ServerResponse, caller: Caller) {
    switch (request.method) {
      case 'POST':
        return this.#post(request, response, caller);
      case 'GET':
        return this.#get(request, response, caller);
      case 'DELETE':
        return this.#delete(request, response, caller);
      default:
        return close(response, 405, 'expected POST, GET or DELETE', ['Allow', 'POST, GET, DELETE']);
    }
  }

  #post(request: IncomingMessage, response: ServerResponse, caller: Caller) {
    const { headers } = request;
    const { limits } = this.#world.setup.config;
    const problem = bodyProblem(headers, limits.bodyBytes);
    const refuse = (go: () => void) => this.#sure(request, response, caller, go);
    if (problem !== undefined)
      return refuse(() => close(response, problem.status, problem.message));
    const { admission } = this.#world;
    const { grant } = caller.identity;
    const overload = admission.request(grant);
    if (overload !== undefined) return refuse(() => tooMuch(response, overload));
    // Who does not say how long a body is may send the longest.
    const length = Number(headers['content-length'] ?? limits.bodyBytes);
    const held = admission.hold(grant, length);
    if ('retryAfterS' in held) {
      admission.requestOver(grant);
      return refuse(() => tooMuch(response, held));
    }
    this.#held.set(request, held);
    response.on('close', () => {
      admission.requestOver(grant);
      if (!held.isKept) held.release();
    });
    if (caller.tokenHash !== undefined) this.#coming.add(request, response);
    readBody(request, limits.bodyBytes, (body, isTooLong) => {
      this.#coming.over(request);
      if (response.headersSent) return;
      if (body === undefined) {
        if (!isTooLong) return void response.destroy();
        const why = `the body is longer than ${limits.bodyBytes} bytes`;
        return refuse(() => close(response, 413, why));
      }
      const message = readClientMessage(body);
      const isDue = caller.tokenHash !== undefined && !this.#isRecorded(request, caller, message);
      if (!isDue) return this.#message(request, response, caller, message);
      this.#lookUp(request, response, (sure) => this.#message(request, response, sure, message));
    });
  }

  /** Whether nothing becomes of a message before it is recorded: of all others it must be known first whose they are. */
  #isRecorded(request: IncomingMessage, caller: Caller, message: ClientMessage): boolean {
    if (message.kind !== 'request' || message.method !== 'tools/call') return false;
    const { headers } = request;
    switch (eraOf(message, headers)) {
      case 'session': {
        const id = headers[SESSION_HEADER] as string | undefined;
        return id !== undefined && this.sessions.isReady(id, caller);
      }
      case 'stateless': {
        const problem = standardHeaderProblem(message.method, message.params ?? {}, headers);
        return problem === undefined && this.stateless.isReady(caller);
      }
      default:
        return false;
    }
  }

  #message(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    message: ClientMessage,
  ) {
    if (message.kind === 'refused') {
      this.#note('frame', message.why, caller);
      return error(response, 400, message.id ?? null, {
        code: message.code,
        message: `Refused: ${message.why}`,
      });
    }
    const era = eraOf(message, request.headers);
    if (typeof era === 'object') {
      return error(response, 400, idOf(message), era);
    }
    const { tracing } = this.#world;
    const begin = () =>
      era === 'session'
        ? this.#inSession(request, response, caller, message)
        : this.#stateless(request, response, caller, message);
    const work = tracing ? tracing.during(request.headers, message, begin) : begin();
    work.catch((cause: Error) => this.#unforeseen(response, cause, idOf(message)));
  }

  async #inSession(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    message: Readable,
  ): Promise<void> {
    const id = request.headers[SESSION_HEADER] as string | undefined;
    const isOpening = message.kind === 'request' && message.method === 'initialize';
    if (isOpening && id === undefined) return this.#open(request, response, caller, message);
    if (id === undefined) {
      return error(response, 400, idOf(message), {
        code: code.invalidRequest,
        message: 'The header Mcp-Session-Id is missing; begin with initialize',
      });
    }
    const session = this.sessions.find(id, caller.identity, caller.place);
    if (session === undefined) return noSession(response, idOf(message));
    if (session.upstream.isFull) return tooMuch(response, { status: 503, retryAfterS: 1 });
    if (message.kind === 'request') {
      const exchange = this.#exchange(request, response, sessionHeaders(request), caller);
      return session.request(message, exchange);
    }
    // Until the server has it, it is held here, also where its client has left.
    const held = this.#held.get(request);
    if (held !== undefined) held.isKept = true;
    await session.pass(message).finally(() => held?.release());
    if (session.isOver) noSession(response, null);
    else response.writeHead(202, ['Content-Length', '0']).end();
  }

  async #open(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    message: RequestMessage,
  ): Promise<void> {
    const session = await this.sessions.open(caller.identity, caller.place);
    if ('retryAfterS' in session) return tooMuch(response, session);
    const exchange = this.#exchange(request, response, sessionHeaders(request), caller);
    exchange.isOpening = true;
    exchange.headers = ['Mcp-Session-Id', session.id];
    exchange.onAnswer = (answer, status) => {
      // An opening that failed opened nothing.
      if (status === 200 && isResult(answer)) return;
      exchange.headers = [];
      void this.sessions.end(session);
    };
    session.request(message, exchange);
    const { onOver } = exchange;
    exchange.onOver = (isAnswered) => {
      onOver?.(isAnswered);
      // Nobody knows the id of a session whose opening was never heard of.
      if (!isAnswered) void this.sessions.end(session);
    };
  }

  async #stateless(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    message: Readable,
  ): Promise<void> {
    const { headers } = request;
    if (message.kind === 'response') {
      return error(response, 400, null, {
        code: code.invalidRequest,
        message: 'Answers are no messages of their own in this revision',
      });
    }
    // Nothing a client may notify of in this revision comes by HTTP.
    if (message.kind === 'notification') {
      return void response.writeHead(202, ['Content-Length', '0']).end();
    }
    const problem = standardHeaderProblem(message.method, message.params ?? {}, headers);
    if (problem !== undefined) return error(response, 400, message.id, problem);
    if (!clientRequests.has(message.method) || sessionRequests.has(message.method)) {
      this.#note('method', message.method.slice(0, 100), caller);
      return error(response, 404, message.id, {
        code: code.unknownMethod,
        message: 'This method does not pass the gateway',
      });
    }
    const exchange = this.#exchange(request, response, statelessHeaders(request), caller);
    if (message.method === 'subscriptions/listen') {
      this.#streams.add(headers.authorization ?? '', caller.identity, exchange);
    }
    const overload = await this.stateless.request(caller, message, exchange);
    if (overload !== undefined) tooMuch(response, overload);
  }

  #exchange(
    request: IncomingMessage,
    response: ServerResponse,
    passed: readonly string[],
    { tokenHash }: Caller,
  ) {
    const exchange = new Exchange(request, response, passed, this.#backlog);
    exchange.held = this.#held.get(request);
    if (tokenHash !== undefined) {
      exchange.recall(tokenHash, () => this.#mayCall(request, response));
    }
    return exchange;
  }

  /** Looks a caller up who was only recalled; answers itself where they may not call. */
  #mayCall(request: IncomingMessage, response: ServerResponse): Eventually<boolean> {
    const failed = (cause: Error) => {
      this.#unforeseen(response, cause);
      return false;
    };
    const found = this.#callers.of(request, response);
    if (!(found instanceof Promise)) return found !== undefined;
    return found.then((caller) => caller !== undefined, failed);
  }

  #get(request: IncomingMessage, response: ServerResponse, caller: Caller) {
    const session = this.#sessionOf(request, response, caller);
    if (session === undefined) return;
    if (!accepts(request.headers, 'text/event-stream')) {
      return close(response, 406, 'expected Accept: text/event-stream');
    }
    const lastEventId = request.headers['last-event-id'] as string | undefined;
    const exchange = this.#exchange(request, response, sessionHeaders(request), caller);
    if (!session.listen(exchange, lastEventId)) {
      return tooMuch(response, { status: 429, retryAfterS: 10 });
    }
    this.#streams.add(request.headers.authorization ?? '', caller.identity, exchange);
  }

  #delete(request: IncomingMessage, response: ServerResponse, caller: Caller) {
    const session = this.#sessionOf(request, response, caller);
    if (session === undefined) return;
    this.sessions.end(session).then(
      () => response.writeHead(200, ['Content-Length', '0']).end(),
      (cause: Error) => this.#unforeseen(response, cause),
    );
  }

  #sessionOf({ headers }: IncomingMessage, response: ServerResponse, caller: Caller) {
    const era = eraOf({ kind: 'notification' }, headers);
    if (typeof era === 'object') return void error(response, 400, null, era);
    if (era === 'stateless') {
      return void close(response, 405, 'this revision knows only POST', ['Allow', 'POST']);
    }
    const id = headers[SESSION_HEADER] as string | undefined;
    if (id === undefined) return void close(response, 400, 'the header Mcp-Session-Id is missing');
    const session = this.sessions.find(id, caller.identity, caller.place);
    if (session === undefined) noSession(response, null);
    return session;
  }

  /** Whatever goes wrong with one request refuses that request. */
  #unforeseen(response: ServerResponse, cause: Error, id: string | number | null = null) {
    const isOurs = cause instanceof GatewayError;
    this.#world.log(
      `a request was refused: ${isOurs ? cause.message : (cause.stack ?? cause.message)}`,
    );
    if (response.headersSent) return void response.destroy();
    const message =
      isOurs && cause.code === 'server-not-started'
        ? 'The server cannot be started; its operator finds the reason in the log'
        : 'Refused: the gateway cannot judge this now';
    error(response, 503, id, { code: SERVER_ERROR, message });
  }

  #note(what: string, why: string, caller?: Caller) {
    const kind = what === 'method' ? 'method-refused' : 'frame-refused';
    const detail = what === 'method' ? { from: 'client', method: why } : { from: 'client', why };
    this.#world.note(kind, detail, caller?.place.name, caller?.identity.grant);
  }
}

function idOf(message: Readable): string | number | null {
  return message.kind === 'request' ? message.id : null;
}
