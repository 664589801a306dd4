// Servers of the first revision's HTTP+SSE, behind the whole gateway.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startHttpHarness } from '../testing/http-gateway.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(handle: Handler): Promise<string> {
  const http = createServer(handle);
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

const behind = (origin: string, more: Parameters<typeof startHttpHarness>[0] = {}) =>
  startHttpHarness({
    ...more,
    servers: {
      old: { url: `${origin}/sse`, transport: 'sse', headers: { 'X-Key': 'canary-key' } },
    },
  });

/** A server made with the official SDK, as it was before Streamable HTTP. */
async function startRealServer() {
  const transports = new Map<string, SSEServerTransport>();
  const keys: (string | string[] | undefined)[] = [];
  const origin = await listen((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    keys.push(request.headers['x-key']);
    if (request.method === 'POST') {
      const transport = transports.get(url.searchParams.get('sessionId') ?? '');
      if (transport === undefined) return void response.writeHead(404).end();
      return void transport.handlePostMessage(request, response);
    }
    const transport = new SSEServerTransport('/messages', response);
    transports.set(transport.sessionId, transport);
    response.on('close', () => transports.delete(transport.sessionId));
    const server = new McpServer({ name: 'old', version: '1' });
    server.registerTool('echo', { inputSchema: { text: z.string() } }, async ({ text }, extra) => {
      const { progressToken } = extra._meta ?? {};
      if (progressToken !== undefined) {
        const params = { progressToken, progress: 1 };
        await extra.sendNotification({ method: 'notifications/progress', params });
      }
      return { content: [{ type: 'text', text: `you said ${text}` }] };
    });
    void server.connect(transport as Transport);
  });
  return { origin, transports, keys };
}

test('real clients call a real server of HTTP+SSE, each over a stream of its own', async () => {
  const { origin, transports, keys } = await startRealServer();
  const harness = await behind(origin, {
    policy: {
      version: '1',
      default: 'deny',
      tools: { echo: { limits: [{ max: 2, window: 'hour' }] } },
    },
  });
  const connect = async () => {
    const client = new Client({ name: 'test', version: '1' });
    const url = new URL(`${harness.gateway.url}/mcp/old`);
    // The SDK's own types disagree under exactOptionalPropertyTypes.
    const transport = new StreamableHTTPClientTransport(url);
    await client.connect(transport as Transport);
    return { client, transport };
  };
  const [one, two] = [await connect(), await connect()];
  expect(transports.size).toBe(2);
  let progress = 0;
  const call = (client: Client, text: string) =>
    client.callTool({ name: 'echo', arguments: { text } }, undefined, {
      onprogress: () => progress++,
    });
  const [first, second] = await Promise.all([call(one.client, 'a'), call(two.client, 'b')]);
  expect([first.content, second.content]).toEqual([
    [{ type: 'text', text: 'you said a' }],
    [{ type: 'text', text: 'you said b' }],
  ]);
  expect(progress).toBe(2);
  expect(await call(one.client, 'c')).toMatchObject({ isError: true });
  expect(new Set(keys)).toEqual(new Set(['canary-key']));
  await one.transport.terminateSession();
  await expect.poll(() => transports.size).toBe(1);
  await Promise.all([one.client.close(), two.client.close()]);
});

test('a server that names an address of somebody else gets nothing there, and neither does that one', async () => {
  let reached = 0;
  const other = await listen((_, response) => {
    reached++;
    response.end();
  });
  for (const endpoint of [
    `${other}/messages`,
    `//${new URL(other).host}/m`,
    'file:///etc/passwd',
    'http://u:p@127.0.0.1/',
    'http://[',
  ]) {
    const origin = await listen((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`event: endpoint\ndata: ${endpoint}\n\n`);
    });
    const harness = await behind(origin);
    const { opened } = await harness.open({}, {}, '/mcp/old');
    expect([endpoint, opened.messages[0]]).toMatchObject([endpoint, { error: { code: -32000 } }]);
    expect(harness.gateway.load().sessions).toBe(0);
  }
  expect(reached).toBe(0);
});

test.for([
  ['no stream', (response: ServerResponse) => response.writeHead(404).end()],
  [
    'a page',
    (response: ServerResponse) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(),
  ],
  [
    'a way elsewhere',
    (response: ServerResponse) => response.writeHead(302, { Location: '/x' }).end(),
  ],
  [
    'an end before the address',
    (response: ServerResponse) =>
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(),
  ],
] as const)('a server with %s opens no session, and the client is told', async ([, answer]) => {
  const harness = await behind(await listen((_, response) => void answer(response)));
  const { opened } = await harness.open({}, {}, '/mcp/old');
  expect(opened.messages[0]).toMatchObject({ error: { code: -32000 } });
  expect(harness.gateway.load().sessions).toBe(0);
});

/** Speaks just enough; calls are left to `onCall`, which has the stream. */
async function startScript(
  onCall: (stream: ServerResponse, id: number, post: ServerResponse) => void,
) {
  let stream: ServerResponse;
  const say = (message: object) =>
    stream.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
  return listen((request, response) => {
    if (request.method === 'GET') {
      stream = response;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      return void response.write('event: endpoint\ndata: /messages?x=1\n\n');
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString());
      if (method === 'tools/call') return onCall(stream, id, response);
      response.writeHead(202).end('Accepted');
      if (method === 'initialize') {
        const serverInfo = { name: 'old', version: '1' };
        say({
          id,
          result: { protocolVersion: '2024-11-05', capabilities: { tools: {} }, serverInfo },
        });
      }
      if (method === 'tools/list') {
        say({ id, result: { tools: [{ name: 'act', inputSchema: { type: 'object' } }] } });
      }
    });
  });
}

test.for([
  ['a stream that ends', (stream: ServerResponse) => stream.destroy(), 'may have run'],
  [
    'a message that is not taken',
    (_: ServerResponse, _id: number, post: ServerResponse) => post.writeHead(500).end(),
    'may have run',
  ],
  [
    'an event without an end',
    (stream: ServerResponse, _: number, post: ServerResponse) => {
      post.writeHead(202).end();
      stream.write(`data: ${'x'.repeat(20_000)}`);
    },
    'may have run',
  ],
] as const)(
  'G1, G4: %s ends the call with one error, and it stays recorded',
  async ([, fault, text]) => {
    const harness = await behind(await startScript(fault), {
      config: { limits: { answerBytes: 10_000 } },
    });
    const session = await harness.open({}, {}, '/mcp/old');
    const { messages } = await session.call('act');
    expect(messages).toMatchObject([{ error: { message: expect.stringContaining(text) } }]);
    expect([...harness.state.outcomes.values()]).toMatchObject([{ kind: 'unknown' }]);
  },
);

test('a request of the stateless era is told that this server has sessions only', async () => {
  let calls = 0;
  const harness = await behind(await startScript(() => calls++));
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'server/discover',
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
  const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'server/discover' };
  const { messages } = await harness.post(body, headers, '/mcp/old');
  expect(messages[0]).toMatchObject({
    error: { message: expect.stringContaining('begin with initialize') },
  });
  expect(calls).toBe(0);
});
