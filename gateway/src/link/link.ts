import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Ask, Verdict } from '../guard.ts';
import {
  type ClientMessage,
  type RequestId,
  readClientMessage,
} from '../protocol/client-message.ts';
import { clientRequests, metaKeys } from '../protocol/methods.ts';
import { readServerMessage, type ServerMessage } from '../protocol/server-message.ts';
import { refusalResult, withoutRecord } from '../refusal.ts';
import type { Outcome } from '../state/state.ts';
import type { LiveTool } from '../tools/tool-table.ts';
import { AnswerChecks, type Looked } from './answer-checks.ts';
import { follow } from './follow.ts';
import { heldUntilApproved } from './hold.ts';
import { judgedAs } from './judged-as.ts';
import { code, type Link, type LinkOptions } from './link-options.ts';
import { Notifications } from './notifications.ts';
import { OtherLists } from './other-lists.ts';
import { type Pending, PendingRequests, tokenOf } from './pending.ts';
import { printParams } from './print-params.ts';
import { Rounds } from './rounds.ts';
import { questionsIn, ServerAsks } from './server-asks.ts';
import { checkStatelessResult } from './stateless-result.ts';
import { Tasks } from './tasks.ts';
import { createToolLists, type ToolLists } from './tool-lists.ts';
import { withId } from './with-id.ts';
import { withheldAnswer } from './withheld.ts';

type RequestMessage = Extract<ClientMessage, { kind: 'request' }>;
type Answer = Extract<ServerMessage, { kind: 'answer' }>;

/** Makes the link of one connection. */
export function createLink(options: LinkOptions): Link {
  return new StdioLink(options);
}

