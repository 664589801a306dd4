import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ACCEPT, startHttpHarness } from '../testing/http-gateway.ts';
import { startTcpProxy } from '../testing/tcp-proxy.ts';

/** Short for a test, and longer than a busy machine lets a call wait that is answered. */
const fast = { limits: { idleMs: 5_000, hardMs: 10_000 } };

test('G1: a server that dies in a call leaves one answer, one record and no second try', async () => {
  const harness = await startHttpHarness({
    policy: {
      version: '1',
      default: 'deny',
      tools: { act: { limits: [{ max: 3, window: 'hour' }] } },
    },
    script: ({ method, response }) => {
      if (method !== 'tools/call') return undefined;
      response.destroy();
      return true;
    },
  });
  const session = await harness.open();
  const first = await session.call('act');
  expect(first.messages[0]).toMatchObject({
    error: { message: expect.stringContaining('may have run') },
  });
  const second = await harness.ask('tools/call', { name: 'act' });
  expect(second.messages[0]).toMatchObject({ error: { code: -32000 } });
  expect(harness.reached()).toHaveLength(2);
  expect([...harness.state.outcomes.values()].map(({ kind }) => kind)).toEqual([
    'unknown',
    'unknown',
  ]);
  expect(harness.broken({ ceilings: { act: 3 } })).toEqual([]);
});

test('G2: a server that keeps dying is not started again at once, and others are served', async () => {
  const harness = await startHttpHarness({
    servers: { dying: { command: process.execPath, args: ['-e', 'process.exit(3)'] } },
  });
  const statuses: number[] = [];
  for (let n = 0; n < 8; n++) {
    const initialize = {
      ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 't', version: '1' },
      },
    };
    const got = await harness.post(initialize, {}, '/mcp/dying');
    statuses.push(got.status);
    if (got.status === 503) expect(Number(got.headers['retry-after'])).toBeGreaterThan(0);
    else
      expect(got.messages[0]).toMatchObject({
        error: { message: expect.stringContaining('ended') },
      });
  }
  // Not at once, but after a second, and then after twice as long each time, which a busy machine may let pass here.
  expect(statuses.slice(0, 1)).toEqual([200]);
  expect(statuses.filter((status) => status === 200).length).toBeLessThan(5);
  expect((await (await harness.open()).call('act')).status).toBe(200);
  expect(harness.gateway.load()).toEqual({ inFlight: 0, sessions: 1 });
});

test('G3: a server that does not answer ends at the deadline; what waits is told, others are not held up', async () => {
  const harness = await startHttpHarness({
    config: fast,
    script: ({ method, params }) => {
      const { text } = (params['arguments'] ?? {}) as { text?: string };
      return method === 'tools/call' && text === 'hang' ? true : undefined;
    },
  });
  const session = await harness.open();
  const hanging = session.call('act', { text: 'hang' });
  expect((await session.call('act', { text: 'fine' })).messages[0]).toMatchObject({ result: {} });
  expect((await hanging).messages[0]).toMatchObject({ error: { code: -32001 } });
  await expect.poll(() => cancellations(harness.happenings)).toBe(1);
});

const cancellations = (happenings: readonly { kind: string }[]) =>
  happenings.filter((each) => JSON.stringify(each).includes('notifications/cancelled')).length;

test('G4: a connection that breaks anywhere ends the call, leaks nothing, and heals', async () => {
  const harness = await startHttpHarness({ config: fast });
  const proxy = await startTcpProxy(harness.server.port);
  onTestFinished(() => proxy.close());
  writeFileSync(
    harness.config,
    JSON.stringify({
      ...{ listen: { port: 0 }, admin: false, grants: 'open', ...fast },
      servers: { test: { url: `http://127.0.0.1:${proxy.port}/mcp` } },
      policies: { p: harness.policy },
    }),
  );
  await harness.gateway.reload();
  const call = () => harness.ask('tools/call', { name: 'act' });
  expect((await call()).messages[0]).toMatchObject({ result: {} });
  for (let n = 0; n < 5; n++) {
    proxy.cutAfter((chunk) => chunk.includes('tools/call'));
    expect((await call()).messages[0]).toMatchObject({ error: { code: -32000 } });
    expect((await call()).messages[0]).toMatchObject({ result: {} });
  }
  proxy.cut();
  await expect.poll(async () => (await call()).messages[0]).toMatchObject({ result: {} });
  expect(harness.gateway.load().inFlight).toBe(0);
});

test('G4: half an event, junk and an answer to something else end in an error', async () => {
  const bodies: [type: string, body: (id: unknown) => string][] = [
    ['text/event-stream', (id) => `data: {"jsonrpc":"2.0","id":${id},"resu`],
    ['text/event-stream', () => 'data: {"jsonrpc":"2.0","id":999999,"result":{}}\n\n'],
    ['application/json', () => '{"jsonrpc":"2.0","id":999999,"result":{}}'],
    ['application/json', (id) => `{"jsonrpc":"2.0","id":${id},"result":{},"result":{}}`],
    [
      'application/json',
      (id) => `{"jsonrpc":"2.0","id":${id},"result":{},"method":"sampling/createMessage"}`,
    ],
    ['application/json', () => ''],
    ['text/html', () => '<html>'],
  ];
  let turn = 0;
  const harness = await startHttpHarness({
    script: ({ method, id, response }) => {
      if (method !== 'tools/call') return undefined;
      const [type = '', body = () => ''] = bodies[turn++] ?? [];
      response.writeHead(200, { 'Content-Type': type }).end(body(id));
      return true;
    },
  });
  const session = await harness.open();
  for (const [type] of bodies) {
    const { messages } = await session.call('act');
    expect([type, messages]).toMatchObject([type, [{ error: { code: -32000 } }]]);
  }
});

