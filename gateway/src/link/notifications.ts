import { isJsonObject, type JsonObject, own, showHidden } from '@toolwarden/catalogue';
import type { RequestId } from '../protocol/client-message.ts';
import { clientNotifications, metaKeys, serverNotifications } from '../protocol/methods.ts';
import { mapTexts } from '../responses/map-texts.ts';
import { type LinkOptions, tell } from './link-options.ts';
import type { OtherLists } from './other-lists.ts';
import { type Pending, type PendingRequests, tokenOf } from './pending.ts';
import type { ServerAsks } from './server-asks.ts';
import type { ToolLists } from './tool-lists.ts';

/** Notices of a server that carry texts of its own. */
const SAYING = new Set([
  ...['notifications/message', 'notifications/progress', 'notifications/tasks/status'],
]);

/** What both sides tell each other without waiting for an answer; ids in it are changed for those of the other side. */
export class Notifications {
  readonly #options: LinkOptions;
  readonly #pending: PendingRequests;
  readonly #tools: ToolLists;
  readonly #asks: ServerAsks;
  readonly #lists: OtherLists;

  constructor(
    options: LinkOptions,
    parts: { pending: PendingRequests; tools: ToolLists; asks: ServerAsks; lists: OtherLists },
  ) {
    this.#options = options;
    this.#pending = parts.pending;
    this.#tools = parts.tools;
    this.#asks = parts.asks;
    this.#lists = parts.lists;
  }

  fromServer(method: string, params: JsonObject | undefined, via?: object): void {
    if (!serverNotifications.has(method)) {
      this.#options.note('method-refused', { from: 'server', method: method.slice(0, 100) });
      return;
    }
    let sent = params;
    let origin: object | undefined;
    if (method === 'notifications/tools/list_changed') this.#tools.forget();
    this.#lists.forget(method);
    // Nobody can accept beforehand what is said while a call runs, so at least nothing in it hides or moves a cursor.
    if (sent !== undefined && SAYING.has(method)) {
      sent = shown(sent);
      if (sent === undefined) {
        this.#options.note('server-fault', { what: 'a notice that cannot be looked through' });
        return;
      }
    }
    if (method === 'notifications/progress') {
      const token = own(params, 'progressToken');
      const pending = this.#pending.ofToken(token as RequestId);
      if (pending === undefined || pending.isCancelled) return;
      pending.activeAt = this.#options.clock();
      origin = pending.origin;
      // The token is the client's own, whatever is written in it.
      const theirs = this.#options.isShared ? tokenOf(pending) : token;
      sent = { ...sent, progressToken: theirs ?? null };
    }
    if (method === 'notifications/cancelled') {
      const requestId = this.#asks.takeBack(own(params, 'requestId'));
      if (requestId === undefined) return;
      sent = { ...params, requestId };
    }
    if (sent !== undefined) {
      origin ??= this.#subscriptionOf(sent)?.origin;
      sent = this.withClientsId(sent);
    }
    const text = JSON.stringify({ jsonrpc: '2.0', method, ...(sent && { params: sent }) });
    tell(this.#options, text, origin, via);
  }

  /** `cancel` ends a request that was sent. */
  fromClient(method: string, params: JsonObject, cancel: (pending: Pending) => void): void {
    if (!clientNotifications.has(method)) {
      this.#options.note('method-refused', { from: 'client', method: method.slice(0, 100) });
      return;
    }
    let sent = params;
    if (method === 'notifications/cancelled') {
      const pending = this.#pending.ofClient(own(params, 'requestId') as RequestId);
      // The opening cannot be cancelled, and what was answered needs no cancelling.
      if (pending === undefined || pending.isCancelled || pending.method === 'initialize') return;
      pending.isCancelled = true;
      if (!pending.isSent) return;
      cancel(pending);
      sent = { ...params, requestId: pending.id };
    }
    const rest = Object.keys(sent).length === 0 ? {} : { params: sent };
    this.#options.toServer(JSON.stringify({ jsonrpc: '2.0', method, ...rest }));
  }

  /** What belongs to a subscription names the request that opened it: by the client's id, not by ours. */
  withClientsId(holder: JsonObject, opener?: RequestId): JsonObject {
    const meta = own(holder, '_meta');
    if (!isJsonObject(meta) || typeof own(meta, metaKeys.subscription) !== 'number') return holder;
    const clientId = this.#subscriptionOf(holder)?.clientId ?? opener;
    if (clientId === undefined) return holder;
    return { ...holder, _meta: { ...meta, [metaKeys.subscription]: clientId } };
  }

  #subscriptionOf(holder: JsonObject): Pending | undefined {
    const id = own(own(holder, '_meta'), metaKeys.subscription);
    return typeof id === 'number' ? this.#pending.get(id) : undefined;
  }
}

/** With nothing in it that hides; `undefined` where that cannot be had, which is no reason to end the connection. */
function shown(params: JsonObject): JsonObject | undefined {
  try {
    return mapTexts(params, showHidden) as JsonObject;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
