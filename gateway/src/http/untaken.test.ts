// Servers over HTTP that take what is sent to them and never say so.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '@toolwarden/catalogue';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ACCEPT, startHttpHarness } from '../testing/http-gateway.ts';

const opened = {
  ...{ protocolVersion: '2025-11-25', capabilities: {} },
  serverInfo: { name: 'silent', version: '1' },
};

/** Answers requests, and the first notification, and leaves all others open. */
async function silentServer() {
  const open = { messages: 0 };
  let stream: ServerResponse | undefined;
  const http = createServer((request, response) => {
    if (request.url === '/sse' && request.method === 'GET') {
      stream = response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      return void stream.write('event: endpoint\ndata: /sse\n\n');
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method !== 'POST') return response.writeHead(405).end();
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString());
      if (id !== undefined) {
        const answer = JSON.stringify({ jsonrpc: '2.0', id, result: opened });
        if (request.url !== '/sse') {
          return response.writeHead(200, { 'Content-Type': 'application/json' }).end(answer);
        }
        stream?.write(`data: ${answer}\n\n`);
        return response.writeHead(202).end();
      }
      if (method === 'notifications/initialized') return response.writeHead(202).end();
      open.messages++;
      response.on('close', () => open.messages--);
    });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { open, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/` };
}

async function leaving(
  limits: JsonObject,
  { path = '/mcp/silent', method = 'notifications/progress' } = {},
) {
  const { open, url } = await silentServer();
  const sse = { url: `${url}sse`, transport: 'sse' };
  const servers = path === '/mcp/sse' ? { sse } : { silent: { url } };
  const invariants = { clientLeft: true };
  const harness = await startHttpHarness({ servers, config: { limits }, invariants });
  const session = await harness.open({}, {}, path);
  const headers = { 'Content-Type': 'application/json', Accept: ACCEPT, ...session.headers };
  /** Sends a notification and leaves once the server has it; the status where it was turned away. */
  const tell = async (message: string) => {
    const left = new AbortController();
    const params = { progressToken: 1, progress: 1, message };
    const body = JSON.stringify({ jsonrpc: '2.0', method, params });
    const before = open.messages;
    let status: number | undefined;
    const asked = harness.send({ path, headers, body, signal: left.signal });
    const over = asked.then(
      (got) => {
        status = got.status;
      },
      () => {},
    );
    const isOver = () => open.messages > before || status !== undefined;
    await expect.poll(isOver, { interval: 1 }).toBe(true);
    left.abort();
    await over;
    return status;
  };
  return { open, tell, harness, session };
}

test('G8: what clients told a server and it never took is bounded, also where they left', async () => {
  const limits = { waitingBytesPerGrant: 100_000, bodyBytes: 50_000 };
  const { open, tell } = await leaving(limits);
  const statuses: unknown[] = [];
  for (let n = 0; n < 4; n++) statuses.push(await tell('x'.repeat(30_000)));
  expect(statuses).toEqual([undefined, undefined, undefined, 429]);
  expect(open.messages).toBe(3);
});

test.for(['/mcp/silent', '/mcp/sse'])(
  'G8: so is how many such messages are open at %s, and the end of the session ends them',
  async (path) => {
    const { open, tell, harness, session } = await leaving({}, { path });
    let turnedAway: number | undefined;
    for (let n = 0; n < 300 && turnedAway === undefined; n++) turnedAway = await tell('x');
    expect(turnedAway).toBe(503);
    expect(open.messages).toBeLessThan(300);
    await harness.send({ method: 'DELETE', path, headers: session.headers });
    await expect.poll(() => open.messages).toBe(0);
  },
);

test.for(['/mcp/silent', '/mcp/sse'])(
  'G3, I9: a message that %s does not take for a minute is given up, and its client answered',
  async (path) => {
    const { open, harness, session } = await leaving({ inFlightPerGrant: 2 }, { path });
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const news = { jsonrpc: '2.0', method: 'notifications/roots/list_changed' };
    const told = [1, 2].map(() => harness.post(news, session.headers, path));
    await expect.poll(() => open.messages).toBe(2);
    expect((await harness.ask('tools/list')).status).toBe(429);
    vi.advanceTimersByTime(60_000);
    expect((await Promise.all(told)).map(({ status }) => status)).toEqual([202, 202]);
    expect((await harness.ask('tools/list')).status).toBe(200);
  },
);

test('G8: at /mcp a server that takes no news is told no more of it', async () => {
  const method = 'notifications/roots/list_changed';
  const { open, tell, harness, session } = await leaving(
    { drainMs: 100 },
    { path: '/mcp', method },
  );
  for (let n = 0; n < 256; n++) await tell('x');
  expect(open.messages).toBe(256);
  const news = { jsonrpc: '2.0', method };
  for (let n = 0; n < 20; n++) harness.post(news, session.headers, '/mcp').catch(() => {});
  await expect.poll(() => harness.gateway.load().inFlight).toBe(20);
  await pause(100);
  expect(open.messages).toBe(256);
});