test('G5: clients that connect, call and leave leave nothing behind', async () => {
  const harness = await startHttpHarness({ invariants: { clientLeft: true } });
  await harness.ask('tools/list');
  const before = process.getActiveResourcesInfo().length;
  for (let n = 0; n < 200; n++) {
    const leaving = new AbortController();
    const asked = harness
      .ask('tools/call', { name: 'act' }, { signal: leaving.signal })
      .catch(() => {});
    if (n % 2 === 0) await new Promise((done) => setImmediate(done));
    leaving.abort();
    await asked;
  }
  await expect.poll(() => harness.gateway.load().inFlight).toBe(0);
  await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThan(before + 20);
  expect(harness.broken({ clientLeft: true })).toEqual([]);
});

test('G6: what waits for a client that does not read is bounded', async () => {
  let sent = 0;
  const harness = await startHttpHarness({
    config: { limits: { answerBytes: 60_000_000 } },
    script: ({ method, id, response }) => {
      if (method !== 'tools/call') return undefined;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const message = {
        jsonrpc: '2.0',
        method: 'notifications/message',
        params: { data: 'x'.repeat(1e6) },
      };
      const event = `data: ${JSON.stringify(message)}\n\n`;
      const more = () => {
        while (sent < 100 && !response.destroyed) {
          sent++;
          if (!response.write(event)) return void response.once('drain', more);
        }
        response.end(
          `data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`,
        );
      };
      more();
      return true;
    },
  });
  const session = await harness.open();
  const socket = await rawRequest(harness.port, session.headers, 'act');
  socket.pause();
  await expect.poll(() => sent).toBeGreaterThan(0);
  await new Promise((done) => setTimeout(done, 800));
  // Of 100 MB the server could send what the sockets on both sides take, so nobody holds the rest.
  expect(sent).toBeLessThan(40);
  socket.destroy();
});

test('G7: whoever sends headers or a body too slowly is cut off, and others are served', async () => {
  const harness = await startHttpHarness({
    config: { limits: { headerMs: 3_000, bodyMs: 4_000 } },
  });
  const slow = [...Array(50).keys()].map((n) => {
    const socket = connect(harness.port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise<void>((done) => socket.on('close', () => done()));
    const head = `POST /mcp/test HTTP/1.1\r\nHost: localhost:${harness.port}\r\n`;
    socket.write(
      n % 2 === 0
        ? head
        : `${head}Content-Type: application/json\r\nAccept: ${ACCEPT}\r\nContent-Length: 100\r\n\r\n{"js`,
    );
    socket.resume();
    return closed;
  });
  expect((await harness.ask('tools/call', { name: 'act' })).status).toBe(200);
  await Promise.all(slow);
  expect(harness.gateway.load().inFlight).toBe(0);
});

test('G8, G9: more requests and sessions than may be are turned away at the door, by caller and in all', async () => {
  const held: (() => void)[] = [];
  const harness = await startHttpHarness({
    grants: {
      'token-of-a-1234567890': ['test'],
      'token-of-b-1234567890': ['test'],
      'token-of-c-1234567890': ['test'],
    },
    config: { limits: { inFlight: 3, inFlightPerGrant: 2, sessions: 3, sessionsPerGrant: 2 } },
    script: ({ method, answer }) => {
      if (method !== 'tools/call') return undefined;
      held.push(() => answer({ content: [], resultType: 'complete' }));
      return true;
    },
  });
  const by = (who: string) => ({ Authorization: `Bearer token-of-${who}-1234567890` });
  const ask = (who: string) => harness.ask('tools/call', { name: 'act' }, { headers: by(who) });
  const first = [ask('a'), ask('a')];
  await expect.poll(() => held.length).toBe(2);
  const third = await ask('a');
  expect([third.status, Number(third.headers['retry-after'])]).toEqual([429, 1]);
  first.push(ask('b'));
  await expect.poll(() => held.length).toBe(3);
  expect((await ask('c')).status).toBe(503);
  for (const finish of held) finish();
  expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200]);

  const opened = [await harness.open(by('a')), await harness.open(by('a'))];
  expect((await harness.open(by('a'))).opened.status).toBe(429);
  await harness.open(by('b'));
  expect((await harness.open(by('c'))).opened.status).toBe(503);
  await harness.send({ method: 'DELETE', headers: opened[0]?.headers ?? {} });
  expect((await harness.open(by('c'))).opened.status).toBe(200);
  // What is turned away at the door is answered before its id is read.
  expect(harness.broken({ clientLeft: true })).toEqual([]);
});

