import {
  instructionsDigest,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  own,
  toolDigest,
} from '@toolwarden/catalogue';
import type { ToolClass } from '@toolwarden/policy';
import { createToolTable, type LiveTool } from '../tools/tool-table.ts';
import type { ServerPins } from './lock.ts';
import { type ListedKind, listedDigest, listedKinds } from './pin-digest.ts';

/** What a server says of itself at one moment, as it said it. */
export type Listing = {
  instructions?: string;
  tools: readonly JsonValue[];
} & Partial<Record<ListedKind, readonly JsonValue[]>>;

/**
 * The pins of a listing. Tools that the gateway would withhold anyway, such as those listed twice, are not pinned.
 * `classOf` says what a tool is held to be, for rules by class.
 */
export function pinsOf(
  listing: Listing,
  {
    source,
    classOf,
  }: { source?: string; classOf?: (tool: LiveTool) => ToolClass | undefined } = {},
): ServerPins {
  const table = createToolTable();
  table.replace(listing.tools);
  const tools: ServerPins['tools'] = {};
  for (const name of table.names) {
    const tool = table.get(name);
    if (tool === undefined || name === '__proto__') continue;
    const { definition } = tool;
    const judged = classOf?.(tool);
    tools[name] = {
      ...{ digest: toolDigest(definition), definition },
      ...(judged && { class: { category: judged.category, traits: [...judged.traits].sort() } }),
    };
  }
  const { instructions } = listing;
  const pins: ServerPins = { tools, ...(source !== undefined && { source }) };
  if (instructions !== undefined) {
    pins.instructions = { digest: instructionsDigest(instructions), text: instructions };
  }
  for (const kind of Object.keys(listedKinds) as ListedKind[]) {
    const entries = namedEntries(kind, listing[kind] ?? []);
    if (entries.size === 0) continue;
    pins[kind] = Object.fromEntries(
      [...entries].map(([name, definition]) => [
        name,
        { digest: listedDigest(kind, definition), definition },
      ]),
    );
  }
  return pins;
}

/** The entries of a list by their names; the first of each name, and none without. */
export function namedEntries(
  kind: ListedKind,
  list: readonly JsonValue[],
): Map<string, JsonObject> {
  const named = new Map<string, JsonObject>();
  for (const entry of list) {
    const name = own(entry, listedKinds[kind].name);
    if (!isJsonObject(entry) || typeof name !== 'string' || name === '__proto__') continue;
    if (!named.has(name)) named.set(name, entry);
  }
  return named;
}
