import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { readExactly } from '../responses/read-exactly.ts';
import type { Part } from './part.ts';

const MOST_KNOWN = 1_000;

/** Which server led the user to which page: no other may tell the client that it is done there. */
export class Elicitations {
  readonly #of = new Map<Part, Set<string>>();

  /** A server's own question. */
  asked(part: Part, params: JsonValue | undefined): void {
    const id = own(params, 'elicitationId');
    if (typeof id !== 'string') return;
    const known = this.#of.get(part) ?? new Set();
    this.#of.set(part, known.add(id));
    const [oldest] = known;
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  }

  /** An answer that may lead the user somewhere first: an error of the session era, a round of the stateless one. */
  answered(part: Part, message: string | Buffer): void {
    if (!message.includes('"elicitationId"')) return;
    const answer = readExactly(message.toString());
    const listed = own(own(own(answer, 'error'), 'data'), 'elicitations');
    for (const each of Array.isArray(listed) ? listed : []) this.asked(part, each);
    const rounds = own(own(answer, 'result'), 'inputRequests');
    if (!isJsonObject(rounds)) return;
    for (const each of Object.values(rounds)) this.asked(part, own(each, 'params'));
  }

  /** Whether a notice that a page is done with is about this server's own. */
  isOwn(part: Part, notice: JsonObject): boolean {
    const id = own(own(notice, 'params'), 'elicitationId');
    return typeof id === 'string' && this.#of.get(part)?.has(id) === true;
  }
}
