import { isJsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { ServerMessage } from '../protocol/server-message.ts';
import type { AnswerChecks, Looked } from './answer-checks.ts';
import { claimsDecision } from './claims-decision.ts';
import type { Exchanges } from './exchanges.ts';
import { follow } from './follow.ts';

import { code, type LinkOptions } from './link-options.ts';
import type { Notifications } from './notifications.ts';
import type { Pending } from './pending.ts';
import { Rounds } from './rounds.ts';
import { questionsIn, type ServerAsks } from './server-asks.ts';
import { checkStatelessResult } from './stateless-result.ts';
import type { ToolLists } from './tool-lists.ts';
import { withId } from './with-id.ts';
import { withheldAnswer } from './withheld.ts';

type Answer = Extract<ServerMessage, { kind: 'answer' }>;

/** What answers rest on. */
export type AnswerParts = {
  exchanges: Exchanges;
  tools: ToolLists;
  asks: ServerAsks;
  checks: AnswerChecks;
  notifications: Notifications;
};

const REFUSED_QUESTION = 'The server asked the user for something the policy refuses';

const CLAIMED = "The server's error was withheld: it claims to be a decision of the gateway";

/** Takes what a server answers to the client that asked: its own bytes, unless something rests on what they say. */
export class Answers {
  readonly #options: LinkOptions;
  readonly #exchanges: Exchanges;
  readonly #tools: ToolLists;
  readonly #asks: ServerAsks;
  readonly #checks: AnswerChecks;
  readonly #notifications: Notifications;
  readonly #rounds = new Rounds();
  /** How many are being looked at before the client gets them. */
  looking = 0;

  constructor(options: LinkOptions, parts: AnswerParts) {
    this.#options = options;
    this.#exchanges = parts.exchanges;
    this.#tools = parts.tools;
    this.#asks = parts.asks;
    this.#checks = parts.checks;
    this.#notifications = parts.notifications;
  }

  take(answer: Answer, line: Buffer, via: object | undefined) {
    const { pending: waiting } = this.#exchanges;
    const pending = waiting.get(answer.id) ?? waiting.takeUndelivered(answer.id);
    if (pending === undefined || !pending.isSent) {
      return this.#options.note('server-fault', { what: 'an answer to nothing that was asked' });
    }
    const { start, end } = answer.body;
    if (pending.settle !== undefined) {
      waiting.remove(pending);
      return pending.settle({ isError: answer.isError, text: line.toString('utf8', start, end) });
    }
    const isError = answer.isError ? { isError: true } : {};
    this.#exchanges.finish(pending, { kind: 'answered', bytes: line.length, ...isError });
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
    const body = line.subarray(answer.body.start, answer.body.end);
    if (claimsDecision(body)) {
      this.#options.note('server-fault', { what: 'its error claims to be a decision of ours' });
      return this.#exchanges.fail(pending, code.internal, CLAIMED);
    }
    const asks = questionsIn(body);
    if (asks.length === 0) return this.#looked(pending, answer, line, via);
    this.#exchanges.guarded(pending, () =>
      this.#asks.judge(
        { asks, isStateless: pending.isStateless },
        pending.capabilities,
        (isAllowed) =>
          isAllowed
            ? this.#looked(pending, answer, line, via)
            : this.#exchanges.fail(pending, code.internal, REFUSED_QUESTION),
      ),
    );
  }

  #looked(pending: Pending, answer: Answer, line: Buffer, via: object | undefined) {
    const { start, end } = answer.body;
    if (!this.#checks.wants(pending, line.subarray(start, end), answer.isError)) {
      return this.#forward(pending, answer, line, via);
    }
    // Looking takes turns of the event loop, and the line's memory may be somebody else's by then.
    const held = Buffer.from(line);
    this.looking++;
    this.#exchanges.guarded(pending, () =>
      this.#checks
        .look(pending, held.subarray(start, end), answer.isError)
        .then((seen) =>
          this.#show(pending, seen, () => this.#forward(pending, answer, held, via), via),
        )
        .finally(() => this.looking--),
    );
  }

  #show(pending: Pending, seen: Looked, forward: () => void, via: object | undefined) {
    if (seen === 'pass') return forward();
    if ('body' in seen) return this.#exchanges.reply(pending, seen.body, via);
    const tool = String(own(pending.params, 'name') ?? pending.method).slice(0, 128);
    this.#options.note('result-withheld', { tool, why: seen.withheld.slice(0, 300) });
    this.#exchanges.reply(pending, withheldAnswer(pending, seen.withheld), via);
  }

  #statelessAnswer(pending: Pending, answer: Answer, line: Buffer, via: object | undefined) {
    const body = line.subarray(answer.body.start, answer.body.end);
    const checked = checkStatelessResult(body, pending.capabilities);
    if ('problem' in checked) {
      this.#options.note('server-fault', { what: checked.problem });
      const message = `The server's answer was withheld: ${checked.problem}`;
      return this.#exchanges.fail(pending, code.internal, message);
    }
    if (checked.isUnfinished && !this.#rounds.mayAsk(pending)) {
      this.#options.note('server-fault', { what: 'it asks again and again about one call' });
      const message = 'The server asked too often about this call';
      return this.#exchanges.fail(pending, code.internal, message);
    }
    this.#exchanges.guarded(pending, () =>
      this.#asks.judge(
        { asks: checked.asks, isStateless: true },
        pending.capabilities,
        (isAllowed) =>
          isAllowed
            ? this.#passOn(pending, answer, line, via)
            : this.#exchanges.fail(pending, code.internal, REFUSED_QUESTION),
      ),
    );
  }

  /** The answer's own bytes, with the client's id where ours stood. */
  #forward(pending: Pending, { idSpan }: Answer, line: Buffer, via: object | undefined) {
    const message = withId(line, idSpan, JSON.stringify(pending.clientId));
    this.#exchanges.deliver(pending, message, via);
  }

  #rewritten(pending: Pending, text: string, via: object | undefined) {
    this.#exchanges.guarded(pending, () => {
      const result = JSON.parse(text) as JsonValue;
      if (!isJsonObject(result)) throw new Error('a result that is no object');
      if (pending.method === 'subscriptions/listen') {
        const named = this.#notifications.withClientsId(result, pending.clientId);
        return this.#exchanges.reply(pending, { result: named }, via);
      }
      const filtered = this.#tools.filter(pending.params, result, (tool) =>
        this.#options.guard.isListed(tool),
      );
      return follow(filtered, (kept) => this.#exchanges.reply(pending, { result: kept }, via));
    });
  }
}
