import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  own as ownField,
} from '@toolwarden/catalogue';
import { elicitationProblem } from '../elicitation/elicitation-problem.ts';
import type { Ask } from '../guard.ts';
import type { RequestId } from '../protocol/client-message.ts';
import { serverRequests } from '../protocol/methods.ts';
import { NO_RECORD } from '../refusal.ts';
import { follow } from './follow.ts';
import { code, type LinkOptions, tell } from './link-options.ts';

/** What a server wants of the client. */
export type ServerAsk = { method: string; params: JsonObject };

/** So many questions of our own may be open; more would only wear a user out. */
const MOST_OWN = 8;
const OWN_MS = 15 * 60_000;

/** The requests of a server: judged, passed with ids of ours, and answered with the server's. */
export class ServerAsks {
  readonly #options: LinkOptions;
  /** Not answered by the client yet: our id → the server's. */
  readonly #open = new Map<number, RequestId>();
  /** Questions of our own: who hears what the user made of them. */
  readonly #own = new Map<number, { answered: (action: unknown) => void; at: number }>();
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
      const asks = [{ method, params: params ?? {} }];
      const settled = this.judge({ asks, isStateless: false }, capabilities, (isAllowed) => {
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

  /** Asks the client something of our own, about a request it waits for; false where it cannot be asked. */
  own(
    method: string,
    params: JsonObject,
    origin: object | undefined,
    answered: (action: unknown) => void,
  ): boolean {
    const at = this.#options.clock();
    for (const [id, one] of this.#own) if (at - one.at >= OWN_MS) this.#own.delete(id);
    if (this.#own.size >= MOST_OWN) return false;
    const id = ++this.#lastId;
    this.#own.set(id, { answered, at });
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const isTold = tell(this.#options, text, origin) !== false;
    if (!isTold) this.#own.delete(id);
    return isTold;
  }

  /** Sampling and elicitation have rules of their own; the other requests of a server ask for nothing risky. */
  judge(
    { asks, isStateless }: { asks: ServerAsk[]; isStateless: boolean },
    capabilities: JsonObject,
    done: (isAllowed: boolean) => void,
  ): unknown {
    const [first, ...others] = asks;
    if (first === undefined) return done(true);
    const rest = { asks: others, isStateless };
    const kind = serverRequests.get(first.method);
    if (kind !== 'sampling' && kind !== 'elicitation') return this.judge(rest, capabilities, done);
    const problem =
      kind === 'elicitation' ? elicitationProblem(first.params, capabilities) : undefined;
    const argumentsText = JSON.stringify(first.params);
    const ask: Ask = {
      ...{ kind, method: first.method, name: kind, arguments: first.params, argumentsText },
      ...(!isStateless && { session: this.#options.session }),
    };
    return follow(this.#options.guard.judge(ask, problem), (judged) => {
      if (!judged.pass) return done(false);
      this.#options.outcome(judged.callId, { kind: 'answered', bytes: 0 });
      return this.judge(rest, capabilities, done);
    });
  }

  /** The client's answer, which goes to the request it is for, once. */
  answer(id: RequestId, body: { result: JsonValue } | { error: JsonValue }) {
    const own = typeof id === 'number' ? this.#own.get(id) : undefined;
    if (own !== undefined) {
      this.#own.delete(id as number);
      return own.answered('result' in body ? ownField(body.result, 'action') : undefined);
    }
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

/** By this error a server of the session era says that the user must go to an address first. */
const MUST_ELICIT = -32042;

/** What an error of the server asks of the user. */
export function questionsIn(body: Buffer): ServerAsk[] {
  let error: JsonValue;
  try {
    error = JSON.parse(body.toString()) as JsonValue;
  } catch {
    return [];
  }
  if (ownField(error, 'code') !== MUST_ELICIT) return [];
  const listed = ownField(ownField(error, 'data'), 'elicitations');
  // What is no list of questions is one that cannot be read, and judged as such.
  const questions = Array.isArray(listed) && listed.length > 0 ? listed : [{ mode: 'unreadable' }];
  return questions.map((question) => ({
    method: 'elicitation/create',
    params: isJsonObject(question) ? { mode: 'url', ...question } : { mode: 'unreadable' },
  }));
}
