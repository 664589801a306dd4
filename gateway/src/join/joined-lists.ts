import { type JsonObject, type JsonValue, own, showHidden } from '@toolwarden/catalogue';
import { type Join, within } from './join.ts';
import { joinedName } from './joined-name.ts';
import { shortestTtl } from './merge-openings.ts';
import { has, type Part, withoutProgress } from './part.ts';
import { joinedLists, renamedEntry } from './renamed-entry.ts';

const MOST_PAGES = 200;
const MOST_ENTRIES = 5_000;
/** How long a list waits for a server that was late before. */
const LATE_WAIT_MS = 1_000;
const METHOD_NOT_FOUND = -32601;

/** What one server lists, under the names of the joined list. */
type Listed = { entries: JsonObject[]; results: JsonValue[] };

/** The lists of all servers as one. A server that cannot be asked is left out, and told of when it is there again. */
export class JoinedLists {
  readonly #join: Join;
  readonly #changed: (method: string) => void;

  /** `changed` is told which list holds more than it did when the client asked for it. */
  constructor(join: Join, changed: (notice: string) => void) {
    this.#join = join;
    this.#changed = changed;
  }

  /** The whole list; every server's pages are read, so it has only one. */
  async list(method: string, params: JsonObject): Promise<JsonObject> {
    const { field } = joinedLists.get(method) ?? { field: 'tools' };
    const found = await Promise.all(
      this.#join.parts.map((part) => this.#inTime(part, method, own(params, '_meta'))),
    );
    const listed = found.filter((each) => each !== undefined);
    const isWhole = listed.length === found.length;
    const ttlMs = isWhole ? shortestTtl(listed.flatMap(({ results }) => results)) : 0;
    return { [field]: listed.flatMap(({ entries }) => entries), ...this.#join.whole(ttlMs) };
  }

  /** The server and the name behind a name by digest. Only what the client may see is found. */
  async find(
    digestName: string,
    method: 'tools/list' | 'prompts/list',
    meta: JsonValue | undefined,
  ): Promise<{ part: Part; name: string } | undefined> {
    const known = this.#known(digestName);
    if (known !== undefined) return known;
    await Promise.all(this.#join.parts.map((part) => this.#inTime(part, method, meta)));
    return this.#known(digestName);
  }

  #known(digestName: string) {
    for (const part of this.#join.parts) {
      const name = part.names.get(digestName);
      if (name !== undefined) return { part, name };
    }
    return undefined;
  }

  /** What it lists, if it does so in time; one that is late brings a notice when it is done. */
  async #inTime(part: Part, method: string, meta: JsonValue | undefined) {
    let isWaiting = true;
    const { changed } = joinedLists.get(method) ?? { changed: '' };
    const listing = this.#listed(part, method, meta).then((listed) => {
      if (isWaiting || listed === undefined) return listed;
      part.isLate = false;
      this.#changed(changed);
      return listed;
    });
    const listed = await within(
      part.isLate ? Math.min(LATE_WAIT_MS, this.#join.waitMs) : this.#join.waitMs,
      listing.then((done) => [done]),
    );
    isWaiting = false;
    if (listed === undefined) {
      part.isLate = true;
      this.#join.context.world.log(`${part.name}: too slow for a list of /mcp, left out of it`);
    }
    return listed?.[0];
  }

  async #listed(
    part: Part,
    method: string,
    meta: JsonValue | undefined,
  ): Promise<Listed | undefined> {
    const { kind, field, name, capability } = joinedLists.get(method) ?? NO_LIST;
    const connection = await part.reach();
    if (connection === undefined) return undefined;
    if (!this.#join.isStateless) {
      if (part.opened === undefined) return undefined;
      if (!has(part, capability)) return NOTHING;
    }
    const listed: Listed = { entries: [], results: [] };
    const { answerBytes } = this.#join.context.world.setup.config.limits;
    let cursor: JsonValue | undefined;
    let length = 0;
    for (let page = 0; page < MOST_PAGES && listed.entries.length < MOST_ENTRIES; page++) {
      const borrowed = withoutProgress(meta);
      const answered = await this.#join.ask(connection, part, method, {
        ...(cursor !== undefined && { cursor }),
        ...(borrowed !== undefined && { _meta: borrowed }),
      });
      if ('error' in answered) {
        // In the stateless era nobody said beforehand which lists a server has.
        if (this.#join.isStateless && own(answered.error, 'code') === METHOD_NOT_FOUND)
          return NOTHING;
        part.leftOut(`it does not list its ${field}: ${wordsOf(answered.error)}`);
        return undefined;
      }
      const { result } = answered;
      length += answered.length;
      if (length > answerBytes) {
        part.leftOut(`its list of ${field} is longer than limits.answerBytes`);
        return undefined;
      }
      listed.results.push(result);
      const entries = own(result, field);
      for (const entry of Array.isArray(entries) ? entries : []) {
        const renamed = renamedEntry(part.name, kind, name, entry);
        if (renamed === undefined) continue;
        listed.entries.push(renamed);
        remember(part, renamed, own(entry, name));
      }
      cursor = own(result, 'nextCursor');
      if (cursor === undefined || cursor === null) break;
    }
    part.works();
    return listed;
  }
}

const NOTHING: Listed = { entries: [], results: [] };
const NO_LIST = { kind: 'tools', field: 'tools', name: 'name', capability: 'tools' } as const;

/** What cannot be read back from the name alone. */
function remember(part: Part, { name: joined }: JsonObject, name: JsonValue | undefined): void {
  if (typeof joined !== 'string' || typeof name !== 'string' || !joined.startsWith('_')) return;
  if (part.names.size >= 2 * MOST_ENTRIES) part.names.clear();
  if (joined === joinedName(part.name, name)) part.names.set(joined, name);
}

/** What an error says, for the operator's log: bounded, on one line. */
export function wordsOf(error: JsonValue): string {
  const message = own(error, 'message');
  const said = typeof message === 'string' ? showHidden(message.slice(0, 200)) : 'no reason given';
  return JSON.stringify(said);
}
