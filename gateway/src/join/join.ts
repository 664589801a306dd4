import { randomBytes } from 'node:crypto';
import type { JsonObject } from '@toolwarden/catalogue';
import type { Connection } from '../http/connect.ts';
import type { Identity } from '../http/identity.ts';
import type { World } from '../http/world.ts';
import { code } from '../link/link-options.ts';
import type { Via } from '../upstream/upstream.ts';
import { type Answered, type ClientSide, OwnRequest } from './origins.ts';
import type { Part } from './part.ts';

/** What all that joins servers for one client works with. */
export type JoinContext = {
  world: World;
  identity: Identity;
  /** Names the session where calls are counted by it; absent in the stateless era. */
  session: string | undefined;
  parts: readonly Part[];
  /** Takes answers to the client's requests. */
  toClient: (message: string | Buffer, front: ClientSide | undefined, via?: Via) => boolean;
  /** Takes all else that the client is told. */
  tellClient: (message: string, front: ClientSide | undefined) => boolean;
};

/** The servers that are joined for one client, as far as it asks them something of its own or answers the client. */
export class Join {
  readonly context: JoinContext;
  /** Ids of its own requests, which no client's can equal. */
  readonly #prefix = `${randomBytes(9).toString('base64url')}-`;
  #asked = 0;

  constructor(context: JoinContext) {
    this.context = context;
  }

  get parts(): readonly Part[] {
    return this.context.parts;
  }

  get isStateless(): boolean {
    return this.context.session === undefined;
  }

  /** How long the client waits for one of the servers where it is answered for all. */
  get waitMs(): number {
    return this.context.world.setup.config.limits.joinMs;
  }

  part(name: string): Part | undefined {
    return this.parts.find((part) => part.name === name);
  }

  /** Asks one of the servers; always answered, as every request of a link is. */
  ask({ link }: Connection, part: Part, method: string, params: JsonObject): Promise<Answered> {
    const { promise, resolve } = Promise.withResolvers<Answered>();
    const id = `${this.#prefix}${++this.#asked}`;
    link.fromClientMessage({ kind: 'request', id, method, params }, new OwnRequest(part, resolve));
    return promise;
  }

  answer(id: string | number, front: ClientSide | undefined, body: JsonObject): boolean {
    return this.context.toClient(JSON.stringify({ jsonrpc: '2.0', id, ...body }), front);
  }

  fail(
    id: string | number,
    front: ClientSide | undefined,
    number: number,
    message: string,
  ): boolean {
    return this.answer(id, front, { error: { code: number, message } });
  }

  /** The answer for a server that cannot be reached, which the operator's log says more of. */
  failGone(id: string | number, front: ClientSide | undefined, part: Part): boolean {
    const message = `The server ${part.name} is not there now; its tools come back when it does`;
    return this.fail(id, front, code.serverGone, message);
  }

  /** What a result of the stateless era says beside its content. */
  whole(ttlMs = 0): JsonObject {
    return this.isStateless ? { resultType: 'complete', ttlMs, cacheScope: 'private' } : {};
  }
}

/** Waits so long, and no longer; `undefined` where it takes more. */
export async function within<Value>(ms: number, work: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(done, ms, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
