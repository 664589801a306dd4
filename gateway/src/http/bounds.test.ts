// What callers may hold open and in memory, and for how long.
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { metaKeys } from '../protocol/methods.ts';
import { ACCEPT, startHttpHarness, VERSION } from '../testing/http-gateway.ts';
import type { HttpScript } from '../testing/scripted-server.ts';
import { Backlog } from './backlog.ts';

const TOKEN = 'token-of-a-1234567890';
const OTHER = 'token-of-b-1234567890';
const bearer = (token = TOKEN) => ({ Authorization: `Bearer ${token}` });

/** Streams stay open, and calls wait until they are let go. */
function patient() {
  const held: (() => void)[] = [];
  const streams = { open: 0 };
  const script: HttpScript = ({ method, id, answer, response }) => {
    if (method === 'GET' || method === 'subscriptions/listen') {
      streams.open++;
      response.on('close', () => streams.open--);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const params = { _meta: { 'io.modelcontextprotocol/subscriptionId': id } };
      const method = 'notifications/subscriptions/acknowledged';
      response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method, params })}\n\n`);
      return true;
    }
    if (method !== 'tools/call') return undefined;
    held.push(() => answer({ content: [], resultType: 'complete' }));
    return true;
  };
  return { held, streams, script };
}

/** Opens the stream of an era; settles with whether it is still open. */
async function openStream(port: number, headers: Record<string, string>, body?: string) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const method = body === undefined ? 'GET' : 'POST';
  const response = await fetch(`http://127.0.0.1:${port}/mcp/test`, {
    ...{ method, headers, signal: leaving.signal },
    ...(body !== undefined && { body }),
  });
  const stream = { status: response.status, isOpen: true };
  const read = async () => {
    const reader = response.body?.getReader();
    while (reader !== undefined && (await reader.read()).done !== true);
  };
  void read()
    .catch(() => {})
    .then(() => {
      stream.isOpen = false;
    });
  return stream;
}

const listening = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 'sub', method: 'subscriptions/listen' },
  params: {
    notifications: { toolsListChanged: true },
    _meta: { [metaKeys.version]: VERSION, [metaKeys.capabilities]: {} },
  },
});

test('A5: open streams of both eras end when their grant is revoked, at the server too; those of others stay', {
  timeout: 300_000,
}, async () => {
  const { script, streams } = patient();
  const harness = await startHttpHarness({
    ...{ script, grants: { [TOKEN]: ['test'], [OTHER]: ['test'] } },
  });
  const open = async (token: string) => {
    const session = await harness.open(bearer(token));
    return [
      await openStream(harness.port, { ...session.headers, Accept: 'text/event-stream' }),
      await openStream(
        harness.port,
        {
          ...{ ...bearer(token), 'Content-Type': 'application/json', Accept: ACCEPT },
          ...{ 'MCP-Protocol-Version': VERSION, 'Mcp-Method': 'subscriptions/listen' },
        },
        listening,
      ),
    ];
  };
  const [revoked, kept] = [await open(TOKEN), await open(OTHER)];
  expect([...revoked, ...kept].map(({ status, isOpen }) => [status, isOpen])).toEqual(
    Array(4).fill([200, true]),
  );
  await expect.poll(() => streams.open).toBe(4);
  harness.grants.delete(TOKEN);
  const states = () => [...revoked, ...kept].map(({ isOpen }) => isOpen);
  await expect.poll(states, { timeout: 100_000 }).toEqual([false, false, true, true]);
  await expect.poll(() => streams.open).toBe(2);
});

test('G8: what requests without an answer hold is bounded for a grant and in all, also where their clients left', async () => {
  const { script, held } = patient();
  const grants = { [TOKEN]: ['test'], [OTHER]: ['test'] };
  const limits = { bodyBytes: 20_000, waitingBytesPerGrant: 40_000, waitingBytes: 45_000 };
  const harness = await startHttpHarness({
    ...{ script, grants, config: { limits }, invariants: { clientLeft: true } },
  });
  const session = await harness.open(bearer());
  const text = 'x'.repeat(15_000);
  const leaving = new AbortController();
  for (let n = 1; n <= 2; n++) {
    const body = {
      jsonrpc: '2.0',
      id: n,
      method: 'tools/call',
      params: { name: 'act', arguments: { text } },
    };
    const headers = { 'Content-Type': 'application/json', Accept: ACCEPT, ...session.headers };
    const asked = harness.send({ headers, body: JSON.stringify(body), signal: leaving.signal });
    asked.catch(() => {});
    await expect.poll(() => held.length).toBe(n);
  }
  // In this era leaving ends nothing, so what was sent is still held.
  leaving.abort();
  await expect.poll(() => harness.gateway.load().inFlight).toBe(0);
  const third = await session.call('act', { text });
  expect([third.status, third.headers['retry-after']]).toEqual([429, '1']);
  const other = await harness.open(bearer(OTHER));
  expect((await other.call('act', { text: `${text}${'y'.repeat(4_000)}` })).status).toBe(503);
  for (const finish of held.splice(0)) finish();
  await expect.poll(() => harness.state.outcomes.size).toBe(2);
  const again = session.call('act', { text });
  await expect.poll(() => held.length).toBe(1);
  held[0]?.();
  expect((await again).status).toBe(200);
});

test('G8: more connections than may be are closed at once, and the others are served', async () => {
  const harness = await startHttpHarness({
    ...{ config: { limits: { connections: 3 } }, invariants: { clientLeft: true } },
  });
  const sockets = [0, 1, 2].map(() => connect(harness.port, '127.0.0.1'));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(sockets.map((socket) => new Promise((done) => socket.once('connect', done))));
  await expect(harness.ask('tools/list')).rejects.toThrow();
  sockets.pop()?.destroy();
  const status = () => harness.ask('tools/list').then(({ status }) => status, String);
  await expect.poll(status).toBe(200);
});

test('G6: of slow readers those with most unread are dropped, and only where all together have too much', () => {
  const reader = (waitingBytes: number) => ({
    ...{ waitingBytes, isDropped: false },
    drop() {
      this.isDropped = true;
    },
  });
  const backlog = new Backlog(() => 1_000);
  const readers = [reader(100), reader(700), reader(0), reader(400)];
  const dropped = () => readers.map(({ isDropped }) => isDropped);
  for (const each of readers.slice(0, 3)) backlog.wrote(each, 200);
  expect(dropped()).toEqual([false, false, false, false]);
  backlog.wrote(readers[3] as (typeof readers)[0], 200);
  expect(dropped()).toEqual([false, true, false, false]);
});
