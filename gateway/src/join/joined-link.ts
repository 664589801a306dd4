import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { FrontConnection } from '../http/front-connection.ts';
import { code } from '../link/link-options.ts';
import type { ClientMessage, RequestId } from '../protocol/client-message.ts';
import { clientNotifications, metaKeys } from '../protocol/methods.ts';
import { readExactly } from '../responses/read-exactly.ts';
import type { Via } from '../upstream/upstream.ts';
import { askedBy, withAskers } from './asker.ts';
import { discovered } from './discover.ts';
import { Join, type JoinContext } from './join.ts';
import { JoinedAsks } from './joined-asks.ts';
import { JoinedLists } from './joined-lists.ts';
import { JoinedSession } from './joined-session.ts';
import { Listens } from './listens.ts';
import { refusedNowhere } from './nowhere.ts';
import { type ClientSide, Origin, OwnRequest, onwards, Routed } from './origins.ts';
import type { Part } from './part.ts';
import { joinedLists } from './renamed-entry.ts';
import { renamedNotice } from './renamed-notice.ts';
import { type Destination, destinationOf, isAboutTask, isRouted, placeOf } from './routes.ts';
import { withJoinedAddresses } from './with-joined-addresses.ts';
import { withoutTasks } from './without-tasks.ts';

type FrontLink = FrontConnection['link'];
type RequestMessage = Extract<ClientMessage, { kind: 'request' }>;

/**
 * One client and several servers. Each server has a link and a guard of its own, which see its true names; this stands
 * before them, gives each request to the link it is for, and makes one answer of many.
 */
export class JoinedLink implements FrontLink {
  readonly #join: Join;
  readonly #asks = new JoinedAsks();
  readonly #lists: JoinedLists;
  readonly #session: JoinedSession;
  readonly #listens: Listens;
  /** What the client waits for here, by the exchange it waits on. */
  readonly #routed = new Map<ClientSide, Set<Routed>>();
  /** Requests of a session whose server is being looked for. */
  readonly #seeking = new Map<RequestId, { isCancelled: boolean }>();
  #working = 0;
  #isOver = false;

  constructor(context: JoinContext) {
    this.#join = new Join(context);
    this.#session = new JoinedSession(this.#join);
    this.#listens = new Listens(this.#join);
    this.#lists = new JoinedLists(this.#join, (notice) => this.#changed(notice));
  }

  get inFlight(): number {
    return this.#working + this.#routed.size + this.#listens.size;
  }

