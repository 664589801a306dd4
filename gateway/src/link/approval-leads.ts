import type { JsonObject } from '@toolwarden/catalogue';
import { approvalQuestion, takesAddresses } from '../elicitation/approval-question.ts';
import { approvalRound } from '../elicitation/approval-round.ts';
import { type LinkOptions, tell } from './link-options.ts';
import type { Pending } from './pending.ts';
import type { ServerAsks } from './server-asks.ts';

/** A call that waits for a person. */
type Waiting = { id: string; tool: string; reason: string };

/** What became of leading a person to a page in the session era. */
export type Lead = {
  /** The user does not want to look; the call need not wait any longer. */
  readonly isDeclined: boolean;
  /** To be told when the call was answered. */
  over(): void;
};

/** An agent that calls for ever must not bury its user under pages to open. */
const MOST_REMEMBERED = 1_000;
/** Requests whose results may ask the client. */
const ASKING = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** Leads people to the pages where calls are approved, each call once; what a client answers approves nothing. */
export class ApprovalLeads {
  readonly #options: LinkOptions;
  readonly #asks: ServerAsks;
  readonly #asked = new Set<string>();

  constructor(options: LinkOptions, asks: ServerAsks) {
    this.#options = options;
    this.#asks = asks;
  }

  /** Session era: asks the client to show its user the page; `undefined` where it cannot, or did so before. */
  ask(pending: Pending, waiting: Waiting): Lead | undefined {
    if (pending.isStateless) return undefined;
    const question = this.#question(pending, waiting);
    if (question === undefined) return undefined;
    const lead = { isDeclined: false };
    // The id of the question is not the approval's: that one is for people.
    const elicitationId = `${this.#options.session}-${waiting.id}`;
    const params = { ...question, elicitationId };
    const isAsked = this.#asks.own('elicitation/create', params, pending.origin, (action) => {
      lead.isDeclined = action !== 'accept';
    });
    if (!isAsked) return undefined;
    return {
      get isDeclined() {
        return lead.isDeclined;
      },
      over: () => {
        const method = 'notifications/elicitation/complete';
        const text = JSON.stringify({ jsonrpc: '2.0', method, params: { elicitationId } });
        tell(this.#options, text, pending.origin);
      },
    };
  }

  /** Stateless era: the result that asks for the same, after which the client sends its request again. */
  round(pending: Pending, waiting: Waiting): JsonObject | undefined {
    if (!pending.isStateless || pending.round !== undefined) return undefined;
    if (!ASKING.has(pending.method)) return undefined;
    const question = this.#question(pending, waiting);
    return question && approvalRound(question, pending.params);
  }

  #question({ capabilities, method }: Pending, waiting: Waiting): JsonObject | undefined {
    const pages = this.#options.approvalPages?.();
    if (pages === undefined || !takesAddresses(capabilities) || this.#asked.has(waiting.id))
      return undefined;
    this.#asked.add(waiting.id);
    const [oldest] = this.#asked;
    if (this.#asked.size > MOST_REMEMBERED && oldest !== undefined) this.#asked.delete(oldest);
    return approvalQuestion(pages, { ...waiting, method });
  }
}
