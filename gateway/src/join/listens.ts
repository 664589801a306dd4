import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { code } from '../link/link-options.ts';
import type { RequestId } from '../protocol/client-message.ts';
import { metaKeys } from '../protocol/methods.ts';
import { DECISION_KEY } from '../refusal.ts';
import { readExactly } from '../responses/read-exactly.ts';
import { type Join, within } from './join.ts';
import { joinedAddress, placeOfAddress } from './joined-address.ts';
import { type ClientSide, Origin } from './origins.ts';
import type { Part } from './part.ts';

const RETRY_MS = 5_000;
const METHOD_NOT_FOUND = -32601;
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const CHANGES = ['tools', 'prompts', 'resources'] as const;

/** One server's share of a subscription. */
class Share extends Origin {
  readonly listen: Listen;
  /** What of it was granted; absent until it is. */
  granted: JsonObject | undefined;
  retryAt = Number.POSITIVE_INFINITY;
  readonly #settled = Promise.withResolvers<void>();

  constructor(part: Part, listen: Listen) {
    super(part);
    this.listen = listen;
  }

  get front(): ClientSide | undefined {
    return this.listen.front;
  }

  /** Whether it was granted, refused or is not to be had. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  settle(): void {
    this.#settled.resolve();
  }
}

type Listen = {
  id: RequestId;
  front: ClientSide | undefined;
  params: JsonObject;
  wanted: JsonObject;
  shares: Share[];
  /** What came before the client was told that it is subscribed. */
  early: string[] | undefined;
  /** Errors by which policies refused shares of it. */
  refusals: JsonObject[];
};

export type { Share };

/** Subscriptions of the stateless era, each over all servers. */
export class Listens {
  readonly #join: Join;
  readonly #open = new Set<Listen>();

  constructor(join: Join) {
    this.#join = join;
  }

  get size(): number {
    return this.#open.size;
  }

  isShare(origin: unknown): origin is Share {
    return origin instanceof Share;
  }

