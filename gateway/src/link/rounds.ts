import { createHash } from 'node:crypto';
import type { Pending } from './pending.ts';
import { repliesIn } from './replies.ts';

/** A server that asks more often than this about one call is not asking, it is wearing somebody out. */
const MOST_ROUNDS = 10;
const MOST_CALLS = 256;

/** Counts how often a server answers one call of the stateless era by asking for more. */
export class Rounds {
  /** By the call's text; only what is being asked about now. */
  readonly #counts = new Map<string, number>();

  /** Whether a server may ask once more about what a request began. */
  mayAsk(pending: Pending): boolean {
    const key = keyOf(pending);
    const isFirst = repliesIn(pending.params).replies === undefined;
    const count = (isFirst ? 0 : (this.#counts.get(key) ?? 0)) + 1;
    this.#counts.delete(key);
    if (count > MOST_ROUNDS) return false;
    this.#counts.set(key, count);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MOST_CALLS && oldest !== undefined) this.#counts.delete(oldest);
    return true;
  }
}

function keyOf({ method, params }: Pending): string {
  const { name = null, uri = null, arguments: args = null } = params;
  const text = JSON.stringify([method, name, uri, args]);
  return createHash('sha256').update(text).digest('base64');
}
