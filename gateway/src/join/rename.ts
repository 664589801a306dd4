import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { ListedKind } from '../pins/pin-digest.ts';
import { readExactly } from '../responses/read-exactly.ts';
import { joinedPage } from './asker.ts';
import { joinedAddress } from './joined-address.ts';
import { joinedName } from './joined-name.ts';

/** What a list of several servers names, by the request for it. */
export const joinedLists: ReadonlyMap<
  string,
  { kind: 'tools' | ListedKind; field: string; name: string; capability: string; changed: string }
> = new Map([
  ['tools/list', { ...kindOf('tools', 'tools'), field: 'tools', name: 'name' }],
  ['prompts/list', { ...kindOf('prompts', 'prompts'), field: 'prompts', name: 'name' }],
  ['resources/list', { ...kindOf('resources', 'resources'), field: 'resources', name: 'uri' }],
  [
    'resources/templates/list',
    {
      ...kindOf('resourceTemplates', 'resources'),
      field: 'resourceTemplates',
      name: 'uriTemplate',
    },
  ],
]);

function kindOf(kind: 'tools' | ListedKind, capability: string) {
  return { kind, capability, changed: `notifications/${capability}/list_changed` };
}

/** An entry of a server's list as it stands in the joined one; `undefined` where it has no name. */
export function renamedEntry(
  server: string,
  kind: 'tools' | ListedKind,
  nameKey: string,
  entry: JsonValue,
): JsonObject | undefined {
  const name = own(entry, nameKey);
  if (!isJsonObject(entry) || typeof name !== 'string') return undefined;
  if (kind === 'resources' || kind === 'resourceTemplates') {
    return { ...entry, [nameKey]: joinedAddress(server, name) };
  }
  // Tasks do not pass here, so no tool must say that it can only be called as one.
  const { execution: _, ...rest } = entry;
  const renamed: JsonObject = { ...rest, name: joinedName(server, name) };
  const meta = own(entry, '_meta');
  if (kind === 'tools' && isJsonObject(meta)) renamed['_meta'] = withViewAddress(server, meta);
  return renamed;
}

/** The address of the page by which a client shows a tool's results (MCP Apps), old and new spelling. */
function withViewAddress(server: string, meta: JsonObject): JsonObject {
  const renamed = { ...meta };
  const flat = own(meta, 'ui/resourceUri');
  if (typeof flat === 'string') renamed['ui/resourceUri'] = joinedAddress(server, flat);
  const ui = own(meta, 'ui');
  const nested = own(ui, 'resourceUri');
  if (isJsonObject(ui) && typeof nested === 'string') {
    renamed['ui'] = { ...ui, resourceUri: joinedAddress(server, nested) };
  }
  return renamed;
}

const WITH_ADDRESSES = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** An answer with its resources under their joined addresses; itself where it names none. */
export function withJoinedAddresses(
  server: string,
  method: string,
  message: string | Buffer,
): string | Buffer {
  if (!WITH_ADDRESSES.has(method) || !mayNameAddress(message)) return message;
  const answer = readExactly(message.toString());
  const result = own(answer, 'result');
  if (!isJsonObject(answer) || !isJsonObject(result)) return message;
  return JSON.stringify({ ...answer, result: renamedResult(server, result) });
}

/** Whether the key of an address may stand in it, plainly or with letters of it escaped. */
function mayNameAddress(message: string | Buffer): boolean {
  return ['"uri"', '\\u006', '\\u007'].some((spelling) => message.includes(spelling));
}

function renamedResult(server: string, result: JsonObject): JsonObject {
  const renamed = { ...result };
  const { content, contents, messages } = result;
  if (Array.isArray(content))
    renamed['content'] = content.map((each) => renamedContent(server, each));
  if (Array.isArray(contents))
    renamed['contents'] = contents.map((each) => renamedHolder(server, each));
  if (Array.isArray(messages)) {
    renamed['messages'] = messages.map((message) => {
      const said = own(message, 'content');
      if (!isJsonObject(message) || said === undefined) return message;
      const list = Array.isArray(said)
        ? said.map((each) => renamedContent(server, each))
        : undefined;
      return { ...message, content: list ?? renamedContent(server, said) };
    });
  }
  return renamed;
}

function renamedContent(server: string, content: JsonValue): JsonValue {
  if (!isJsonObject(content)) return content;
  if (own(content, 'type') === 'resource_link') return renamedHolder(server, content);
  const resource = own(content, 'resource');
  if (own(content, 'type') !== 'resource' || resource === undefined) return content;
  return { ...content, resource: renamedHolder(server, resource) };
}

function renamedHolder(server: string, holder: JsonValue): JsonValue {
  const address = own(holder, 'uri');
  if (!isJsonObject(holder) || typeof address !== 'string') return holder;
  return { ...holder, uri: joinedAddress(server, address) };
}

/** A notice whose addresses and speakers are those of the joined endpoint. */
export function renamedNotice(server: string, message: JsonObject): JsonObject {
  const { method, params } = message;
  if (!isJsonObject(params)) return message;
  const { uri, logger, elicitationId } = params;
  if (method === 'notifications/resources/updated' && typeof uri === 'string') {
    return { ...message, params: { ...params, uri: joinedAddress(server, uri) } };
  }
  if (method === 'notifications/elicitation/complete' && typeof elicitationId === 'string') {
    return { ...message, params: { ...params, elicitationId: joinedPage(server, elicitationId) } };
  }
  if (method === 'notifications/message') {
    const speaker = typeof logger === 'string' ? `${server}/${logger}` : server;
    return { ...message, params: { ...params, logger: speaker } };
  }
  return message;
}
