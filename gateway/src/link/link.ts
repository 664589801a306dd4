import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { returnedRound } from '../elicitation/approval-round.ts';
import { type ClientMessage, readClientMessage } from '../protocol/client-message.ts';
import { clientRequests, metaKeys } from '../protocol/methods.ts';
import { readServerMessage } from '../protocol/server-message.ts';
import { AnswerChecks } from './answer-checks.ts';
import { Answers } from './answers.ts';
import { ApprovalLeads } from './approval-leads.ts';
import { Deadlines } from './deadlines.ts';
import { Exchanges } from './exchanges.ts';
import { Judging } from './judging.ts';
import { code, type Link, type LinkOptions } from './link-options.ts';
import { Notifications } from './notifications.ts';
import { OtherLists } from './other-lists.ts';
import type { Pending } from './pending.ts';
import { ServerAsks } from './server-asks.ts';
import { Tasks } from './tasks.ts';
import { createToolLists } from './tool-lists.ts';

type RequestMessage = Extract<ClientMessage, { kind: 'request' }>;

/** Makes the link of one connection. */
export function createLink(options: LinkOptions): Link {
  return new MessageLink(options);
}

/** Reads messages of both sides and hands each to the part that knows what becomes of it. */
class MessageLink implements Link {
  readonly #options: LinkOptions;
  readonly #exchanges: Exchanges;
  readonly #deadlines: Deadlines;
  readonly #asks: ServerAsks;
  readonly #notifications: Notifications;
  readonly #judging: Judging;
  readonly #answers: Answers;
  #capabilities: JsonObject = {};

  constructor(options: LinkOptions) {
    this.#options = options;
    const { guard, clock } = options;
    const exchanges = new Exchanges(options);
    const ask = (method: string, params: JsonObject) => exchanges.ask(method, params);
    const tools = createToolLists(
      ask,
      ({ withheld, names }) => {
        for (const { name, why } of withheld) options.note('tool-withheld', { tool: name, why });
        guard.sawTools(names);
        options.onTools?.(names);
      },
      options,
    );
    const asks = new ServerAsks(options);
    const lists = new OtherLists(ask, guard);
    const tasks = new Tasks();
    const checks = new AnswerChecks(guard, { lists, tasks, clock });
    const { pending } = exchanges;
    const notifications = new Notifications(options, { pending, tools, asks, lists });
    this.#exchanges = exchanges;
    this.#deadlines = new Deadlines(options, exchanges);
    this.#asks = asks;
    this.#notifications = notifications;
    this.#judging = new Judging(options, {
      ...{ exchanges, tools, lists, tasks },
      leads: new ApprovalLeads(options, asks),
    });
    this.#answers = new Answers(options, { exchanges, tools, asks, checks, notifications });
  }

  get held(): number {
    return this.#exchanges.pending.values().filter(({ isHeld }) => isHeld).length;
  }

  get inFlight(): number {
    return this.#exchanges.pending.size + this.#answers.looking;
  }

  fromClient(line: Buffer): void {
    this.fromClientMessage(readClientMessage(line));
  }

  fromClientMessage(message: ClientMessage, origin?: object): void {
    switch (message.kind) {
      case 'request':
        this.#request(message, origin);
        break;
      case 'notification':
        this.#notifications.fromClient(message.method, message.params ?? {}, (pending) =>
          this.#exchanges.finish(pending, { kind: 'cancelled' }),
        );
        break;
      case 'response':
        this.#asks.answer(message.id, message.body);
        break;
      default:
        this.#options.note('frame-refused', { from: 'client', why: message.why });
        this.#error(message.id ?? null, message.code, `Refused: ${message.why}`, origin);
    }
  }

  fromServer(line: Buffer, via?: object): void {
    const message = readServerMessage(line);
    switch (message.kind) {
      case 'answer':
        this.#answers.take(message, line, via);
        break;
      case 'request':
        this.#asks.request(message, this.#capabilities, via);
        break;
      case 'notification':
        this.#notifications.fromServer(message.method, message.params, via);
        break;
      default:
        this.#options.note('frame-refused', { from: 'server', why: 'not a message' });
    }
  }

  tick(): void {
    this.#deadlines.tick();
  }

  serverEnded(): void {
    this.#deadlines.serverEnded();
  }

  clientLeft(origin: object): void {
    this.#deadlines.clientLeft(origin);
  }

  isWaiting(pending: Pending): boolean {
    return this.#exchanges.isWaiting(pending);
  }

  requestFailed(pending: Pending, message: string): void {
    this.#deadlines.requestFailed(pending, message);
  }

  #request(message: RequestMessage, origin: object | undefined) {
    const { id, method } = message;
    const params = message.params ?? {};
    const { limits, clock } = this.#options;
    const { pending: waiting } = this.#exchanges;
    const act = clientRequests.get(method);
    if (act === undefined) {
      this.#options.note('method-refused', { from: 'client', method: method.slice(0, 100) });
      return this.#error(id, code.unknownMethod, 'This method does not pass the gateway', origin);
    }
    if (waiting.ofClient(id) !== undefined)
      return this.#error(null, code.invalidRequest, 'This id is in use', origin);
    if (waiting.size >= limits.inFlight) {
      const problem = 'Too many requests wait for an answer; send it later';
      return this.#error(id, code.serverGone, problem, origin);
    }
    const round = returnedRound(params);
    if (round === 'invalid') {
      const problem = 'The state of this request cannot be read; send it anew, without any';
      return this.#error(id, code.invalidParams, problem, origin);
    }
    const meta = own(params, '_meta');
    const isStateless = typeof own(meta, metaKeys.version) === 'string';
    if (act === 'opening' && method === 'initialize')
      this.#capabilities = object(params, 'capabilities');
    const now = clock();
    const pending: Pending = {
      id: waiting.nextId(),
      method,
      clientId: id,
      isStateless,
      params: round?.params ?? params,
      round,
      capabilities: isStateless ? object(meta, metaKeys.capabilities) : this.#capabilities,
      startedAt: now,
      activeAt: now,
      isSent: false,
      isCancelled: false,
      origin,
    };
    waiting.add(pending);
    const hasParams = message.params !== undefined;
    this.#exchanges.guarded(pending, () => this.#judging.request(pending, act, hasParams));
  }

  #error(id: string | number | null, number: number, text: string, origin: object | undefined) {
    this.#exchanges.error(id, number, text, origin);
  }
}

function object(holder: JsonValue | undefined, key: string): JsonObject {
  const value = own(holder, key);
  return isJsonObject(value) ? value : {};
}
