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

/** Listens for all scripted servers of all runs; each has a path of its own. */
export async function listenForScripts(): Promise<{
  /** Puts a server on, and gives its address. */
  add(path: string, stage: Stage): string;
  close(): Promise<void>;
}> {
  const stages = new Map<string, Stage>();
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const http = createServer((request, response) => {
    const stage = stages.get((request.url ?? '').split('?', 1)[0] ?? '');
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
  stage.world.requests.push({ path: request.url ?? '', headers, body });
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

function serverOf({ name, script, world }: Stage): Server {
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
    const tool = toolsOf(script, world).find((each) => each.name === params.name);
    if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, 'unknown tool');
    const args = (params.arguments ?? {}) as JsonObject;
    world.calls.push({ server: name, tool: tool.name, arguments: args });
    const result = await tool.run(args, world, asksOf(server));
    return typeof result === 'string'
      ? { content: [{ type: 'text', text: result }] }
      : (result as never);
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