test('P12: however many call at once, exactly as many reach the server as a limit says', async () => {
  const harness = await startHttpHarness({
    policy: {
      version: '1',
      default: 'deny',
      tools: { act: { limits: [{ max: 100, window: 'hour' }] } },
    },
    config: { limits: { inFlightPerGrant: 64 } },
  });
  let left = 1_000;
  const refused: string[] = [];
  const client = async (index: number) => {
    const session = index % 2 === 0 ? await harness.open() : undefined;
    while (left-- > 0) {
      const { messages } = await (session?.call('act') ??
        harness.ask('tools/call', { name: 'act' }));
      const text = JSON.stringify(messages);
      if (!text.includes('"done"')) refused.push(text);
    }
  };
  await Promise.all([...Array(64).keys()].map(client));
  expect(harness.reached()).toHaveLength(100);
  expect(refused).toHaveLength(900);
  for (const text of refused) expect(text).toContain('the limit frees up with time');
  expect(harness.broken({ ceilings: { act: 100 } })).toEqual([]);
});

test('P2: a broken configuration or policy changes nothing, and health says so', async () => {
  const harness = await startHttpHarness({
    policy: { version: '1', default: 'deny', tools: { act: {} } },
  });
  const passes = async () => {
    const { messages } = await harness.ask('tools/call', { name: 'act' });
    return JSON.stringify(messages).includes('"done"');
  };
  expect(await passes()).toBe(true);
  for (const text of ['', '{', '{"version":"1","defualt":"allow"}', '[]', '{"version":"2"}']) {
    writeFileSync(harness.policy, text);
    await harness.gateway.reload();
    expect(await passes()).toBe(true);
  }
  writeFileSync(harness.config, '{"servers":{}}');
  await harness.gateway.reload();
  expect(await passes()).toBe(true);
  expect(harness.log.filter((line) => line.includes('stays in force')).length).toBeGreaterThan(4);
  writeFileSync(harness.policy, JSON.stringify({ version: '1', default: 'deny' }));
  await harness.gateway.reload();
  expect(await passes()).toBe(false);
  expect(join(harness.folder, 'policy.json')).toBe(harness.policy);
});

test('redirects are not followed, and what a server says of our credentials is not the client’s', async () => {
  let status = 302;
  const harness = await startHttpHarness({
    script: ({ method, response }) => {
      if (method !== 'tools/call' && method !== 'GET') return undefined;
      response
        .writeHead(status, { Location: '/mcp', 'WWW-Authenticate': 'Bearer x="canary"' })
        .end('no');
      return true;
    },
  });
  const session = await harness.open();
  for (status of [301, 302, 307, 308, 401, 403, 500]) {
    const seen = harness.server.seen.length;
    const { messages, headers } = await session.call('act');
    expect([status, messages[0]]).toMatchObject([status, { error: { code: -32000 } }]);
    expect(headers).not.toHaveProperty('www-authenticate');
    expect(harness.server.seen.length - seen).toBeLessThanOrEqual(2);
    const stream = await harness.send({
      method: 'GET',
      headers: { ...session.headers, Accept: 'text/event-stream' },
    });
    expect([status, stream.status]).toEqual([status, 502]);
  }
});

test('G5: a client that leaves while it opens a session leaves no session', async () => {
  const harness = await startHttpHarness({
    invariants: { clientLeft: true },
    script: ({ method }) => (method === 'initialize' ? true : undefined),
  });
  const leaving = new AbortController();
  const opening = harness.send({
    headers: { 'Content-Type': 'application/json', Accept: ACCEPT },
    body: '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}',
    signal: leaving.signal,
  });
  await expect.poll(() => harness.gateway.load().sessions).toBe(1);
  leaving.abort();
  await expect(opening).rejects.toThrow();
  await expect.poll(() => harness.gateway.load()).toEqual({ inFlight: 0, sessions: 0 });
});

test('I4: without a record nothing passes, in either era', async () => {
  const harness = await startHttpHarness();
  const session = await harness.open();
  await session.request('tools/list');
  harness.state.fail(new Error('no store'));
  expect((await session.call('act')).messages[0]).toMatchObject({ result: { isError: true } });
  expect((await harness.ask('tools/call', { name: 'act' })).messages[0]).toMatchObject({
    result: { isError: true },
  });
  expect(harness.reached()).toEqual([]);
  harness.state.fail(undefined);
  expect((await session.call('act')).messages[0]).toMatchObject({
    result: { content: [{ text: 'done' }] },
  });
});

function rawRequest(port: number, headers: Record<string, string>, name: string): Promise<Socket> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'tools/call', params: { name } });
  const lines = [
    'POST /mcp/test HTTP/1.1',
    `Host: localhost:${port}`,
    'Content-Type: application/json',
    `Accept: ${ACCEPT}`,
    `Content-Length: ${body.length}`,
    ...Object.entries(headers).map(([key, value]) => `${key}: ${value}`),
    '',
    body,
  ];
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(lines.join('\r\n'));
      done(socket);
    });
    socket.on('error', () => {});
  });
}
