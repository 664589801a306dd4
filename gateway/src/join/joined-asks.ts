import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import type { ClientMessage, RequestId } from '../protocol/client-message.ts';
import type { Part } from './part.ts';

type Asked = { part: Part; id: RequestId };

/** What servers ask the client, each under an id that is no other server's. */
export class JoinedAsks {
  readonly #open = new Map<number, Asked>();
  #lastId = 0;

  /** A request of a server as the client gets it; `isTaken` says whether somebody was there to take it. */
  pass(
    part: Part,
    request: JsonObject & { id: RequestId },
    give: (text: string) => boolean,
  ): boolean {
    const id = ++this.#lastId;
    this.#open.set(id, { part, id: request.id });
    const isTaken = give(JSON.stringify({ ...request, id }));
    if (!isTaken) this.#open.delete(id);
    return isTaken;
  }

  /** Hands the client's answer to the server it is for, once; `false` where there is none. */
  answer({ id, body }: Extract<ClientMessage, { kind: 'response' }>): boolean {
    const asked = typeof id === 'number' ? this.#open.get(id) : undefined;
    if (asked === undefined) return false;
    this.#open.delete(id as number);
    asked.part.link?.fromClientMessage({ kind: 'response', id: asked.id, body });
    return true;
  }

  /** The client's id of what a server takes back; `undefined` where the client has none such. */
  takeBack(part: Part, id: JsonValue | undefined): number | undefined {
    const [ours] =
      [...this.#open].find(([, asked]) => asked.part === part && asked.id === id) ?? [];
    if (ours !== undefined) this.#open.delete(ours);
    return ours;
  }

  /** Forgets what a server asked that is gone; the client's ids of it. */
  forget(part: Part): number[] {
    const ids = [...this.#open].flatMap(([id, asked]) => (asked.part === part ? [id] : []));
    for (const id of ids) this.#open.delete(id);
    return ids;
  }
}
