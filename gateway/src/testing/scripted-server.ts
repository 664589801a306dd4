import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { onTestFinished } from 'vitest';
import type { Happening } from './invariants.ts';

/** A request as a scripted server got it. */
export type Asked = {
  method: string;
  id: JsonValue | undefined;
  params: JsonObject;
  headers: IncomingMessage['headers'];
  /** Answers by a result, as JSON. */
  answer(result: JsonValue): void;
  /** Whatever else a server may do. */
  response: ServerResponse;
};

/** A server over HTTP that does what a test says; `undefined` leaves the usual answer. */
export type HttpScript = (asked: Asked) => unknown;

/** What a scripted server offers unless its script answers. */
const OPEN_TOOL = { name: 'act', inputSchema: { type: 'object' } };

/** Starts a server whose every message is on the time line. */
export async function startScriptedServer(
  happenings: Happening[],
  options: { script?: HttpScript; tools?: JsonObject[]; sessions?: boolean } = {},
) {
  const seen: { method: string; headers: IncomingMessage['headers']; url: string }[] = [];
  let sessions = 0;
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ method: request.method ?? '', headers: request.headers, url: request.url ?? '' });
      const line = Buffer.concat(chunks).toString();
      if (request.method !== 'POST') {
        options.script?.({
          ...asked('', undefined, {}, request, response),
          method: request.method ?? '',
        });
        if (!response.headersSent) response.writeHead(405).end();
        return;
      }
      happenings.push({ kind: 'server-got', line });
      const { id, method, params = {} } = JSON.parse(line);
      if (method === undefined || id === undefined) return void response.writeHead(202).end();
      const one = asked(method, id, params, request, response);
      if (options.script?.(one) !== undefined) return;
      if (method === 'initialize' && options.sessions !== false) {
        response.setHeader('Mcp-Session-Id', `up-${++sessions}`);
      }
      one.answer(usual(method, params, options.tools ?? [OPEN_TOOL]));
    });
  });
  const asked = (
    method: string,
    id: JsonValue | undefined,
    params: JsonObject,
    { headers }: IncomingMessage,
    response: ServerResponse,
  ): Asked => ({
    ...{ method, id, params, headers, response },
    answer(result) {
      const line = JSON.stringify({ jsonrpc: '2.0', id, result });
      happenings.push({ kind: 'server-sent', line });
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(line);
    },
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const { port } = http.address() as AddressInfo;
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${port}/mcp`, port, seen, http };
}

function usual(method: string, params: JsonObject, tools: JsonObject[]): JsonValue {
  // In the stateless era a result says that it is whole.
  const more = own(params, '_meta') === undefined ? {} : { resultType: 'complete' };
  if (method === 'initialize') {
    const serverInfo = { name: 'scripted', version: '1' };
    return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
  }
  if (method === 'tools/list') return { tools, ...more };
  if (method === 'tools/call') return { content: [{ type: 'text', text: 'done' }], ...more };
  return more;
}
