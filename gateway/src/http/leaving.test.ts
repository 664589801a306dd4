import { connect } from 'node:net';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { State } from '../state/state.ts';
import { ACCEPT, startHttpHarness } from '../testing/http-gateway.ts';

const TOKEN = 'token-of-a-1234567890';
const bearer = { Authorization: `Bearer ${TOKEN}` };

/** As with Redis, a lookup takes its time; this one as long as wanted. */
function slowLookups() {
  let waiting: (() => void)[] = [];
  const slow = { isSlow: false, asked: 0 };
  const throughState = (state: State): State => ({
    ...state,
    async findGrant(token, at) {
      slow.asked++;
      if (slow.isSlow) await new Promise<void>((done) => waiting.push(done));
      return state.findGrant(token, at);
    },
  });
  const finish = () => {
    for (const each of waiting) each();
    waiting = [];
    slow.isSlow = false;
  };
  return { slow, throughState, finish };
}

/** Until what came to the sockets was heard: a timer alone may be due before they are looked at. */
async function heard() {
  await pause(50);
  for (let turns = 0; turns < 20; turns++) await turn();
}

test('clients that leave while they are being looked up keep no place and no stream', async () => {
  const { slow, throughState, finish } = slowLookups();
  const harness = await startHttpHarness({ grants: { [TOKEN]: ['test'] }, throughState });
  const session = await harness.open(bearer);
  const before = slow.asked;
  slow.isSlow = true;
  const lines = [
    `Host: 127.0.0.1:${harness.port}`,
    ...['Content-Type: application/json', `Accept: ${ACCEPT}`, 'Content-Length: 2'],
    ...Object.entries(session.headers).map(([name, value]) => `${name}: ${value}`),
  ];
  const sockets = Array.from({ length: 40 }, (_, n) => {
    const socket = connect(harness.port, '127.0.0.1');
    socket.on('error', () => {});
    const method = n % 2 === 0 ? 'POST' : 'GET';
    socket.write([`${method} /mcp/test HTTP/1.1`, ...lines, '', '{}'].join('\r\n'));
    return socket;
  });
  await expect.poll(() => slow.asked).toBe(before + sockets.length);
  for (const socket of sockets) socket.resetAndDestroy();
  await heard();
  finish();
  await heard();
  await expect.poll(() => harness.gateway.load().inFlight).toBe(0);
  expect(harness.server.seen.filter(({ method }) => method === 'GET')).toEqual([]);
  expect((await session.call('act')).status).toBe(200);
});

/** A program that answers the opening, and then reads no more. */
const DEAF = `
  process.stdin.once('data', (text) => {
    process.stdin.pause();
    const { id } = JSON.parse(String(text).split('\\n')[0]);
    const serverInfo = { name: 'deaf', version: '1' };
    const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo };
    console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  setInterval(() => {}, 1000);
`;

test('what waits for a program that does not read is bounded', async () => {
  const deaf = { command: process.execPath, args: ['-e', DEAF] };
  const harness = await startHttpHarness({ servers: { deaf } });
  const session = await harness.open({}, {}, '/mcp/deaf');
  const text = 'x'.repeat(1_000_000);
  const params = { _meta: { a: text, b: text, c: text } };
  const notice = { jsonrpc: '2.0', method: 'notifications/initialized', params };
  const statuses: number[] = [];
  for (let n = 0; n < 8; n++) {
    statuses.push((await harness.post(notice, session.headers, '/mcp/deaf')).status);
  }
  expect(statuses).toEqual([202, 202, 202, 202, 202, 202, 503, 503]);
});
