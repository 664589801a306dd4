import type { Digest } from '@toolwarden/catalogue';
import { answerJsonSchema, type ModelAnswer, readAnswer, readStoredAnswer } from './answer.ts';
import { type Clock, createCircuit } from './circuit.ts';
import type { Endpoint } from './endpoint.ts';
import type { Ledger, Outcome, Question, Settled } from './ledger.ts';
import type { ModelClient } from './model-client.ts';
import {
  type AnswerForm,
  answerForms,
  type Failure,
  type Message,
  type ModelReply,
  type ModelRequest,
} from './model-reply.ts';
import { costOf, type Micros, type Prices, worstCost } from './price.ts';
import { promptFor, repairFor } from './prompt.ts';

/** Why the rules' answer has to stand alone. */
export type Unavailable =
  | Failure
  | Exclude<Outcome, 'answer'>
  | 'over-budget'
  | 'lost'
  | 'circuit-open';
export type Asked = { ok: true; answer: ModelAnswer } | { ok: false; why: Unavailable };

export type AskOptions = {
  client: ModelClient;
  endpoint: Endpoint;
  ledger: Ledger;
  prices: Prices;
  clock: Clock;
  /** Between 0 and 1. */
  random: () => number;
  /** A text nobody can guess. */
  newMark: () => string;
  maxOutput: number;
};

const MOST_TRIES = 5;
/** A call that may have been answered and paid for is repeated only once. */
const MOST_PAID_TRIES = 2;
const LONGEST_PAUSE_MS = 60_000;

/** The id a model must give back, so that an answer meant for another tool is never taken. */
export function askedId({ key }: { key: Digest }): string {
  return key.slice('sha256:'.length, 'sha256:'.length + 12);
}

/** Asks questions of one endpoint: never twice what was answered, never beyond the budget, never a dead endpoint on and on. */
export function createAsker(options: AskOptions) {
  const { client, endpoint, ledger, prices, clock, random, newMark, maxOutput } = options;
  const circuit = createCircuit(clock);
  const place = `${endpoint.baseUrl} ${endpoint.model}`;
  let form: AnswerForm = ledger.formOf(place) ?? 'json_schema';
  let isFormKnown = ledger.formOf(place) !== undefined;

  const requestFor = (messages: Message[], as: AnswerForm = form): ModelRequest => ({
    messages,
    form: as,
    schema: answerJsonSchema,
    maxOutput,
  });
  const mostFor = ({ messages, schema }: ModelRequest): Micros =>
    worstCost(JSON.stringify([messages, schema]), maxOutput, prices);
  const costFor = (reply: ModelReply, most: Micros): Micros =>
    reply.kind !== 'failed' && reply.usage !== undefined ? costOf(reply.usage, prices) : most;

  type Sent =
    | { ok: true; call: number; cost: Micros; reply: Exclude<ModelReply, { kind: 'failed' }> }
    | { ok: false; why: Unavailable };

  async function send(
    question: Question,
    messages: Message[],
    signal: AbortSignal | undefined,
  ): Promise<Sent> {
    let as = form;
    let paidTries = 0;
    for (let tries = 0; ; ) {
      signal?.throwIfAborted();
      if (!circuit.mayAsk()) return { ok: false, why: 'circuit-open' };
      await circuit.ready(signal);
      const request = requestFor(messages, as);
      const most = mostFor(request);
      const reserved = ledger.reserve(question, most);
      if (!reserved.ok) return reserved;
      const startedAt = clock.now();
      const reply = await client.complete(request, signal);
      if (reply.kind !== 'failed') {
        circuit.succeeded();
        remember(as);
        return { ok: true, call: reserved.call, cost: costFor(reply, most), reply };
      }
      ledger.settle(reserved.call, reply.isPaid ? most : 0);
      signal?.throwIfAborted();
      const { failure } = reply;
      if (failure === 'rejected') {
        circuit.succeeded();
        const next = isFormKnown ? undefined : answerForms[answerForms.indexOf(as) + 1];
        if (next === undefined) return { ok: false, why: failure };
        as = next;
        continue;
      }
      tries += 1;
      if (reply.isPaid) paidTries += 1;
      const wait = waitFor(failure, reply.retryAfterMs, tries);
      if (wait === undefined) circuit.give();
      else circuit.failed(startedAt);
      if (wait === undefined || tries >= MOST_TRIES || paidTries >= MOST_PAID_TRIES)
        return { ok: false, why: failure };
      if (reply.retryAfterMs !== undefined) circuit.pause(wait);
      else await clock.sleep(wait, signal);
    }
  }

  // A form that has worked is kept: what is refused later is refused for another reason.
  function remember(as: AnswerForm): void {
    if (isFormKnown) return;
    form = as;
    isFormKnown = true;
    ledger.rememberForm(place, as);
  }

  /** How long to wait before the next try; `undefined` where no try can help. */
  function waitFor(
    failure: Failure,
    retryAfterMs: number | undefined,
    tries: number,
  ): number | undefined {
    if (['redirected', 'unauthorized', 'not-found'].includes(failure)) return undefined;
    if (retryAfterMs !== undefined)
      return retryAfterMs > LONGEST_PAUSE_MS ? undefined : retryAfterMs;
    return Math.min(20_000, 500 * 2 ** (tries - 1)) * (0.5 + random() / 2);
  }

  const stored = (question: Question): Asked | undefined => {
    const settled = ledger.find(question);
    return settled && fromSettled(settled);
  };

  async function ask(question: Question, definition: string, signal?: AbortSignal): Promise<Asked> {
    const known = stored(question);
    if (known !== undefined) return known;
    const id = askedId(question);
    const messages = promptFor(id, definition, newMark());
    let sent = await send(question, messages, signal);
    for (let isRepair = false; sent.ok; isRepair = true) {
      const { call, cost, reply } = sent;
      const settled = settledOf(reply, id);
      if (settled.outcome !== 'malformed' || isRepair) {
        ledger.settle(call, cost, { ...question, ...settled });
        return fromSettled(settled);
      }
      ledger.settle(call, cost);
      const again =
        reply.kind === 'answer' ? repairFor(messages, reply.text, settled.problem) : messages;
      sent = await send(question, again, signal);
    }
    return sent;
  }

  return { ask, stored, requestFor, mostFor, costFor, place };
}

/** What a reply comes to, ready to be kept; `problem` says what is wrong with a malformed one. */
export function settledOf(
  reply: Exclude<ModelReply, { kind: 'failed' }>,
  id: string,
): Settled & { problem: string } {
  if (reply.kind !== 'answer') return { outcome: reply.kind, problem: 'it is no chat completion' };
  const read = readAnswer(reply.text, id);
  return read.ok
    ? { outcome: 'answer', answer: JSON.stringify(read.answer), problem: '' }
    : { outcome: 'malformed', problem: read.problem };
}

function fromSettled({ outcome, answer }: Settled): Asked {
  if (outcome !== 'answer') return { ok: false, why: outcome };
  const parsed = answer === undefined ? undefined : readStoredAnswer(answer);
  return parsed === undefined ? { ok: false, why: 'malformed' } : { ok: true, answer: parsed };
}
