// The server behind the conformance runs: it speaks both eras and has everything that the suites call by name. Prints its
// address. `npm run conformance` starts it; the gateway stands before it in the second run.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import {
  createMcpHandler,
  type EventStore,
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  McpServer,
  originValidationResponse,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { addPlainParts } from './plain-parts.ts';
import { addRoundTools, roundState } from './round-tools.ts';
import { addAskingTools, addTalkingTools } from './talking-tools.ts';

const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  logging: {},
  completions: {},
};
const info = { name: 'conformance-fixture', version: '1.0.0' };

const stateless = createMcpHandler(
  () => {
    const server = new McpServer(info, {
      capabilities,
      requestState: { verify: roundState.verify },
    });
    addPlainParts(server);
    addTalkingTools(server);
    addRoundTools(server);
    const trigger = (name: string, change: () => void) =>
      server.registerTool(
        name,
        { description: 'Says that a list changed', inputSchema: z.object({}) },
        () => {
          change();
          return { content: [{ type: 'text' as const, text: 'Changed' }] };
        },
      );
    trigger('test_trigger_tool_change', () => stateless.notify.toolsChanged());
    trigger('test_trigger_prompt_change', () => stateless.notify.promptsChanged());
    return server;
  },
  { legacy: 'reject' },
);

const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();

async function answerSession(request: Request): Promise<Response> {
  const id = request.headers.get('mcp-session-id');
  const known = id === null ? undefined : sessions.get(id);
  if (known !== undefined) return known.handleRequest(request);
  if (id !== null) return new Response('no such session', { status: 404 });
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (made) => void sessions.set(made, transport),
    onsessionclosed: (ended) => void sessions.delete(ended),
    eventStore: createEventStore(),
    retryInterval: 200,
  });
  await createSessionServer().connect(transport);
  return transport.handleRequest(request);
}

function createSessionServer(): McpServer {
  const server = new McpServer(info, { capabilities });
  addPlainParts(server);
  addTalkingTools(server);
  addAskingTools(server);
  for (const method of ['resources/subscribe', 'resources/unsubscribe'] as const) {
    server.server.setRequestHandler(method, () => ({}));
  }
  return server;
}

/** Events in memory, so that a client that comes back gets what it missed. */
function createEventStore(): EventStore {
  const events: { id: string; stream: string; message: Parameters<EventStore['storeEvent']>[1] }[] =
    [];
  return {
    async storeEvent(stream, message) {
      const id = `${stream}/${events.length}`;
      events.push({ id, stream, message });
      return id;
    },
    async replayEventsAfter(lastId, { send }) {
      const from = events.findIndex(({ id }) => id === lastId);
      const { stream = '' } = events[from] ?? {};
      for (const each of events.slice(from + 1)) {
        if (each.stream === stream && Object.keys(each.message).length > 0) {
          await send(each.id, each.message);
        }
      }
      return stream;
    },
  };
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.on('close', () => gone.abort());
  const hasBody = incoming.method === 'POST';
  const request = new Request(`http://${incoming.headers.host ?? 'localhost'}${incoming.url}`, {
    method: incoming.method ?? 'GET',
    headers: incoming.headers as Record<string, string>,
    signal: gone.signal,
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
  });
  const response =
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins()) ??
    ((await isLegacyRequest(request))
      ? await answerSession(request)
      : await stateless.fetch(request));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.flushHeaders();
  if (response.body === null) outgoing.end();
  else {
    for await (const chunk of response.body) {
      if (outgoing.destroyed) break;
      outgoing.write(chunk);
    }
    outgoing.end();
  }
}

const server = createServer((incoming, outgoing) => {
  serve(incoming, outgoing).catch((error: Error) => {
    if (!outgoing.headersSent) outgoing.writeHead(500);
    outgoing.end(error.message);
  });
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`http://127.0.0.1:${port}/mcp\n`);
});
