import {
  type Digest,
  instructionsDigest,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  jsonDepth,
  jsonDigest,
  own,
  type ServerRecord,
  type ToolDefinition,
  toolDigest,
} from '@toolwarden/catalogue';
import type { CrawlLimits } from './limits.ts';
import { AskError, type Session } from './session.ts';
import { stripControls } from './words.ts';

type Finding = NonNullable<ServerRecord['findings']>[number];
type Truncation = NonNullable<ServerRecord['truncated']>[number];

/** What a server said about itself and what it offers, as far as it got. */
export type Listing = {
  serverInfo?: JsonObject;
  protocolVersion?: string;
  capabilities?: JsonObject;
  instructions?: string;
  /** Of the instructions as they were served, before any cut. */
  instructionsDigest?: Digest;
  tools: ToolDefinition[];
  /** Digests of the tools that were cut, as they were served: a change behind the cut is a change. */
  servedDigests?: Map<ToolDefinition, Digest>;
  prompts?: JsonObject[];
  resources?: JsonObject[];
  resourceTemplates?: JsonObject[];
  truncated: Truncation[];
  findings: Finding[];
  /** Set where the list of tools is not whole. */
  stoppedBy?:
    | { cause: 'limit' | 'protocol'; words: string }
    | { cause: 'error'; error: ListingError };
};

type Ask = Session['ask'];

/** How far into a conversation a failure came, and in whose words. */
export class ListingError extends Error {
  override readonly name = 'ListingError';
  readonly stage: 'initialize' | 'tools/list';
  readonly isTimeout: boolean;
  readonly isClosed: boolean;

  constructor(stage: ListingError['stage'], cause: unknown) {
    super(wordsOf(cause), { cause });
    this.stage = stage;
    this.isTimeout = cause instanceof AskError && cause.kind === 'timeout';
    this.isClosed = cause instanceof AskError && cause.kind === 'closed';
  }
}

/** The same failure, when it was we who ended the exchange at the deadline. */
export function atDeadline({ stage }: ListingError): ListingError {
  return new ListingError(stage, new AskError('timeout', 'no answer in time'));
}

/** Opens a session and reads all that its server lists. Only a failure before the first tool is thrown. */
export async function readListing(
  open: () => Promise<Session>,
  limits: CrawlLimits,
): Promise<Listing> {
  let session: Session;
  try {
    session = await open();
  } catch (error) {
    throw new ListingError('initialize', error);
  }
  const { ask } = session;
  const listing: Listing = { tools: [], truncated: [], findings: [] };
  readIntroduction(session, listing, limits);
  await readTools(ask, listing, limits);
  // What is wanted is there now; nothing that follows may spoil it.
  if (listing.stoppedBy === undefined) {
    await readAgain(ask, listing, limits);
    await readOther(ask, 'prompts/list', 'prompts', listing, limits);
    await readOther(ask, 'resources/list', 'resources', listing, limits);
    await readOther(ask, 'resources/templates/list', 'resourceTemplates', listing, limits);
  }
  const cut = listing.truncated.find(({ tool }) => tool !== undefined);
  if (cut) listing.stoppedBy ??= { cause: 'limit', words: `${cut.what}: ${cut.limit}` };
  await session.close();
  return listing;
}

function readIntroduction(
  { introduction: result, protocolVersion }: Session,
  listing: Listing,
  limits: CrawlLimits,
): void {
  for (const field of ['serverInfo', 'capabilities'] as const) {
    const value = own(result, field);
    if (!isJsonObject(value)) continue;
    const limit = limitBroken(value, limits.schemaCharacters, limits);
    if (limit) leaveOut(listing, { what: field, limit });
    else listing[field] = value;
  }
  if (protocolVersion !== undefined) listing.protocolVersion = protocolVersion.slice(0, 100);
  const instructions = own(result, 'instructions');
  if (typeof instructions === 'string') {
    listing.instructions = cutText(instructions, { what: 'instructions' }, listing, limits);
    listing.instructionsDigest = instructionsDigest(instructions);
  }
}

