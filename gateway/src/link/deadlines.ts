import type { Exchanges } from './exchanges.ts';
import { code, type LinkOptions } from './link-options.ts';
import type { Pending } from './pending.ts';

/** Ends requests that will have no answer: too late, nobody waits, or nobody is left to give one. */
export class Deadlines {
  readonly #options: LinkOptions;
  readonly #exchanges: Exchanges;

  constructor(options: LinkOptions, exchanges: Exchanges) {
    this.#options = options;
    this.#exchanges = exchanges;
  }

  tick(): void {
    const { limits, clock } = this.#options;
    const now = clock();
    for (const pending of this.#exchanges.pending.values()) {
      const isLate =
        now - pending.activeAt >= limits.idleMs || now - pending.startedAt >= limits.hardMs;
      // A subscription is one long answer.
      if (!isLate || pending.isHeld || pending.method === 'subscriptions/listen') continue;
      this.#exchanges.finish(pending, { kind: 'timeout' });
      if (pending.isSent) this.#exchanges.cancelAtServer(pending, 'timeout');
      const message = 'The server did not answer in time; the call may have run';
      this.#exchanges.fail(pending, code.timeout, message);
    }
  }

  serverEnded(): void {
    for (const pending of this.#exchanges.pending.values()) {
      this.#exchanges.finish(pending, { kind: 'unknown', reason: 'the server ended' });
      this.#exchanges.fail(pending, code.serverGone, 'The server ended; the call may have run');
    }
  }

  clientLeft(origin: object): void {
    for (const pending of this.#exchanges.pending.values()) {
      if (pending.origin !== origin || pending.isCancelled) continue;
      pending.isCancelled = true;
      if (!pending.isSent) continue;
      this.#exchanges.finish(pending, { kind: 'cancelled' });
      this.#exchanges.cancelAtServer(pending, 'the client left');
    }
  }

  requestFailed(pending: Pending, message: string): void {
    if (!this.#exchanges.isWaiting(pending)) return;
    this.#exchanges.finish(pending, { kind: 'unknown', reason: message });
    this.#exchanges.fail(pending, code.serverGone, message);
  }
}
