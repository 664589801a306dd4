import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
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
  await pause(50);
  finish();
  await pause(50);
  expect(harness.gateway.load().inFlight).toBe(0);
  expect(harness.server.seen.filter(({ method }) => method === 'GET')).toEqual([]);
  expect((await session.call('act')).status).toBe(200);
});