async function readTools(ask: Ask, listing: Listing, limits: CrawlLimits): Promise<void> {
  const found = await readPages(ask, 'tools/list', 'tools', limits);
  if (found.failure !== undefined) {
    const error = new ListingError('tools/list', found.failure);
    if (found.items.length === 0) {
      // A server without tools may not know the method at all.
      if (isUnknownMethod(found.failure) && own(listing.capabilities, 'tools') === undefined)
        return;
      throw error;
    }
    listing.stoppedBy = { cause: 'error', error };
  }
  if (found.cut) {
    listing.truncated.push({ what: found.cut.what, limit: found.cut.words });
    listing.stoppedBy = found.cut;
  }
  for (const item of found.items) {
    const definition = usableDefinition(item, listing, limits);
    if (definition) listing.tools.push(definition);
  }
}

/** One definition within our limits; undefined, with a finding, where it cannot be kept. */
function usableDefinition(
  item: JsonValue,
  listing: Listing,
  limits: CrawlLimits,
): ToolDefinition | undefined {
  const name = own(item, 'name');
  if (!isJsonObject(item) || typeof name !== 'string') {
    listing.findings.push({
      code: 'invalid-definition',
      message: 'A listed tool is no object with a name; it was left out.',
    });
    return undefined;
  }
  const served = item as ToolDefinition;
  const whole = {
    what: `definition of ${shown(name)}`,
    tool: name.slice(0, limits.nameCharacters),
  };
  const limit =
    name.length > limits.nameCharacters
      ? `a name of ${limits.nameCharacters} characters`
      : depthBroken(served, limits);
  if (limit) {
    leaveOut(listing, { ...whole, limit });
    return undefined;
  }
  const definition = cutFields(served, listing, limits);
  const size = limitBroken(definition, limits.definitionCharacters, limits);
  if (size) {
    leaveOut(listing, { ...whole, limit: size });
    return undefined;
  }
  if (definition !== served) {
    listing.servedDigests ??= new Map();
    listing.servedDigests.set(definition, toolDigest(served));
  }
  return definition;
}

/** A definition without what is too long in it; the same object where nothing is. */
function cutFields(served: ToolDefinition, listing: Listing, limits: CrawlLimits): ToolDefinition {
  const tool = served.name;
  let definition = served;
  for (const field of ['title', 'description']) {
    const value = own(served, field);
    if (typeof value !== 'string') continue;
    const text = cutText(value, { what: `${field} of ${shown(tool)}`, tool }, listing, limits);
    if (text !== value) definition = { ...definition, [field]: text };
  }
  for (const field of Object.keys(served)) {
    const value = own(definition, field);
    const limit = limits.schemaCharacters;
    if (value === undefined || JSON.stringify(value).length <= limit) continue;
    const { [field]: _, ...rest } = definition;
    definition = rest as ToolDefinition;
    listing.truncated.push({
      what: `${shown(field)} of ${shown(tool)}`,
      limit: `${limit} characters`,
      tool,
    });
  }
  return definition;
}

/** The limit that a value is over, in words. */
function limitBroken(value: JsonValue, characters: number, limits: CrawlLimits) {
  // Depth first: printing a value that is too deep would exhaust the stack.
  const depth = depthBroken(value, limits);
  if (depth !== undefined) return depth;
  return JSON.stringify(value).length > characters ? `${characters} characters` : undefined;
}

function depthBroken(value: JsonValue, { depth }: CrawlLimits): string | undefined {
  return jsonDepth(value, depth) > depth ? `nesting of ${depth} levels` : undefined;
}

function leaveOut(listing: Listing, cut: Truncation): void {
  listing.truncated.push(cut);
  listing.findings.push({
    code: 'invalid-definition',
    message: `The ${cut.what} is over the limit (${cut.limit}); it was left out.`,
  });
}

function cutText(
  text: string,
  about: Omit<Truncation, 'limit'>,
  listing: Listing,
  { descriptionCharacters }: CrawlLimits,
): string {
  if (text.length <= descriptionCharacters) return text;
  listing.truncated.push({ ...about, limit: `${descriptionCharacters} characters` });
  return text.slice(0, descriptionCharacters);
}

