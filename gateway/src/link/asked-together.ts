import type { Ask } from '../guard.ts';
import type { State } from '../state/state.ts';

/** One part that waits for a person. */
type Part = { ask: Ask; refused: { approvalId?: string; decision: { policyDigest: string } } };
/** What a request was refused with: parts that wait, and those that nobody was asked about yet. */
type Asked<Waiting> = { waiting: Waiting[]; left: Ask[] };

const MOST_REMEMBERED = 100;
/** Requests may be megabytes long; so many of them for one connection would fill the memory. */
const LONGEST_REMEMBERED = 64 * 1024;

/**
 * Requests of several parts, of which people have been asked. To judge a part that is approved uses its approval up, so
 * one that comes again before all of them are must not be judged.
 */
export class AskedTogether<Waiting extends Part> {
  readonly #statusOf: State['approvalStatus'];
  readonly #asked = new Map<string, Asked<Waiting>>();

  constructor(statusOf: State['approvalStatus']) {
    this.#statusOf = statusOf;
  }

  remember(asks: readonly Ask[], asked: Asked<Waiting>): void {
    const name = nameOf(asks);
    this.#asked.delete(name);
    if (name.length > LONGEST_REMEMBERED) return;
    this.#asked.set(name, asked);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > MOST_REMEMBERED && oldest !== undefined) this.#asked.delete(oldest);
  }

  /** What the same request was refused with, while some of it is still open and the rest not denied, used or over. */
  async stillOpen(asks: readonly Ask[], policyDigest: string): Promise<Asked<Waiting> | undefined> {
    const name = nameOf(asks);
    const asked = this.#asked.get(name);
    if (asked === undefined) return undefined;
    const isSame = asked.waiting.every(
      ({ refused }) => refused.decision.policyDigest === policyDigest,
    );
    const ids = asked.waiting.flatMap(({ refused: { approvalId } }) => approvalId ?? []);
    const all = isSame ? await Promise.all(ids.map((id) => this.#statusOf(id))) : [];
    const isOpen = all.every((status) => status === 'pending' || status === 'approved');
    if (isOpen && all.includes('pending')) return asked;
    this.#asked.delete(name);
    return undefined;
  }
}

function nameOf(asks: readonly Ask[]): string {
  return JSON.stringify(
    asks.map(({ method, name, argumentsText }) => [method, name, argumentsText]),
  );
}
