import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Guard, Ask as Judged } from '../guard.ts';
import { namedEntries } from '../pins/listing.ts';
import { type ListedKind, listedKinds } from '../pins/pin-digest.ts';
import { withSafeIcons } from '../responses/safe-icons.ts';
import { type Ask, allPages } from './tool-lists.ts';

const KINDS = Object.keys(listedKinds) as ListedKind[];

/** Lists of prompts and resources: what a client may see of them, and what stands against using what they name. */
export class OtherLists {
  readonly #ask: Ask;
  readonly #guard: Guard;
  /** By kind, what the server last listed; only kept where something rests on it. */
  readonly #known = new Map<ListedKind, Map<string, JsonObject>>();

  constructor(ask: Ask, guard: Guard) {
    this.#ask = ask;
    this.#guard = guard;
  }

  /** Forgets what a notice of the server says has changed. */
  forget(method: string): void {
    if (method === 'notifications/prompts/list_changed') this.#known.delete('prompts');
    if (method !== 'notifications/resources/list_changed') return;
    this.#known.delete('resources');
    this.#known.delete('resourceTemplates');
  }

  /** The result of a client's own list request; `undefined` where this is none. */
  filter(method: string, result: JsonObject): JsonObject | undefined {
    const kind = KINDS.find((each) => listedKinds[each].list === method);
    if (kind === undefined) return undefined;
    const { field, name: key } = listedKinds[kind];
    const listed = own(result, field);
    if (!Array.isArray(listed)) return { ...result, [field]: [] };
    const kept = listed.flatMap((entry): JsonValue[] => {
      const name = own(entry, key);
      if (!isJsonObject(entry) || typeof name !== 'string') return [];
      return this.#guard.isListedEntry(kind, name, entry) ? [withSafeIcons(entry)] : [];
    });
    const filtered: JsonObject = { ...result, [field]: kept };
    if (own(result, 'cacheScope') === 'public') filtered['cacheScope'] = 'private';
    return filtered;
  }

  /**
   * What stands against a prompt or resource by its definition, under a policy that holds the server to what was
   * accepted. A prompt must be listed. A resource may come from a template, and is then judged by rules alone.
   */
  async problemOf(
    { kind, name }: Judged,
    meta: JsonValue | undefined,
  ): Promise<string | undefined> {
    if (!this.#guard.needsFreshLists) return undefined;
    if (kind === 'prompts') {
      const definition = (await this.#entries('prompts', meta, true)).get(name);
      if (definition === undefined) return 'the server lists no such prompt';
      return this.#guard.entryProblem('prompts', name, definition);
    }
    if (kind !== 'resources') return undefined;
    const definition = (await this.#entries('resources', meta, false)).get(name);
    return definition && this.#guard.entryProblem('resources', name, definition);
  }

  async #entries(kind: ListedKind, meta: JsonValue | undefined, isFresh: boolean) {
    const known = isFresh ? undefined : this.#known.get(kind);
    if (known !== undefined) return known;
    const { list, field } = listedKinds[kind];
    const entries = namedEntries(kind, (await allPages(this.#ask, meta, list, field)) ?? []);
    this.#known.set(kind, entries);
    return entries;
  }
}
