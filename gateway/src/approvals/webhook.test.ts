import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMemoryState } from '../state/memory-state.ts';
import { entry, judgeOf } from '../testing/judged-calls.ts';
import { announcing } from './announce.ts';
import { createWebhook, type WaitingCall } from './webhook.ts';

const key = randomBytes(32);
const secret = `whsec_${key.toString('base64')}`;
const call: WaitingCall = {
  ...{ id: 'a1', grant: 'g', server: 's', tool: 'pay', reason: 'it spends money' },
  at: 1_800_000_000_000,
};

let received: { headers: IncomingHttpHeaders; body: string; url: string }[];
let answers: number[];
let lost: string[];
let server: Server;
let url: string;
beforeEach(async () => {
  received = [];
  answers = [];
  lost = [];
  server = createServer(async (request, response) => {
    const { headers, url: path = '' } = request;
    received.push({ headers, body: await text(request), url: path });
    const status = answers.shift() ?? 204;
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterEach(() => void server.close());

const webhook = (more = {}) =>
  createWebhook({ url, secret, onLost: (why) => lost.push(why), pauses: [1, 1], ...more });

test('a call is told of once, signed so that its receiver can check it', async () => {
  const sent = webhook();
  sent.tell(call);
  sent.tell(call);
  await sent.close();
  expect(received).toHaveLength(1);
  const [{ headers, body }] = received as [(typeof received)[number]];
  const signed = `a1.${headers['webhook-timestamp']}.${body}`;
  const expected = createHmac('sha256', key).update(signed).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  expect(JSON.parse(body)).toMatchObject({
    type: 'approval.waiting',
    timestamp: '2027-01-15T08:00:00.000Z',
    data: { id: 'a1', tool: 'pay' },
  });
});

test('questions of a state are told of as they are asked, without their arguments', async () => {
  const sent = webhook();
  const state = announcing(createMemoryState(), sent);
  for (const tool of ['read', 'pay', 'pay']) {
    const asked = entry(tool, {
      arguments: { secret: 'canary' },
      argumentsText: '{"secret":"canary"}',
    });
    state.record(asked, judgeOf(asked));
  }
  await sent.close();
  expect(received.map(({ body }) => JSON.parse(body).data)).toEqual([
    expect.objectContaining({
      tool: 'pay',
      grant: 'local',
      server: 's',
      reason: 'it spends money',
    }),
  ]);
  expect(received[0]?.body).not.toContain('canary');
});

test('a receiver that fails is tried again, with the same id', async () => {
  answers = [500, 503];
  const sent = webhook();
  sent.tell(call);
  await expect.poll(() => received.length).toBe(3);
  await sent.close();
  expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['a1', 'a1', 'a1']);
  expect(lost).toEqual([]);
});

test('a redirect is not followed, and what cannot be delivered is said', async () => {
  answers = [302, 302, 302];
  const sent = webhook();
  sent.tell(call);
  await expect.poll(() => lost.length).toBe(1);
  expect(received.map((each) => each.url)).toEqual(['/hook', '/hook', '/hook']);
  expect(lost[0]).toMatch(/approval a1 waits unannounced/);
});

test('a receiver that never answers holds nothing up', async () => {
  server.removeAllListeners('request');
  const sent = webhook({ timeoutMs: 20, pauses: [] });
  sent.tell(call);
  await sent.close();
  expect(lost).toHaveLength(1);
  server.closeAllConnections();
});

test.for([
  ['http://example.com/', secret, /expected https/],
  ['file:///etc/passwd', secret, /expected https/],
  ['https://example.com/', 'short', /whsec_/],
  ['https://example.com/', 'whsec_c2hvcnQ=', /24 bytes/],
])('%s with %s is refused', ([address, key, message]) => {
  const options = { url: address as string, secret: key as string, onLost: () => {} };
  expect(() => createWebhook(options)).toThrow(message as RegExp);
});