class StdioLink implements Link {
  readonly #options: LinkOptions;
  readonly #pending: PendingRequests;
  readonly #tools: ToolLists;
  readonly #asks: ServerAsks;
  readonly #notifications: Notifications;
  readonly #rounds = new Rounds();
  readonly #lists: OtherLists;
  readonly #tasks = new Tasks();
  readonly #answers: AnswerChecks;
  /** Answers that are being looked at before the client gets them. */
  #looking = 0;
  #capabilities: JsonObject = {};

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#pending = new PendingRequests(options);
    this.#asks = new ServerAsks(options);
    this.#tools = createToolLists(
      (method, params) => this.#ask(method, params),
      ({ withheld, names }) => {
        for (const { name, why } of withheld) options.note('tool-withheld', { tool: name, why });
        options.guard.sawTools(names);
        options.onTools?.(names);
      },
      options,
    );
    const { guard, clock } = options;
    this.#lists = new OtherLists((method, params) => this.#ask(method, params), guard);
    this.#answers = new AnswerChecks(guard, { lists: this.#lists, tasks: this.#tasks, clock });
    const parts = {
      ...{ pending: this.#pending, tools: this.#tools, asks: this.#asks, lists: this.#lists },
    };
    this.#notifications = new Notifications(options, parts);
  }

  get held(): number {
    return this.#pending.values().filter(({ isHeld }) => isHeld).length;
  }

  get inFlight(): number {
    return this.#pending.size + this.#looking;
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
          this.#finish(pending, { kind: 'cancelled' }),
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
        this.#answer(message, line, via);
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
    const { limits, clock } = this.#options;
    const now = clock();
    for (const pending of this.#pending.values()) {
      const isLate =
        now - pending.activeAt >= limits.idleMs || now - pending.startedAt >= limits.hardMs;
      // A subscription is one long answer.
      if (!isLate || pending.isHeld || pending.method === 'subscriptions/listen') continue;
      this.#finish(pending, { kind: 'timeout' });
      if (pending.isSent) this.#cancelAtServer(pending, 'timeout');
      this.#fail(pending, code.timeout, 'The server did not answer in time; the call may have run');
    }
  }

  serverEnded(): void {
    for (const pending of this.#pending.values()) {
      this.#finish(pending, { kind: 'unknown', reason: 'the server ended' });
      this.#fail(pending, code.serverGone, 'The server ended; the call may have run');
    }
  }

  clientLeft(origin: object): void {
    for (const pending of this.#pending.values()) {
      if (pending.origin !== origin || pending.isCancelled) continue;
      pending.isCancelled = true;
      if (!pending.isSent) continue;
      this.#finish(pending, { kind: 'cancelled' });
      this.#cancelAtServer(pending, 'the client left');
    }
  }

  isWaiting(pending: Pending): boolean {
    return this.#pending.get(pending.id) === pending;
  }

  requestFailed(pending: Pending, message: string): void {
    if (!this.isWaiting(pending)) return;
    this.#finish(pending, { kind: 'unknown', reason: message });
    this.#fail(pending, code.serverGone, message);
  }

  #request(message: RequestMessage, origin: object | undefined) {
    const { id, method } = message;
    const params = message.params ?? {};
    const { limits, clock } = this.#options;
    const act = clientRequests.get(method);
    if (act === undefined) {
      this.#options.note('method-refused', { from: 'client', method: method.slice(0, 100) });
      return this.#error(id, code.unknownMethod, 'This method does not pass the gateway', origin);
    }
    if (this.#pending.ofClient(id) !== undefined) {
      return this.#error(null, code.invalidRequest, 'This id is in use', origin);
    }
    if (this.#pending.size >= limits.inFlight) {
      return this.#error(
        id,
        code.serverGone,
        'Too many requests wait for an answer; send it later',
        origin,
      );
    }
    const meta = own(params, '_meta');
    const isStateless = typeof own(meta, metaKeys.version) === 'string';
    if (act === 'opening' && method === 'initialize')
      this.#capabilities = object(params, 'capabilities');
    const now = clock();
    const pending: Pending = {
      ...{ id: this.#pending.nextId(), method, clientId: id, params, isStateless },
      capabilities: isStateless ? object(meta, metaKeys.capabilities) : this.#capabilities,
      ...{ startedAt: now, activeAt: now, isSent: false, isCancelled: false },
      ...(origin && { origin }),
    };
    this.#pending.add(pending);
    this.#guarded(pending, () => {
      if (act === 'call-tool') return this.#callTool(pending);
      // Nobody's tasks but those that calls of this connection began.
      if (act === 'task' && this.#tasks.owed(params) === undefined)
        return this.#fail(pending, code.invalidParams, 'There is no such task');
      const asks = judgedAs(act, method, params);
      if (asks === 'invalid') return this.#fail(pending, code.invalidParams, 'Invalid params');
      return asks === undefined
        ? this.#send(pending, message.params && JSON.stringify(this.#sent(pending)))
        : this.#judgeAll(pending, asks, JSON.stringify(this.#sent(pending)));
    });
  }

  #callTool(pending: Pending): unknown {
    const { params } = pending;
    const name = own(params, 'name');
    // Absent is empty; null is not.
    const given = own(params, 'arguments');
    const args = given === undefined ? {} : given;
    if (typeof name !== 'string' || !isJsonObject(args)) {
      return this.#fail(pending, code.invalidParams, 'Expected a name, and arguments in an object');
    }
    return follow(this.#tools.ensure(metaOf(pending), this.#options.guard.needsFreshLists), () => {
      const tool = this.#tools.get(name);
      const problem = tool && this.#transportProblem(pending, tool);
      if (problem) return this.#fail(pending, problem.code, problem.message);
      return follow(tool && this.#problemCheck(pending, tool), (check) => {
        const argumentsText = JSON.stringify(args);
        const ask: Ask = {
          ...{ kind: 'tools', method: pending.method, name, arguments: args, argumentsText },
          ...(!pending.isStateless && { session: this.#options.session }),
        };
        const verdict = this.#options.guard.judgeCall(ask, tool, check?.(args));
        return follow(verdict, (judged) => {
          pending.callId = judged.callId;
          if (!judged.pass)
            return this.#refuseOrHold(pending, name, judged, () => this.#callTool(pending));
          if (judged.after !== undefined) pending.after = judged.after;
          this.#send(pending, printParams(this.#sent(pending), argumentsText));
        });
      });
    });
  }

  /** The check of the arguments; a tool whose results could not be checked is not called at all. */
  #problemCheck(pending: Pending, tool: LiveTool) {
    if (tool.checkOutput === undefined) return tool.checkArguments();
    return follow(tool.checkOutput(), (output) => {
      if ('unusable' in output) return () => output.unusable;
      pending.checkOutput = output.check;
      return tool.checkArguments();
    });
  }

  // What is wrong with its headers would tell that a hidden tool exists.
  #transportProblem(pending: Pending, tool: LiveTool) {
    const { transportProblem, guard } = this.#options;
    return transportProblem?.(pending, tool, () => guard.isListed(tool));
  }

  /** The params as the server gets them: where several clients share it, they tell their progress apart by our ids. */
  #sent(pending: Pending): JsonObject {
    const { params, id } = pending;
    if (!this.#options.isShared || tokenOf(pending) === undefined) return params;
    return { ...params, _meta: { ...object(params, '_meta'), progressToken: id } };
  }

  /** Judges everything that one request asks for; it passes only whole. */
  #judgeAll(pending: Pending, asks: Ask[], text: string): unknown {
    const [first, ...rest] = asks;
    if (first === undefined) return this.#send(pending, text);
    const session = pending.isStateless ? {} : { session: this.#options.session };
    const { guard } = this.#options;
    const objection = guard.needsFreshLists
      ? this.#lists.problemOf(first, metaOf(pending))
      : undefined;
    const verdict = follow(objection, (problem) => guard.judge({ ...first, ...session }, problem));
    return follow(verdict as Verdict | Promise<Verdict>, (judged) => {
      if (!judged.pass)
        return this.#refuseOrHold(pending, first.name, judged, () =>
          this.#judgeAll(pending, asks, text),
        );
      if (judged.after !== undefined) pending.after = judged.after;
      // Only the last of several is paired with the answer; the others were part of the same request.
      if (rest.length > 0) this.#options.outcome(judged.callId, { kind: 'answered', bytes: 0 });
      pending.callId = judged.callId;
      return this.#judgeAll(pending, rest, text);
    });
  }

  /** Where the policy wants the call to wait for a person's answer, it is judged anew once it is approved. */
  #refuseOrHold(
    pending: Pending,
    name: string,
    refused: Extract<Verdict, { pass: false }>,
    again: () => unknown,
  ) {
    const { approvalId, holdMs } = refused;
    if (approvalId === undefined || holdMs === undefined || pending.wasHeld)
      return this.#refuse(pending, name, refused);
    const { approvalStatus, clock } = this.#options;
    Object.assign(pending, { isHeld: true, wasHeld: true });
    const isOver = () => pending.isCancelled || !this.isWaiting(pending);
    const look = () => approvalStatus(approvalId);
    return heldUntilApproved({ look, holdMs, isOver }).then((isApproved) => {
      const now = clock();
      Object.assign(pending, { isHeld: false, startedAt: now, activeAt: now });
      return isApproved ? again() : this.#refuse(pending, name, refused);
    });
  }

  #refuse(pending: Pending, name: string, refused: Extract<Verdict, { pass: false }>) {
    const { stateOption } = this.#options;
    const result = refusalResult(name, refused, { isStateless: pending.isStateless, stateOption });
    this.#pending.remove(pending);
    if (pending.isCancelled) return;
    if (pending.method === 'tools/call') return this.#reply(pending, { result });
    const [content] = result['content'] as { text: string }[];
    const error = {
      code: code.invalidRequest,
      message: content?.text ?? '',
      data: result['_meta'] ?? null,
    };
    this.#reply(pending, { error });
  }

  #send(pending: Pending, params: string | undefined) {
    if (pending.isCancelled || this.#pending.get(pending.id) !== pending) {
      // It certainly never left: the charge goes back.
      if (pending.callId !== undefined) {
        this.#options.undo(pending.callId);
        this.#options.outcome(pending.callId, {
          kind: 'not-sent',
          reason: 'cancelled before it was sent',
        });
      }
      return this.#pending.remove(pending);
    }
    pending.isSent = true;
    const rest = params === undefined ? '}' : `,"params":${params}}`;
    const method = JSON.stringify(pending.method);
    this.#options.toServer(
      `{"jsonrpc":"2.0","id":${pending.id},"method":${method}${rest}`,
      pending,
    );
  }

  #answer(answer: Answer, line: Buffer, via: object | undefined) {
    const pending = this.#pending.get(answer.id) ?? this.#pending.takeUndelivered(answer.id);
    if (pending === undefined || !pending.isSent) {
      return this.#options.note('server-fault', { what: 'an answer to nothing that was asked' });
    }
    const { start, end } = answer.body;
    if (pending.settle !== undefined) {
      this.#pending.remove(pending);
      return pending.settle({ isError: answer.isError, text: line.toString('utf8', start, end) });
    }
    const isError = answer.isError ? { isError: true } : {};
    this.#finish(pending, { kind: 'answered', bytes: line.length, ...isError });
    if (answer.isError) return this.#errorAnswer(pending, answer, line, via);
    if (pending.isStateless) return this.#statelessAnswer(pending, answer, line, via);
    this.#passOn(pending, answer, line, via);
  }

  #passOn(pending: Pending, answer: Answer, line: Buffer, via: object | undefined) {
    if (pending.method !== 'tools/list' && pending.method !== 'subscriptions/listen') {
      return this.#looked(pending, answer, line, via);
    }
    this.#rewritten(pending, line.toString('utf8', answer.body.start, answer.body.end), via);
  }

  /** An error may be a question to the user, which is judged as one. */
  #errorAnswer(pending: Pending, answer: Answer, line: Buffer, via: object | undefined) {
    const asks = questionsIn(line.subarray(answer.body.start, answer.body.end));
    if (asks.length === 0) return this.#looked(pending, answer, line, via);
    this.#guarded(pending, () =>
      this.#asks.judge(
        { asks, isStateless: pending.isStateless },
        pending.capabilities,
        (isAllowed) =>
          isAllowed
            ? this.#looked(pending, answer, line, via)
            : this.#fail(pending, code.internal, REFUSED_QUESTION),
      ),
    );
  }

  #looked(pending: Pending, answer: Answer, line: Buffer, via: object | undefined) {
    const { start, end } = answer.body;
    if (!this.#answers.wants(pending, line.subarray(start, end), answer.isError)) {
      return this.#forward(pending, answer, line, via);
    }
    // Looking takes turns of the event loop, and the line's memory may be somebody else's by then.
    const held = Buffer.from(line);
    this.#looking++;
    this.#guarded(pending, () =>
      this.#answers
        .look(pending, held.subarray(start, end), answer.isError)
        .then((seen) =>
          this.#show(pending, seen, () => this.#forward(pending, answer, held, via), via),
        )
        .finally(() => this.#looking--),
    );
  }

  #show(pending: Pending, seen: Looked, forward: () => void, via: object | undefined) {
    if (seen === 'pass') return forward();
    if ('body' in seen) return this.#reply(pending, seen.body, via);
    const tool = String(own(pending.params, 'name') ?? pending.method).slice(0, 128);
    this.#options.note('result-withheld', { tool, why: seen.withheld.slice(0, 300) });
    this.#reply(pending, withheldAnswer(pending, seen.withheld), via);
  }

  #statelessAnswer(pending: Pending, answer: Answer, line: Buffer, via: object | undefined) {
    const body = line.subarray(answer.body.start, answer.body.end);
    const checked = checkStatelessResult(body, pending.capabilities);
    if ('problem' in checked) {
      this.#options.note('server-fault', { what: checked.problem });
      return this.#fail(
        pending,
        code.internal,
        `The server's answer was withheld: ${checked.problem}`,
      );
    }
    if (checked.isUnfinished && !this.#rounds.mayAsk(pending)) {
      this.#options.note('server-fault', { what: 'it asks again and again about one call' });
      return this.#fail(pending, code.internal, 'The server asked too often about this call');
    }
    this.#guarded(pending, () =>
      this.#asks.judge(
        { asks: checked.asks, isStateless: true },
        pending.capabilities,
        (isAllowed) =>
          isAllowed
            ? this.#passOn(pending, answer, line, via)
            : this.#fail(pending, code.internal, REFUSED_QUESTION),
      ),
    );
  }

  /** The answer's own bytes, with the client's id where ours stood. */
  #forward(pending: Pending, { idSpan }: Answer, line: Buffer, via: object | undefined) {
    this.#deliver(pending, withId(line, idSpan, JSON.stringify(pending.clientId)), via);
  }

  #deliver(pending: Pending, message: string | Buffer, via: object | undefined) {
    const isTaken = this.#options.toClient(message, pending.origin, via);
    if (isTaken === false && !pending.isStateless) this.#pending.keepUndelivered(pending);
  }

  #rewritten(pending: Pending, text: string, via: object | undefined) {
    this.#guarded(pending, () => {
      const result = JSON.parse(text) as JsonValue;
      if (!isJsonObject(result)) throw new Error('a result that is no object');
      if (pending.method === 'subscriptions/listen') {
        const named = this.#notifications.withClientsId(result, pending.clientId);
        return this.#reply(pending, { result: named }, via);
      }
      const filtered = this.#tools.filter(pending.params, result, (tool) =>
        this.#options.guard.isListed(tool),
      );
      return follow(filtered, (kept) => this.#reply(pending, { result: kept }, via));
    });
  }

  /** A request of our own to the server. */
  #ask(method: string, params: JsonObject): Promise<JsonValue | undefined> {
    const { promise, resolve } = Promise.withResolvers<JsonValue | undefined>();
    const now = this.#options.clock();
    const pending: Pending = {
      ...{ id: this.#pending.nextId(), method, params, capabilities: {}, isStateless: false },
      ...{ startedAt: now, activeAt: now, isSent: false, isCancelled: false },
      settle(answer) {
        try {
          resolve(answer === undefined || answer.isError ? undefined : JSON.parse(answer.text));
        } catch {
          resolve(undefined);
        }
      },
    };
    this.#pending.add(pending);
    this.#send(pending, JSON.stringify(params));
    return promise;
  }

  /** Whatever goes wrong between a request and its sending refuses that request, and only that. */
  #guarded(pending: Pending, work: () => unknown) {
    const refuse = (error: unknown) => {
      this.#options.note('server-fault', { what: String((error as Error)?.message).slice(0, 300) });
      if (pending.callId !== undefined && !pending.isSent) this.#options.undo(pending.callId);
      const text = withoutRecord(error);
      if (pending.method !== 'tools/call') return this.#fail(pending, code.internal, text);
      this.#pending.remove(pending);
      const content = [{ type: 'text', text }];
      if (!pending.isCancelled) this.#reply(pending, { result: { content, isError: true } });
    };
    try {
      const done = work();
      if (done instanceof Promise) done.catch(refuse);
    } catch (error) {
      refuse(error);
    }
  }

  #finish(pending: Pending, outcome: Outcome) {
    this.#pending.remove(pending);
    if (pending.callId !== undefined && pending.isSent)
      this.#options.outcome(pending.callId, outcome);
  }

  #cancelAtServer(pending: Pending, reason: string) {
    if (this.#options.cancelAtServer?.(pending, reason)) return;
    const params = { requestId: pending.id, reason };
    this.#options.toServer(
      JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }),
    );
  }

  #fail(pending: Pending, number: number, message: string) {
    this.#pending.remove(pending);
    if (pending.settle !== undefined) return pending.settle(undefined);
    if (!pending.isCancelled) this.#reply(pending, { error: { code: number, message } });
  }

  #reply(pending: Pending, body: JsonObject, via?: object) {
    const message = JSON.stringify({ jsonrpc: '2.0', id: pending.clientId, ...body });
    this.#deliver(pending, message, via);
  }

  #error(id: RequestId | null, number: number, message: string, origin: object | undefined) {
    const text = JSON.stringify({ jsonrpc: '2.0', id, error: { code: number, message } });
    this.#options.toClient(text, origin);
  }
}

const REFUSED_QUESTION = 'The server asked the user for something the policy refuses';

// Our own requests borrow what the client says of itself, where nobody said it at the start.
function metaOf({ isStateless, params }: Pending): JsonValue | undefined {
  return isStateless ? own(params, '_meta') : undefined;
}

function object(holder: JsonValue | undefined, key: string): JsonObject {
  const value = own(holder, key);
  return isJsonObject(value) ? value : {};
}
