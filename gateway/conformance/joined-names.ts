import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type JsonObject, type JsonValue } from '@toolwarden/catalogue';
import { joinedAddress } from '../src/join/joined-address.ts';
import { joinedName } from '../src/join/joined-name.ts';
import { decodeHeader, encodeHeader } from '../src/protocol/name-header.ts';

/**
 * Stands between the suites, which know tools by their own names, and the joined address, where they bear their server's.
 * All else passes as it is.
 */
export async function startRenaming(joined: string, server: string) {
  const names = namesOf(server);
  const proxy = createServer((asked, answer) => {
    void bodyOf(asked).then((body) => {
      const sent = names.inBody(body);
      const headers = names.inHeaders(asked.headers);
      // As if it were asked for by this address: the suites try names of hosts and origins with it.
      for (const header of ['host', 'origin'] as const) {
        headers[header] &&= headers[header].replace(`:${port}`, `:${new URL(joined).port}`);
      }
      if (body !== '') headers['content-length'] = String(Buffer.byteLength(sent));
      const { method } = asked;
      const onward = request(joined, { ...(method && { method }), headers }, (came) => {
        const { 'content-length': _, ...kept } = came.headers;
        answer.writeHead(came.statusCode ?? 502, kept);
        answer.flushHeaders();
        came.setEncoding('utf8');
        came.on('data', (text: string) => answer.write(names.withoutServer(text)));
        came.on('close', () => answer.end());
      });
      onward.on('error', () => answer.destroy());
      answer.on('close', () => onward.destroy());
      onward.end(sent);
    });
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    end() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

/** Where a request says what it is for, by its method. */
const NAMED = new Set(['tools/call', 'prompts/get']);
const ADDRESSED = new Set(['resources/read', 'resources/subscribe', 'resources/unsubscribe']);

function namesOf(server: string) {
  const named = (holder: JsonValue | undefined, key: string, rename: typeof joinedName) => {
    const value = isJsonObject(holder) ? holder[key] : undefined;
    if (isJsonObject(holder) && typeof value === 'string') holder[key] = rename(server, value);
  };
  return {
    inBody(body: string): string {
      const message = parsed(body);
      const params = message?.['params'];
      const method = String(message?.['method']);
      if (!isJsonObject(params)) return body;
      if (NAMED.has(method)) named(params, 'name', joinedName);
      else if (ADDRESSED.has(method)) named(params, 'uri', joinedAddress);
      else if (method === 'completion/complete') {
        named(params['ref'], 'name', joinedName);
        named(params['ref'], 'uri', joinedAddress);
      } else return body;
      return JSON.stringify(message);
    },
    inHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
      const { 'mcp-name': said, 'mcp-method': method } = headers;
      const name = typeof said === 'string' ? decodeHeader(said) : undefined;
      if (name === undefined) return { ...headers };
      const rename = ADDRESSED.has(String(method)) ? joinedAddress : joinedName;
      return { ...headers, 'mcp-name': encodeHeader(rename(server, name)) };
    },
    withoutServer: (text: string) =>
      text.replaceAll(`${server}__`, '').replaceAll(joinedAddress(server, ''), ''),
  };
}

function parsed(body: string): JsonObject | undefined {
  try {
    const value = JSON.parse(body) as JsonValue;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  let body = '';
  asked.setEncoding('utf8');
  for await (const chunk of asked) body += chunk;
  return body;
}