  /** Subscribes at every server; the client hears what of it was granted once all have said. */
  async open(id: RequestId, params: JsonObject, front: ClientSide | undefined): Promise<void> {
    const given = own(params, 'notifications') ?? {};
    const wanted = isJsonObject(given) ? given : {};
    const addresses = own(wanted, 'resourceSubscriptions') ?? [];
    const places = Array.isArray(addresses) ? addresses.map(placeIn(this.#join)) : [undefined];
    if (!isJsonObject(given) || places.includes(undefined)) {
      this.#join.fail(id, front, code.invalidParams, 'An address is of no server that is here');
      return;
    }
    const listen: Listen = {
      ...{ id, front, params, wanted, shares: [], early: [], refusals: [] },
    };
    this.#open.add(listen);
    listen.shares = this.#join.parts.map((part) => new Share(part, listen));
    for (const share of listen.shares) void this.#ask(share);
    await within(this.#join.waitMs, Promise.all(listen.shares.map((share) => share.settled)));
    if (!this.#open.has(listen)) return;
    const refusal = refusalOf(listen);
    if (refusal !== undefined) {
      this.#end(listen);
      this.#join.answer(id, front, { error: refusal });
      return;
    }
    this.#acknowledge(listen);
  }

  /** What a server says on its share: that it is granted, or a notice. */
  tell(share: Share, message: JsonObject): void {
    const { listen, part } = share;
    if (message['method'] === ACKNOWLEDGED) {
      const isBack = share.granted !== undefined || listen.early === undefined;
      const granted = own(own(message, 'params'), 'notifications');
      share.granted = isJsonObject(granted) ? granted : {};
      share.settle();
      part.works();
      // What it changed meanwhile nobody heard.
      if (isBack) this.changed(listen);
      return;
    }
    this.#give(listen, JSON.stringify(message));
  }

  /** The end of a share: refused, or the server let go of it. */
  ended(share: Share, message: string | Buffer): void {
    const { listen } = share;
    share.isOver = true;
    const error = own(readExactly(message.toString()), 'error');
    // Only a refusal by policy is the client's to know; a server without subscriptions has none to give.
    const isRefused = own(own(error, 'data'), DECISION_KEY) !== undefined;
    if (isRefused && isJsonObject(error)) listen.refusals.push(error);
    // Each time it was asked anew would be one more refusal on record.
    const isFinal = isRefused || own(error, 'code') === METHOD_NOT_FOUND;
    if (!isFinal) share.retryAt = performance.now() + RETRY_MS;
    share.settle();
  }

  /** The client left. */
  left(front: object): void {
    for (const listen of this.#open) if (listen.front === front) this.#end(listen);
  }

  /** Asks again for what was let go of; about once a second. */
  tick(now: number): void {
    for (const listen of this.#open) {
      for (const share of listen.shares) {
        if (now < share.retryAt || listen.early !== undefined) continue;
        share.retryAt = Number.POSITIVE_INFINITY;
        void this.#ask(share);
      }
    }
  }

  /** Tells a subscription that lists may have changed, as far as it wants to know. */
  changed(listen: Listen): void {
    for (const list of CHANGES) {
      if (own(listen.wanted, `${list}ListChanged`) !== true) continue;
      this.#give(listen, this.#notice(listen, `notifications/${list}/list_changed`, {}));
    }
  }

  /** Tells all of them that one list changed. */
  allChanged(method: string): void {
    for (const listen of this.#open) {
      const list = CHANGES.find((each) => method.startsWith(`notifications/${each}/`));
      if (list !== undefined && own(listen.wanted, `${list}ListChanged`) === true)
        this.#give(listen, this.#notice(listen, method, {}));
    }
  }

  endAll(): void {
    for (const listen of [...this.#open]) {
      this.#end(listen);
      this.#join.fail(listen.id, listen.front, code.serverGone, 'The servers are no longer joined');
    }
  }

  async #ask(share: Share): Promise<void> {
    const { listen, part } = share;
    const connection = await part.reach();
    if (!this.#open.has(listen)) return;
    if (connection === undefined) {
      share.retryAt = performance.now() + RETRY_MS;
      return share.settle();
    }
    const addresses = own(listen.wanted, 'resourceSubscriptions');
    const theirs = (Array.isArray(addresses) ? addresses : []).flatMap((joined) => {
      const place = placeOfAddress(String(joined));
      return place?.server === part.name ? [place.address] : [];
    });
    const { resourceSubscriptions: _, ...lists } = listen.wanted;
    const notifications = { ...lists, ...(theirs.length > 0 && { resourceSubscriptions: theirs }) };
    share.isOver = false;
    // Under the client's own id, by which notices name the subscription they belong to.
    const params = { ...listen.params, notifications };
    const message = {
      kind: 'request',
      id: listen.id,
      method: 'subscriptions/listen',
      params,
    } as const;
    connection.link.fromClientMessage(message, share);
  }

  #acknowledge(listen: Listen): void {
    const granted = listen.shares.flatMap((share) => {
      const addresses = own(share.granted, 'resourceSubscriptions');
      return (Array.isArray(addresses) ? addresses : []).map((address) =>
        joinedAddress(share.part.name, String(address)),
      );
    });
    // Lists change here by servers that come and go too, so this much can always be promised.
    const lists = CHANGES.flatMap((list) =>
      own(listen.wanted, `${list}ListChanged`) === true ? [[`${list}ListChanged`, true]] : [],
    );
    const notifications = {
      ...Object.fromEntries(lists),
      ...(granted.length > 0 && { resourceSubscriptions: granted }),
    };
    this.#join.context.tellClient(
      this.#notice(listen, ACKNOWLEDGED, { notifications }),
      listen.front,
    );
    const { early = [] } = listen;
    listen.early = undefined;
    for (const text of early) this.#join.context.tellClient(text, listen.front);
  }

  #give(listen: Listen, text: string): void {
    if (listen.early === undefined) this.#join.context.tellClient(text, listen.front);
    else if (listen.early.length < 256) listen.early.push(text);
  }

  #notice({ id }: Listen, method: string, params: JsonObject): string {
    const _meta = { [metaKeys.subscription]: id };
    return JSON.stringify({ jsonrpc: '2.0', method, params: { ...params, _meta } });
  }

  #end(listen: Listen): void {
    this.#open.delete(listen);
    for (const share of listen.shares) {
      share.part.link?.clientLeft(share);
      share.isOver = true;
    }
  }
}

/** The one error of a subscription that is refused: what no approval helps first, else all that wait for one. */
function refusalOf({ refusals }: Listen): JsonObject | undefined {
  const waitsFor = (error: JsonObject) => own(own(own(error, 'data'), DECISION_KEY), 'effect');
  const [first, ...others] = refusals;
  const denied = refusals.find((error) => waitsFor(error) !== 'approve');
  if (first === undefined || others.length === 0 || denied !== undefined) return denied ?? first;
  const messages = refusals.map((error) => String(own(error, 'message')));
  const message = `${messages.join(' ')} Repeat it only once all of them are approved.`;
  return { ...first, message };
}

const placeIn = (join: Join) => (address: JsonValue) => {
  const place = typeof address === 'string' ? placeOfAddress(address) : undefined;
  return place === undefined ? undefined : join.part(place.server);
};
