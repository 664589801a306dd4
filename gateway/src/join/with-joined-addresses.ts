import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { readExactly } from '../responses/read-exactly.ts';
import { joinedAddress } from './joined-address.ts';

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
