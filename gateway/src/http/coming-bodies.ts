import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Callers } from './callers.ts';

/**
 * Requests of callers who were only recalled, while their bodies are on the way. A body may take as long as its sender
 * likes, and until it is there nothing is recorded: so long they hold places of a grant that may not be theirs any more.
 */
export class ComingBodies {
  readonly #coming = new Map<IncomingMessage, ServerResponse>();
  readonly #callers: Callers;

  constructor(callers: Callers) {
    this.#callers = callers;
  }

  add(request: IncomingMessage, response: ServerResponse): void {
    this.#coming.set(request, response);
  }

  /** A body is there, or will never be. */
  over(request: IncomingMessage): void {
    this.#coming.delete(request);
  }

  /** Turns away those who may not call any more, asking once for each token; to be called about once a second. */
  async check(): Promise<void> {
    const byToken = Map.groupBy(this.#coming.keys(), ({ headers }) => headers.authorization);
    await Promise.all([...byToken].map(([token, requests]) => this.#checkAll(token, requests)));
  }

  async #checkAll(token: string | undefined, requests: IncomingMessage[]): Promise<void> {
    try {
      if ((await this.#callers.identify(token)) !== undefined) return;
      for (const request of requests) {
        const response = this.#coming.get(request);
        // What came in meanwhile finds out by itself.
        if (response === undefined) continue;
        this.#coming.delete(request);
        this.#callers.turnAway(request, response);
      }
    } catch {
      // Who cannot be looked up now is looked up again, and nothing of theirs is recorded before.
    }
  }
}
