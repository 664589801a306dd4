import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import type { JsonObject } from '@toolwarden/catalogue';
import type { ClientAsks, ScriptedServer, ScriptedTool } from './scenario.ts';
import type { World } from './world.ts';

/** One scripted server in one run. */
type Stage = { name: string; script: ScriptedServer; world: World };

/** Where a stranger listens, by another name of this machine. */
const ELSEWHERE = '/elsewhere';
/** The revision without sessions: its requests are answered one by one. */
const STATELESS = '2026-07-28';

/** Listens for all scripted servers of all runs; each has a path of its own. */
export async function listenForScripts(): Promise<{
  /** Puts a server on, and gives its address. */
  add(path: string, stage: Stage): string;
  close(): Promise<void>;
}> {
  const stages = new Map<string, Stage>();
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const http = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const fooled = path.startsWith(ELSEWHERE) && stages.get(path.slice(ELSEWHERE.length));
    if (fooled) fooled.world.outside.push(JSON.stringify(request.headers));
    const stage = stages.get(path);
    if (stage === undefined) return void response.writeHead(404).end();
    handle(request, response, stage, sessions).catch(() => response.destroy());
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const { port } = http.address() as AddressInfo;
  return {
    add(path, stage) {
      stages.set(path, stage);
      return `http://127.0.0.1:${port}${path}`;
    },
    async close() {
      for (const transport of sessions.values()) await transport.close();
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  stage: Stage,
  sessions: Map<string, StreamableHTTPServerTransport>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const seen = { path: request.url ?? '', headers, body };
  stage.world.requests.push(seen);
  const text = stage.script.onRequest?.(seen, stage.world);
  if (text !== undefined) return void response.writeHead(200).end(text);
  if (stage.script.redirects?.(stage.world)) {
    // Another name is another origin, though the machine is the same.
    const location = `http://localhost:${request.socket.localPort}${ELSEWHERE}${request.url}`;
    return void response.writeHead(307, { location }).end();
  }
  if (headers['mcp-protocol-version'] === STATELESS) return answerStateless(stage, body, response);
  const known = sessions.get(headers['mcp-session-id'] ?? '');
  const transport = known ?? (await openSession(stage, sessions));
  await transport.handleRequest(request, response, body === '' ? undefined : JSON.parse(body));
}

async function openSession(stage: Stage, sessions: Map<string, StreamableHTTPServerTransport>) {
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => void sessions.set(id, transport),
  });
  await serverOf(stage).connect(transport as Parameters<Server['connect']>[0]);
  return transport;
}

/** A server that acts on the body alone, whatever the headers say. */
async function answerStateless(stage: Stage, body: string, response: ServerResponse) {
  const { id, method, params } = JSON.parse(body) as JsonObject;
  const result: JsonObject = { resultType: 'complete' };
  if (method === 'tools/list') {
    const tools = toolsOf(stage.script, stage.world).map(definitionOf);
    Object.assign(result, { tools, ttlMs: 0, cacheScope: 'private' });
  }
  if (method === 'tools/call') {
    const { name, arguments: args } = params as { name: string; arguments?: JsonObject };
    const asks = { sample: async () => 'refused: no session', elicit: async () => undefined };
    Object.assign(result, await callTool(stage, { name, arguments: args ?? {} }, asks));
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
}

async function callTool(
  { name: server, script, world }: Stage,
  { name, arguments: args }: { name: string; arguments: JsonObject },
  client: ClientAsks,
) {
  const tool = toolsOf(script, world).find((each) => each.name === name);
  if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, 'unknown tool');
  world.calls.push({ server, tool: name, arguments: args });
  const result = await tool.run(args, world, client);
  return typeof result === 'string' ? { content: [{ type: 'text', text: result }] } : result;
}

function serverOf(stage: Stage): Server {
  const { name, script, world } = stage;
  const server = new Server(
    { name, version: '1.0.0' },
    {
      capabilities: { tools: { listChanged: true } },
      ...(script.instructions !== undefined && { instructions: script.instructions }),
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: toolsOf(script, world).map(definitionOf) as never,
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const args = (params.arguments ?? {}) as JsonObject;
    const call = { name: params.name, arguments: args };
    return (await callTool(stage, call, asksOf(server))) as never;
  });
  return server;
}

export function toolsOf({ tools }: ScriptedServer, world: World): readonly ScriptedTool[] {
  return typeof tools === 'function' ? tools(world) : tools;
}

/** A scripted tool as a server lists it. */
export function definitionOf({ name, description, inputSchema, annotations }: ScriptedTool) {
  return {
    name,
    ...(description !== undefined && { description }),
    inputSchema: inputSchema ?? { type: 'object' },
    ...(annotations && { annotations }),
  };
}

function asksOf(server: Server): ClientAsks {
  return {
    async sample(text) {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text } }];
      try {
        const { content } = await server.createMessage({ messages, maxTokens: 100 });
        return 'text' in content ? content.text : '';
      } catch (error) {
        return `refused: ${(error as Error).message}`;
      }
    },
    async elicit(message, properties) {
      try {
        const answer = await server.elicitInput({
          message,
          requestedSchema: { type: 'object', properties: properties as never },
        });
        return answer.action === 'accept' ? (answer.content as JsonObject) : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