  fromClientMessage(message: ClientMessage, origin?: object): void {
    const front = origin as ClientSide | undefined;
    if (message.kind === 'request') {
      this.#working++;
      this.#request(message, front)
        .catch(() => this.#join.fail(message.id, front, code.internal, CANNOT))
        .finally(() => this.#working--);
    } else if (message.kind === 'notification') this.#notification(message);
    else if (message.kind === 'response' && !this.#asks.answer(message)) {
      this.#note('frame-refused', { from: 'client', why: 'an answer to nothing' });
    }
  }

  /** An answer that one of the links has for where a request came from. */
  answered(part: Part, message: string | Buffer, origin: object | undefined, via?: Via): boolean {
    if (origin instanceof OwnRequest) origin.take(message);
    else if (this.#listens.isShare(origin)) this.#listens.ended(origin, message);
    else if (origin instanceof Routed) return this.#toClient(part, message, origin, via);
    return true;
  }

  /** What one of the servers tells or asks the client. */
  told(part: Part, text: string, origin: object | undefined, via?: Via): boolean {
    const stream = via?.listener;
    if (stream instanceof Origin) stream.saw(via?.eventId);
    const about = origin ?? stream;
    const message = readExactly(text);
    if (!isJsonObject(message)) return false;
    // The client takes no part in tasks here.
    if (message['method'] === 'notifications/tasks/status') return true;
    if (this.#listens.isShare(about)) {
      const notice = renamedNotice(part.name, message);
      if (notice !== undefined) this.#listens.tell(about, notice);
      return true;
    }
    const front = about instanceof Routed ? about.front : undefined;
    const give = (said: string) => this.#join.context.tellClient(said, front);
    const { id } = message;
    if (id !== undefined) {
      const asked = askedBy(part.name, message) as JsonObject & { id: RequestId };
      return this.#asks.pass(part, asked, give);
    }
    if (message['method'] === 'notifications/cancelled') {
      const requestId = this.#asks.takeBack(part, own(own(message, 'params'), 'requestId'));
      if (requestId === undefined) return true;
      const params = { ...(own(message, 'params') as JsonObject), requestId };
      return give(JSON.stringify({ ...message, params }));
    }
    const notice = renamedNotice(part.name, message);
    return notice === undefined || give(JSON.stringify(notice));
  }

  /** The connection to one of the servers ended. */
  ended(part: Part, why: string): void {
    if (this.#isOver) return;
    for (const requestId of this.#asks.forget(part)) {
      const params = { requestId, reason: 'the server ended' };
      const method = 'notifications/cancelled';
      this.#join.context.tellClient(JSON.stringify({ jsonrpc: '2.0', method, params }), undefined);
    }
    this.#session.ended(part, why);
    if (this.#join.isStateless) for (const notice of NOTICES) this.#listens.allChanged(notice);
  }

  tick(): void {
    const now = performance.now();
    for (const part of this.#join.parts) part.link?.tick();
    if (this.#join.isStateless) this.#listens.tick(now);
    else this.#session.tick(now);
  }

  clientLeft(origin: object): void {
    this.#listens.left(origin);
    for (const routed of this.#routed.get(origin as ClientSide) ?? []) {
      routed.part.link?.clientLeft(routed);
      routed.isOver = true;
    }
    this.#routed.delete(origin as ClientSide);
  }

  serverEnded(): void {
    this.#isOver = true;
    this.#listens.endAll();
    for (const part of this.#join.parts) part.link?.serverEnded();
  }

  async #request(message: RequestMessage, front: ClientSide | undefined): Promise<void> {
    const { id, method, params = {} } = message;
    if (this.#join.isStateless && !saysWhatItCan(params)) {
      if (front !== undefined) front.status = 400;
      const problem = `_meta lacks ${metaKeys.capabilities}`;
      return void this.#join.fail(id, front, code.invalidParams, problem);
    }
    if (method === 'ping') return void this.#join.answer(id, front, { result: {} });
    if (method === 'initialize') return this.#open(id, params, front);
    if (method === 'server/discover' || method === 'subscriptions/listen') {
      // A session is told of changes unasked, so a subscription in one would only be kept for ever.
      if (!this.#join.isStateless) return this.#refuseMethod(id, method, front);
      if (method === 'server/discover') return this.#discover(id, params, front);
      return this.#listens.open(id, params, front);
    }
    if (method === 'logging/setLevel') {
      const error = await this.#session.setLevel(params);
      return void this.#join.answer(id, front, error === undefined ? { result: {} } : { error });
    }
    if (isAboutTask(method, params)) return this.#refuseMethod(id, method, front, NO_TASKS);
    if (joinedLists.has(method)) return this.#list(message, front);
    if (!isRouted(method)) return this.#refuseMethod(id, method, front);
    const destination = destinationOf(method, params);
    if (destination === undefined) {
      return void this.#join.fail(id, front, code.invalidParams, 'Invalid params');
    }
    return this.#route(message, destination, front);
  }

  #refuseMethod(
    id: RequestId,
    method: string,
    front: ClientSide | undefined,
    refusal = 'This method does not pass the gateway where several servers are joined',
  ): void {
    this.#note('method-refused', { from: 'client', method: method.slice(0, 100) });
    this.#join.fail(id, front, code.unknownMethod, refusal);
  }

  async #open(id: RequestId, params: JsonObject, front: ClientSide | undefined): Promise<void> {
    const result = await this.#session.open(params);
    this.#join.answer(
      id,
      front,
      result === undefined
        ? { error: { code: code.invalidRequest, message: 'This session is open already' } }
        : { result },
    );
  }

  async #discover(id: RequestId, params: JsonObject, front: ClientSide | undefined): Promise<void> {
    const result = await discovered(this.#join, params);
    if (result !== undefined) return void this.#join.answer(id, front, { result });
    if (front !== undefined) front.status = 404;
    this.#join.fail(id, front, code.unknownMethod, 'Not all servers here speak this revision');
  }

  async #list({ id, method, params = {} }: RequestMessage, front: ClientSide | undefined) {
    if (own(params, 'cursor') !== undefined) {
      this.#join.fail(
        id,
        front,
        code.invalidParams,
        'There is no such cursor: this list has one page',
      );
      return;
    }
    this.#join.answer(id, front, { result: await this.#lists.list(method, params) });
  }

  /** Gives a request to the server it is for, under the name that it has there. */
  async #route(message: RequestMessage, destination: Destination, front: ClientSide | undefined) {
    const { id, method, params = {} } = message;
    const meta = own(params, '_meta');
    const seeking = { isCancelled: false };
    // Ids of the stateless era are one client's among many, and nothing is cancelled by them.
    if (!this.#join.isStateless) this.#seeking.set(id, seeking);
    const place = await placeOf(destination, this.#join, (digestName, list) =>
      this.#lists.find(digestName, list, meta),
    ).finally(() => this.#seeking.delete(id));
    if (place === undefined) {
      const { identity, session, world } = this.#join.context;
      const wanted = { method, kind: destination.kind, name: destination.unknownAs, params };
      const refusal = await refusedNowhere(world, { identity, session }, wanted);
      return void this.#join.answer(id, front, refusal);
    }
    const { part, name } = place;
    const connection = await part.reach();
    const isOpen = this.#join.isStateless || part.opened !== undefined;
    if (connection === undefined || !isOpen) return void this.#join.failGone(id, front, part);
    if (connection.upstream.isFull === true) {
      return void this.#join.fail(
        id,
        front,
        code.serverGone,
        `${part.name} takes no more now; send it later`,
      );
    }
    // What nobody waits for any more need not run: in the stateless era leaving is cancelling.
    if (seeking.isCancelled || (this.#join.isStateless && front?.isOpen === false)) return;
    const routed = new Routed(part, front, method, this.#join.isStateless);
    // In the session era leaving is not cancelling, so nobody asks for it.
    if (front !== undefined && this.#join.isStateless) {
      const waiting = this.#routed.get(front) ?? new Set();
      this.#routed.set(front, waiting.add(routed));
    }
    const sent = { ...message, params: destination.withName(withoutTasks(params), name) };
    connection.link.fromClientMessage(sent, routed);
  }

  #toClient(part: Part, message: string | Buffer, routed: Routed, via: Via | undefined): boolean {
    routed.isOver = true;
    const { front, method } = routed;
    if (front !== undefined) {
      const waiting = this.#routed.get(front);
      waiting?.delete(routed);
      if (waiting?.size === 0) this.#routed.delete(front);
    }
    const renamed = withAskers(part.name, withJoinedAddresses(part.name, method, message));
    return this.#join.context.toClient(renamed, front, onwards(via));
  }

  #notification({ method, params = {} }: Extract<ClientMessage, { kind: 'notification' }>): void {
    if (!clientNotifications.has(method)) {
      this.#note('method-refused', { from: 'client', method: method.slice(0, 100) });
      return;
    }
    if (method === 'notifications/initialized') this.#session.ready();
    // Each link knows its own requests, and takes no notice of others'.
    const isForAll =
      method === 'notifications/cancelled' || method === 'notifications/roots/list_changed';
    if (!isForAll) return;
    const seeking = this.#seeking.get(own(params, 'requestId') as RequestId);
    if (seeking !== undefined) seeking.isCancelled = true;
    const isNews = method !== 'notifications/cancelled';
    for (const part of this.#join.parts) {
      if (part.opened === undefined) continue;
      // News can be done without where so much waits already.
      if (isNews && part.upstream?.isFull === true) continue;
      part.link?.fromClientMessage({ kind: 'notification', method, params });
    }
  }

  #changed(notice: string): void {
    if (this.#join.isStateless) this.#listens.allChanged(notice);
    else this.#session.listsChanged();
  }

  #note(
    kind: 'frame-refused' | 'method-refused',
    detail: Record<string, JsonValue & string>,
  ): void {
    const { world, identity } = this.#join.context;
    world.note(kind, detail, '', identity.grant);
  }
}

/** What every request of the stateless era must say, and what part of it would be answered here. */
const saysWhatItCan = (params: JsonObject) =>
  isJsonObject(own(own(params, '_meta'), metaKeys.capabilities));

const NOTICES = new Set([...joinedLists.values()].map(({ changed }) => changed));
const NO_TASKS =
  'Tasks do not pass the gateway where several servers are joined: call the tool without one, or at /mcp/SERVER';
const CANNOT = 'Refused: the gateway cannot judge this now';
