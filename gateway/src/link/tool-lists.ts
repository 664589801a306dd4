import { isDeepStrictEqual } from 'node:util';
import {
  compactJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  own,
} from '@toolwarden/catalogue';
import { withSafeIcons } from '../responses/safe-icons.ts';
import { createToolTable, type LiveTool, type Withheld } from '../tools/tool-table.ts';
import type { LinkOptions } from './link-options.ts';

const MAX_PAGES = 200;
/** A server that says its list changed whenever it is asked for has no list to judge by. */
const MOST_ATTEMPTS = 5;

/** Sends a request of our own; `undefined` where it failed. */
export type Ask = (method: string, params: JsonObject) => Promise<JsonValue | undefined>;

/** Keeps the list of tools that calls are judged by as new as the server says it is. */
export type ToolLists = {
  get(name: string): LiveTool | undefined;
  /** Asks the server for its list if ours is not known to be current; `isFresh` where it may change unsaid. */
  ensure(meta: JsonValue | undefined, isFresh?: boolean): Promise<void> | undefined;
  /** Whether `ensure` would ask for nothing. */
  isEnsured(isFresh?: boolean): boolean;
  /** What the server last listed may no longer hold. */
  forget(): void;
  /** The result of a client's own `tools/list`, with only what it may see. */
  filter(
    request: JsonObject,
    result: JsonObject,
    isListed: (tool: LiveTool) => boolean,
  ): JsonObject | Promise<JsonObject>;
};

/** Makes the lists of one connection. `tell` hears what was withheld, and of each complete list. */
export function createToolLists(
  ask: Ask,
  tell: (event: { withheld: Withheld[]; names: string[] }) => void,
  {
    clock,
    listAgeMs = Number.POSITIVE_INFINITY,
    pinAgeMs = 0,
  }: Pick<LinkOptions, 'clock' | 'listAgeMs' | 'pinAgeMs'>,
): ToolLists {
  const table = createToolTable();
  let isCurrent = false;
  let takenAt = 0;
  let generation = 0;
  let asking: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let isTaken = false;

  let taken: readonly JsonValue[] = [];

  const take = (tools: readonly JsonValue[]) => {
    takenAt = clock();
    // The same list again: digests and checks that were made for its tools still hold.
    if (isTaken && isDeepStrictEqual(tools, taken)) {
      isCurrent = true;
      return;
    }
    const withheld = table.replace(tools);
    taken = tools;
    isTaken = true;
    isCurrent = true;
    tell({ withheld, names: [...table.names] });
  };
  const askAll = async (meta: JsonValue | undefined) => {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const asked = generation;
      const tools = await allPages(ask, meta);
      if (tools === undefined) break;
      if (asked === generation) {
        take(tools);
        return;
      }
    }
    // Without a list that holds nothing is known to exist, so every call is refused until there is one.
    table.replace([]);
    isTaken = false;
  };
  const askOnce = (meta: JsonValue | undefined) => {
    asking ??= askAll(meta).finally(() => {
      asking = undefined;
    });
    return asking;
  };
  const isYounger = (ageMs: number) => isCurrent && clock() - takenAt < ageMs;
  const ensure = (meta: JsonValue | undefined, isFresh = false) => {
    if (isFresh && !isYounger(pinAgeMs)) {
      // One that is under way may have been answered before this call came; calls that come meanwhile share the next.
      if (asking === undefined) return askOnce(meta);
      const next = () => {
        following = undefined;
        return askOnce(meta);
      };
      // However that one ends: what came to nothing once must not be the answer for ever.
      following ??= asking.then(next, next);
      return following;
    }
    if (isYounger(listAgeMs)) return undefined;
    return askOnce(meta);
  };
  const keep = (result: JsonObject, isListed: (tool: LiveTool) => boolean): JsonObject => {
    const listed = own(result, 'tools') as JsonValue[];
    const tools = listed.filter((definition) => {
      const tool = table.get(String(own(definition, 'name')));
      if (tool === undefined || !isListed(tool)) return false;
      return (
        tool.definition === definition || compactJson(tool.definition) === compactJson(definition)
      );
    });
    const shown = tools.map((tool) => (isJsonObject(tool) ? withSafeIcons(tool) : tool));
    const filtered: JsonObject = { ...result, tools: shown };
    // A list made for one caller must not be kept for another.
    if (own(result, 'cacheScope') === 'public') filtered['cacheScope'] = 'private';
    return filtered;
  };

  return {
    get: (name) => table.get(name),
    ensure,
    isEnsured: (isFresh = false) => isYounger(listAgeMs) && (!isFresh || isYounger(pinAgeMs)),
    forget() {
      isCurrent = false;
      generation++;
    },
    filter(request, result, isListed) {
      const tools = own(result, 'tools');
      if (!Array.isArray(tools)) return { ...result, tools: [] };
      const isWhole =
        own(request, 'cursor') === undefined && own(result, 'nextCursor') === undefined;
      if (isWhole) take(tools);
      const waiting = isWhole ? undefined : ensure(own(request, '_meta'));
      return waiting === undefined
        ? keep(result, isListed)
        : waiting.then(() => keep(result, isListed));
    },
  };
}

/** All entries of a list, page by page; `undefined` where one of them cannot be had. */
export async function allPages(
  ask: Ask,
  meta: JsonValue | undefined,
  method = 'tools/list',
  field = 'tools',
): Promise<JsonValue[] | undefined> {
  const tools: JsonValue[] = [];
  let cursor: JsonValue | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const result = await ask(method, {
      ...(cursor !== undefined && { cursor }),
      ...(meta !== undefined && { _meta: withoutProgress(meta) }),
    });
    const listed = own(result, field);
    if (!Array.isArray(listed)) return undefined;
    tools.push(...listed);
    cursor = own(result, 'nextCursor');
    if (cursor === undefined || cursor === null) return tools;
  }
  return undefined;
}

// Our own request borrows what the client said of itself, not the token that its progress is told by.
function withoutProgress(meta: JsonValue): JsonValue {
  if (!isJsonObject(meta)) return meta;
  const { progressToken: _, ...rest } = meta;
  return rest;
}
