import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import type { Ask } from '../guard.ts';
import type { RequestId } from '../protocol/client-message.ts';
import { serverRequests } from '../protocol/methods.ts';
import { NO_RECORD } from '../refusal.ts';
import { follow } from './follow.ts';
import { code, type LinkOptions, tell } from './link-options.ts';

/** What a server wants of the client. */
export type ServerAsk = { method: string; params: JsonObject };

/** The requests of a server: judged, passed with ids of ours, and answered with the server's. */
export class ServerAsks {
  readonly #options: LinkOptions;
  /** Not answered by the client yet: our id → the server's. */
  readonly #open = new Map<number, RequestId>();
  #lastId = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Passes a request on if the client declared that it takes such, and no policy refuses it. */
  request(
    { id, method, params }: { id: RequestId; method: string; params?: JsonObject },
    capabilities: JsonObject,
    via?: object,
  ) {
    const needs = serverRequests.get(method);
    const isKnown = serverRequests.has(method);
    const isDeclared = needs === undefined || Object.hasOwn(capabilities, needs);
    if (!isKnown || !isDeclared || this.#open.size >= this.#options.limits.inFlight) {
      this.#options.note('method-refused', { from: 'server', method: method.slice(0, 100) });
      return this.#refuse(id, 'The client does not take this request');
    }
    try {
      const settled = this.judge([{ method, params: params ?? {} }], false, (isAllowed) => {
        if (!isAllowed) return this.#refuse(id, 'A policy refuses this request');
        const ours = ++this.#lastId;
        this.#open.set(ours, id);
        const text = JSON.stringify({
          jsonrpc: '2.0',
          id: ours,
          method,
          ...(params && { params }),
        });
        if (tell(this.#options, text, undefined, via) !== false) return;
        this.#open.delete(ours);
        this.#refuse(id, 'The client does not listen');
      });
      if (settled instanceof Promise) settled.catch(() => this.#refuse(id, NO_RECORD));
    } catch {
      this.#refuse(id, NO_RECORD);
    }
  }

  /** Sampling and elicitation have rules of their own; the other requests of a server ask for nothing risky. */
  judge(asks: ServerAsk[], isStateless: boolean, done: (isAllowed: boolean) => void): unknown {
    const [first, ...rest] = asks;
    if (first === undefined) return done(true);
    const kind = serverRequests.get(first.method);
    if (kind !== 'sampling' && kind !== 'elicitation') return this.judge(rest, isStateless, done);
    const argumentsText = JSON.stringify(first.params);
    const ask: Ask = {
      ...{ kind, method: first.method, name: kind, arguments: first.params, argumentsText },
      ...(!isStateless && { session: this.#options.session }),
    };
    return follow(this.#options.guard.judge(ask), (judged) => {
      if (!judged.pass) return done(false);
      this.#options.outcome(judged.callId, { kind: 'answered', bytes: 0 });
      return this.judge(rest, isStateless, done);
    });
  }

  /** The client's answer, which goes to the request it is for, once. */
  answer(id: RequestId, body: { result: JsonValue } | { error: JsonValue }) {
    const asked = typeof id === 'number' ? this.#open.get(id) : undefined;
    if (asked === undefined) {
      return this.#options.note('frame-refused', { from: 'client', why: 'an answer to nothing' });
    }
    this.#open.delete(id as number);
    this.#options.toServer(JSON.stringify({ jsonrpc: '2.0', id: asked, ...body }));
  }

  /** Our id of a request that the server takes back; `undefined` where the client has none such. */
  takeBack(id: JsonValue | undefined): number | undefined {
    const [ours] = [...this.#open].find(([, theirs]) => theirs === id) ?? [];
    if (ours !== undefined) this.#open.delete(ours);
    return ours;
  }

  #refuse(id: RequestId, message: string) {
    const error = { code: code.unknownMethod, message };
    this.#options.toServer(JSON.stringify({ jsonrpc: '2.0', id, error }));
  }
}
