import { isJsonObject, type JsonObject, type JsonValue } from '@toolwarden/catalogue';
import { sessionVersions } from '../protocol/versions.ts';
import { type Join, within } from './join.ts';
import { wordsOf } from './joined-lists.ts';
import { GATEWAY, mergedCapabilities, mergedInstructions } from './merge-openings.ts';
import { type Answered, Ear } from './origins.ts';
import { has, type Part } from './part.ts';
import { withoutTasks } from './without-tasks.ts';

const NEWEST = '2025-11-25';
const LISTS = ['tools', 'prompts', 'resources'];

/** The session era: opens a session at every server, and again at one that went away and came back. */
export class JoinedSession {
  readonly #join: Join;
  #opening: JsonObject | undefined;
  #isAnswered = false;
  #isReady = false;
  #level: JsonObject | undefined;

  constructor(join: Join) {
    this.#join = join;
  }

  /** Opens all of them; the result of the client's `initialize`, `undefined` for a second one. */
  async open(params: JsonObject): Promise<JsonObject | undefined> {
    if (this.#opening !== undefined) return undefined;
    const { protocolVersion: wanted } = params;
    const protocolVersion =
      typeof wanted === 'string' && sessionVersions.has(wanted) ? wanted : NEWEST;
    const { _meta, ...rest } = params;
    this.#opening = { ...withoutTasks(rest), protocolVersion };
    // One that takes longer is told of when it is there.
    await within(
      this.#join.waitMs,
      Promise.all(this.#join.parts.map((part) => this.#openOne(part))),
    );
    this.#isAnswered = true;
    const voices = this.#join.parts.map(({ name, opened }) => ({
      server: name,
      capabilities: opened?.capabilities,
      instructions: opened?.instructions,
    }));
    return {
      protocolVersion,
      capabilities: mergedCapabilities(voices),
      serverInfo: GATEWAY,
      instructions: mergedInstructions(voices),
    };
  }

  /** The client said that it is ready; from now on servers may speak. */
  ready(): void {
    if (this.#opening === undefined || this.#isReady) return;
    this.#isReady = true;
    for (const part of this.#join.parts) if (part.opened !== undefined) this.#readyOne(part);
  }

  /** The level of log messages that the client wants, also of servers that come later; an error where all refuse it. */
  async setLevel(params: JsonObject): Promise<JsonValue | undefined> {
    this.#level = params;
    const answers = await Promise.all(this.#join.parts.map((part) => this.#setLevelOf(part)));
    const asked = answers.filter((answered) => answered !== undefined);
    const errors = asked.flatMap((answered) => ('error' in answered ? [answered.error] : []));
    return errors.length === asked.length ? errors[0] : undefined;
  }

  /** Opens what went away, where it is time to try. */
  tick(now: number): void {
    if (!this.#isAnswered) return;
    for (const part of this.#join.parts) {
      if (part.opened === undefined && part.isDue(now)) void this.#openOne(part);
    }
  }

  /** The connection to a server ended: its tools are gone until it is back. */
  ended(part: Part, why: string): void {
    const wasOpen = part.opened !== undefined;
    part.dropped();
    part.failed(why);
    if (wasOpen) this.listsChanged();
  }

  listsChanged(): void {
    if (!this.#isReady) return;
    for (const list of LISTS) {
      const method = `notifications/${list}/list_changed`;
      this.#join.context.tellClient(JSON.stringify({ jsonrpc: '2.0', method }), undefined);
    }
  }

  async #openOne(part: Part): Promise<void> {
    if (part.isOpening || this.#opening === undefined) return;
    part.isOpening = true;
    try {
      const connection = await part.reach();
      if (connection === undefined) return;
      const answered = await this.#join.ask(connection, part, 'initialize', this.#opening);
      if (part.link !== connection.link) return;
      const result = 'result' in answered ? answered.result : undefined;
      if (!isJsonObject(result)) {
        const why = 'error' in answered ? wordsOf(answered.error) : 'its opening cannot be read';
        part.dropped();
        return part.failed(`it opens no session: ${why}`);
      }
      const { capabilities = {}, instructions } = result;
      part.opened = {
        capabilities: isJsonObject(capabilities) ? capabilities : {},
        instructions: typeof instructions === 'string' ? instructions : undefined,
      };
      part.works();
      if (this.#isReady) this.#readyOne(part);
      if (this.#isAnswered) this.listsChanged();
    } finally {
      part.isOpening = false;
    }
  }

  #readyOne(part: Part): void {
    part.link?.fromClientMessage({ kind: 'notification', method: 'notifications/initialized' });
    part.upstream?.listen?.(new Ear(part), undefined);
    void this.#setLevelOf(part);
  }

  async #setLevelOf(part: Part): Promise<Answered | undefined> {
    if (this.#level === undefined || !has(part, 'logging')) return undefined;
    const connection = await part.reach();
    return connection && this.#join.ask(connection, part, 'logging/setLevel', this.#level);
  }
}