/** A second reading: a list that differs each time cannot be pinned, and its readers must know. */
async function readAgain(ask: Ask, listing: Listing, limits: CrawlLimits): Promise<void> {
  const again = await readPages(ask, 'tools/list', 'tools', limits);
  const second: Listing = { tools: [], truncated: [], findings: [] };
  for (const item of again.items) {
    const definition = usableDefinition(item, second, limits);
    if (definition) second.tools.push(definition);
  }
  const digests = ({ tools, servedDigests }: Listing) =>
    new Set(tools.map((tool) => servedDigests?.get(tool) ?? jsonDigest(tool)));
  const [before, after] = [digests(listing), digests(second)];
  const changed = before.symmetricDifference(after).size;
  if (again.failure === undefined && changed === 0) return;
  if (isUnknownMethod(again.failure) && listing.tools.length === 0) return;
  listing.findings.push({
    code: 'unstable-list',
    message:
      again.failure === undefined
        ? 'Two readings of the list of tools in one session gave different definitions.'
        : `The list of tools could not be read a second time: ${wordsOf(again.failure)}.`,
  });
}

async function readOther(
  ask: Ask,
  method: string,
  key: 'prompts' | 'resources' | 'resourceTemplates',
  listing: Listing,
  limits: CrawlLimits,
): Promise<void> {
  const capability = key === 'prompts' ? 'prompts' : 'resources';
  if (own(listing.capabilities, capability) === undefined) return;
  const found = await readPages(ask, method, key, limits);
  if (found.cut) listing.truncated.push({ what: key, limit: found.cut.words });
  if (found.failure !== undefined && !isUnknownMethod(found.failure)) {
    listing.findings.push({
      code: 'list-error',
      message: `${method} failed: ${wordsOf(found.failure)}`,
    });
  }
  const kept: JsonObject[] = [];
  let room = limits.listCharacters;
  let broken: string | undefined;
  for (const item of found.items.filter(isJsonObject)) {
    const limit = limitBroken(item, limits.schemaCharacters, limits);
    const size = limit ? 0 : JSON.stringify(item).length;
    const isFull = size > room;
    broken ??= limit ?? (isFull ? `${limits.listCharacters} characters together` : undefined);
    if (limit || isFull) continue;
    room -= size;
    kept.push(item);
  }
  listing[key] = kept;
  if (broken) leaveOut(listing, { what: `part of the ${key}`, limit: broken });
}

type Pages = {
  items: JsonValue[];
  failure?: unknown;
  cut?: { what: string; cause: 'limit' | 'protocol'; words: string };
};

/** Follows cursors to the end, to a limit, or to a cursor that was there before. */
async function readPages(
  ask: Ask,
  method: string,
  key: string,
  limits: CrawlLimits,
): Promise<Pages> {
  const items: JsonValue[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < limits.pages; page++) {
    let result: JsonObject;
    try {
      result = await ask(method, cursor === undefined ? undefined : { cursor });
    } catch (failure) {
      return { items, failure };
    }
    const list = own(result, key);
    if (!Array.isArray(list)) return { items, failure: new Error(`the answer has no list ${key}`) };
    const room = limits.tools - items.length;
    items.push(...list.slice(0, room));
    if (list.length > room) return { items, cut: limitCut('tools', `${limits.tools} entries`) };
    const next = own(result, 'nextCursor');
    if (typeof next !== 'string') return { items };
    if (seen.has(next)) {
      // Some servers mean "no more" by an empty cursor, which the protocol allows as a real one.
      if (next === '') return { items };
      return {
        items,
        cut: { what: 'pages', cause: 'protocol', words: 'the server repeated a cursor' },
      };
    }
    seen.add(next);
    cursor = next;
  }
  return { items, cut: limitCut('pages', `${limits.pages} pages`) };
}

function limitCut(what: string, words: string) {
  return { what, cause: 'limit' as const, words };
}

function isUnknownMethod(error: unknown): boolean {
  return error instanceof AskError && error.kind === 'unknown-method';
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return stripControls(words.slice(0, 2000))
    .replace(/^MCP error -?\d+: /, '')
    .replace(/\s+/g, ' ')
    .slice(0, 500);
}

function shown(name: string): string {
  return stripControls(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
