import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import type { RequestId } from '../protocol/client-message.ts';
import { isGrantOver, withoutRecord } from '../refusal.ts';
import type { Outcome } from '../state/state.ts';
import { code, type LinkOptions } from './link-options.ts';
import { type Pending, PendingRequests } from './pending.ts';

/** Requests on their way: sends them, ends them and answers them, and pairs each with its outcome. */
export class Exchanges {
  readonly #options: LinkOptions;
  readonly pending: PendingRequests;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.pending = new PendingRequests(options);
  }

  isWaiting(pending: Pending): boolean {
    return this.pending.get(pending.id) === pending;
  }

  /** Sends a request that may pass; `params` as they are printed. */
  send(pending: Pending, params: string | undefined) {
    if (pending.isCancelled || !this.isWaiting(pending)) {
      this.#settleOthers(pending, false);
      // It certainly never left: the charge goes back.
      if (pending.callId !== undefined) {
        this.#options.undo(pending.callId);
        this.#options.outcome(pending.callId, {
          kind: 'not-sent',
          reason: 'cancelled before it was sent',
        });
      }
      return this.pending.remove(pending);
    }
    pending.isSent = true;
    this.#settleOthers(pending, true);
    const rest = params === undefined ? '}' : `,"params":${params}}`;
    const method = JSON.stringify(pending.method);
    this.#options.toServer(
      `{"jsonrpc":"2.0","id":${pending.id},"method":${method}${rest}`,
      pending,
    );
  }

  /** A request of our own to the server. */
  ask(method: string, params: JsonObject): Promise<JsonValue | undefined> {
    const { promise, resolve } = Promise.withResolvers<JsonValue | undefined>();
    const now = this.#options.clock();
    const pending: Pending = {
      ...{ id: this.pending.nextId(), method, params, capabilities: {}, isStateless: false },
      ...{ startedAt: now, activeAt: now, isSent: false, isCancelled: false },
      settle(answer) {
        try {
          resolve(answer === undefined || answer.isError ? undefined : JSON.parse(answer.text));
        } catch {
          resolve(undefined);
        }
      },
    };
    this.pending.add(pending);
    this.send(pending, JSON.stringify(params));
    return promise;
  }

  /** Whatever goes wrong between a request and its sending refuses that request, and only that. */
  guarded(pending: Pending, work: () => unknown) {
    try {
      const done = work();
      if (done instanceof Promise) done.catch((error) => this.#broken(pending, error));
    } catch (error) {
      this.#broken(pending, error);
    }
  }

  #broken(pending: Pending, error: unknown) {
    const why = String((error as Error)?.message).slice(0, 300);
    if (isGrantOver(error)) this.#options.note('frame-refused', { from: 'client', why });
    else this.#options.note('server-fault', { what: why });
    this.#settleOthers(pending, false);
    if (pending.callId !== undefined && !pending.isSent) this.#options.undo(pending.callId);
    const text = withoutRecord(error);
    if (pending.method !== 'tools/call') return this.fail(pending, code.internal, text);
    this.pending.remove(pending);
    const result: JsonObject = { content: [{ type: 'text', text }], isError: true };
    // Results of the stateless era say whether they are whole.
    if (pending.isStateless) result['resultType'] = 'complete';
    if (!pending.isCancelled) this.reply(pending, { result });
  }

  /** Nothing more is waited for; the outcome of what was sent is recorded. */
  finish(pending: Pending, outcome: Outcome) {
    this.pending.remove(pending);
    if (pending.callId !== undefined && pending.isSent)
      this.#options.outcome(pending.callId, outcome);
  }

  cancelAtServer(pending: Pending, reason: string) {
    if (this.#options.cancelAtServer?.(pending, reason)) return;
    const params = { requestId: pending.id, reason };
    this.#options.toServer(
      JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }),
    );
  }

  fail(pending: Pending, number: number, message: string) {
    this.pending.remove(pending);
    if (pending.settle !== undefined) return pending.settle(undefined);
    if (!pending.isCancelled) this.reply(pending, { error: { code: number, message } });
  }

  /** Answers a request that is not sent on. */
  refused(pending: Pending, body: JsonObject) {
    this.pending.remove(pending);
    this.#settleOthers(pending, false);
    if (!pending.isCancelled) this.reply(pending, body);
  }

  #settleOthers(pending: Pending, isSent: boolean) {
    const { others } = pending;
    if (others === undefined) return;
    delete pending.others;
    const reason = 'another part of the same request was refused, or nobody waited any more';
    for (const callId of others) {
      if (!isSent) this.#options.undo(callId);
      this.#options.outcome(
        callId,
        isSent ? { kind: 'answered', bytes: 0 } : { kind: 'not-sent', reason },
      );
    }
  }

  reply(pending: Pending, body: JsonObject, via?: object) {
    const message = JSON.stringify({ jsonrpc: '2.0', id: pending.clientId, ...body });
    this.deliver(pending, message, via);
  }

  deliver(pending: Pending, message: string | Buffer, via: object | undefined) {
    const isTaken = this.#options.toClient(message, pending.origin, via);
    if (isTaken === false && !pending.isStateless) this.pending.keepUndelivered(pending);
  }

  /** An error about something that never became a request here. */
  error(id: RequestId | null, number: number, message: string, origin: object | undefined) {
    const text = JSON.stringify({ jsonrpc: '2.0', id, error: { code: number, message } });
    this.#options.toClient(text, origin);
  }
}
