import { expect, test } from 'vitest';
import { startHttpHarness } from '../testing/http-gateway.ts';
import type { HttpScript } from '../testing/scripted-server.ts';

const initialize = {
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 't', version: '1' },
  },
};

/** Answers calls only when told to, and remembers which connections were given up. */
function holding() {
  const held: { finish: () => void; isLeft: () => boolean }[] = [];
  const script: HttpScript = ({ method, answer, response }) => {
    if (method !== 'tools/call') return undefined;
    let isLeft = false;
    response.on('close', () => {
      isLeft = !response.writableFinished;
    });
    held.push({
      finish: () => answer({ content: [], resultType: 'complete' }),
      isLeft: () => isLeft,
    });
    return true;
  };
  return { held, script };
}

test('T11: session ids are long, visible and never repeat; they are nobody else’s and open nothing by themselves', async () => {
  const harness = await startHttpHarness({
    grants: { 'token-of-a-1234567890': ['test'], 'token-of-b-1234567890': ['test', 'other'] },
    servers: { other: { url: 'http://127.0.0.1:1/mcp' } },
  });
  const a = { Authorization: 'Bearer token-of-a-1234567890' };
  const b = { Authorization: 'Bearer token-of-b-1234567890' };
  const ids = new Set<string>();
  for (let n = 0; n < 20; n++) ids.add((await harness.open(a)).id);
  expect(ids.size).toBe(20);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{32}$/);
  const session = await harness.open(a);
  const call = { jsonrpc: '2.0', id: 5, method: 'tools/call', params: { name: 'act' } };
  const statuses = async (headers: Record<string, string>) => [
    (await harness.post(call, headers)).status,
    (await harness.send({ method: 'GET', headers: { Accept: 'text/event-stream', ...headers } }))
      .status,
    (await harness.send({ method: 'DELETE', headers })).status,
  ];
  const its = { 'Mcp-Session-Id': session.id };
  expect(await statuses({ ...b, ...its })).toEqual([404, 404, 404]);
  expect(await statuses(its)).toEqual([401, 401, 401]);
  expect(await statuses({ ...a, 'Mcp-Session-Id': 'unknown' })).toEqual([404, 404, 404]);
  expect(await statuses(a)).toEqual([400, 400, 400]);
  // The upstream's own id is not the client's to see.
  expect(JSON.stringify(session.opened.headers)).not.toContain('up-');
  expect(harness.reached()).toEqual([]);
  expect((await session.call('act')).status).toBe(200);
  expect((await harness.send({ method: 'DELETE', headers: session.headers })).status).toBe(200);
  expect((await session.call('act')).status).toBe(404);
  expect(harness.server.seen.at(-1)).toMatchObject({ method: 'DELETE' });
});

test('T12: the stateless era knows no session and no connection', async () => {
  const harness = await startHttpHarness();
  const answers = [];
  for (const headers of [{}, { 'Mcp-Session-Id': 'junk' }, { Connection: 'close' }]) {
    const { status, messages } = await harness.ask(
      'tools/call',
      { name: 'act' },
      { headers, id: 1 },
    );
    answers.push([status, messages]);
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  const get = await harness.send({
    method: 'GET',
    headers: { 'MCP-Protocol-Version': '2026-07-28' },
  });
  expect(get.status).toBe(405);
});

test('T13: in the stateless era leaving is cancelling; what was charged stays charged', async () => {
  const { held, script } = holding();
  const harness = await startHttpHarness({
    script,
    invariants: { clientLeft: true },
    policy: {
      version: '1',
      default: 'deny',
      tools: { act: { limits: [{ max: 1, window: 'hour' }] } },
    },
  });
  const leaving = new AbortController();
  const asked = harness.ask('tools/call', { name: 'act' }, { signal: leaving.signal });
  await expect.poll(() => held.length).toBe(1);
  leaving.abort();
  await expect(asked).rejects.toThrow();
  await expect.poll(() => held[0]?.isLeft()).toBe(true);
  await expect
    .poll(() => [...harness.state.outcomes.values()])
    .toMatchObject([{ kind: 'cancelled' }]);
  const second = await harness.ask('tools/call', { name: 'act' });
  expect(second.messages[0]).toMatchObject({ result: { isError: true } });
  expect(harness.broken({ clientLeft: true, ceilings: { act: 1 } })).toEqual([]);
});

test('T14: in the session era leaving is not cancelling', async () => {
  const { held, script } = holding();
  const harness = await startHttpHarness({ script, invariants: { clientLeft: true } });
  const session = await harness.open();
  const leaving = new AbortController();
  const asked = harness.send({
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...session.headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'act' } }),
    signal: leaving.signal,
  });
  await expect.poll(() => held.length).toBe(1);
  leaving.abort();
  await expect(asked).rejects.toThrow();
  await new Promise((done) => setTimeout(done, 100));
  expect(held[0]?.isLeft()).toBe(false);
  held[0]?.finish();
  await expect
    .poll(() => [...harness.state.outcomes.values()])
    .toMatchObject([{ kind: 'answered' }]);
});

test('a cancellation reaches the server by the id that the server knows', async () => {
  const { held, script } = holding();
  const harness = await startHttpHarness({ script });
  const session = await harness.open();
  const asked = session.request('tools/call', { name: 'act' }, 'mine');
  await expect.poll(() => held.length).toBe(1);
  const cancel = { method: 'notifications/cancelled', params: { requestId: 'mine' } };
  expect((await harness.post({ jsonrpc: '2.0', ...cancel }, session.headers)).status).toBe(202);
  const lines = harness.happenings.flatMap((each) =>
    each.kind === 'server-got' ? [JSON.parse(each.line)] : [],
  );
  const call = lines.find(({ method }) => method === 'tools/call');
  expect(lines.at(-1)).toMatchObject({ ...cancel, params: { requestId: call.id } });
  held[0]?.finish();
  expect((await asked).messages).toEqual([]);
});

test('T16: progress extends a request, but not past the hard limit', async () => {
  const harness = await startHttpHarness({
    config: { limits: { idleMs: 2_000, hardMs: 8_000 } },
    script: ({ method, params, response }) => {
      if (method !== 'tools/call') return undefined;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const { progressToken } = params['_meta'] as { progressToken: string };
      const message = {
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken, progress: 1 },
      };
      const timer = setInterval(() => response.write(`data: ${JSON.stringify(message)}\n\n`), 50);
      response.on('close', () => clearInterval(timer));
      return true;
    },
  });
  const session = await harness.open();
  const params = { name: 'act', _meta: { progressToken: 'p' } };
  for (const asked of [
    session.request('tools/call', params),
    harness.ask('tools/call', { name: 'act' }, { meta: { progressToken: 'p' } }),
  ]) {
    const { messages } = await asked;
    // One each 50 ms: more than come by the time that a silent request has.
    expect(messages.length).toBeGreaterThan(50);
    expect(messages[0]).toMatchObject({ params: { progressToken: 'p' } });
    expect(messages.at(-1)).toMatchObject({ error: { code: -32001 } });
  }
  expect([...harness.state.outcomes.values()]).toMatchObject([
    { kind: 'timeout' },
    { kind: 'timeout' },
  ]);
});

test('T17: lists are each caller’s own, and never kept for another', async () => {
  const harness = await startHttpHarness({
    grants: { 'token-of-a-1234567890': ['test'], 'token-of-b-1234567890': ['test'] },
    policy: { version: '1', default: 'deny', tools: { a: {} } },
    script: ({ method, answer }) => {
      if (method !== 'tools/list') return undefined;
      const tools = ['a', 'b'].map((name) => ({ name, inputSchema: { type: 'object' } }));
      answer({ tools, resultType: 'complete', ttlMs: 60_000, cacheScope: 'public' });
      return true;
    },
  });
  for (const token of ['token-of-a-1234567890', 'token-of-b-1234567890', 'token-of-a-1234567890']) {
    const headers = { Authorization: `Bearer ${token}` };
    const { messages } = await harness.ask('tools/list', {}, { headers });
    expect(messages[0]).toMatchObject({
      result: { cacheScope: 'private', tools: [{ name: 'a' }] },
    });
  }
});

test('a session is over when the server says so, and the client is told to begin anew', async () => {
  let isGone = false;
  const harness = await startHttpHarness({
    script: ({ response }) => {
      if (!isGone) return undefined;
      response.writeHead(404).end();
      return true;
    },
  });
  const session = await harness.open();
  expect((await session.call('act')).status).toBe(200);
  isGone = true;
  await session.call('act');
  isGone = false;
  expect((await session.call('act')).status).toBe(404);
});

test('an opening that fails opens no session', async () => {
  const harness = await startHttpHarness({
    script: ({ method, id, response }) => {
      if (method !== 'initialize') return undefined;
      const error = { code: -32602, message: 'no' };
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, error }));
      return true;
    },
  });
  const got = await harness.post(initialize);
  expect([got.headers['mcp-session-id'], got.messages[0]]).toMatchObject([
    undefined,
    { error: { message: 'no' } },
  ]);
  expect(harness.gateway.load().sessions).toBe(0);
});

test('a stream of the server is taken up again where the client lost it', async () => {
  let last: { lastEventId: unknown; id: unknown } | undefined;
  const harness = await startHttpHarness({
    script: ({ method, id, headers, response }) => {
      if (method === 'tools/call') {
        last = { lastEventId: undefined, id };
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.end('id: e1\nretry: 10\ndata:\n\n');
        return true;
      }
      if (method !== 'GET') return undefined;
      last = { lastEventId: headers['last-event-id'], id: last?.id };
      const answer = {
        jsonrpc: '2.0',
        id: last.id,
        result: { content: [{ type: 'text', text: 'late' }] },
      };
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end(`id: e2\ndata: ${JSON.stringify(answer)}\n\n`);
      return true;
    },
  });
  const session = await harness.open();
  const cut = await session.request('tools/call', { name: 'act' }, 'mine');
  expect(cut.text).toContain('id: e1\nretry: 10\n');
  expect(cut.messages).toEqual([]);
  const again = await harness.send({
    method: 'GET',
    headers: { ...session.headers, Accept: 'text/event-stream', 'Last-Event-ID': 'e1' },
  });
  expect(last?.lastEventId).toBe('e1');
  expect(again.text).toContain('id: e2\n');
  expect(again.messages).toMatchObject([{ id: 'mine', result: { content: [{ text: 'late' }] } }]);
});

test('what a server asks of its client passes by the stream it came by, and the answer goes back', async () => {
  const asks = {
    jsonrpc: '2.0',
    id: 'up-1',
    method: 'sampling/createMessage',
    params: { messages: [] },
  };
  let finish: (() => void) | undefined;
  const harness = await startHttpHarness({
    script: ({ method, id, response }) => {
      if (method !== 'tools/call') return undefined;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(asks)}\n\n`);
      finish = () =>
        response.end(
          `data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`,
        );
      return true;
    },
  });
  const able = await harness.open({}, { sampling: {} });
  const asked = able.call('act');
  await expect.poll(() => finish).toBeDefined();
  const reply = {
    jsonrpc: '2.0',
    id: 1,
    result: { role: 'assistant', content: { type: 'text', text: 'x' }, model: 'm' },
  };
  expect((await harness.post(reply, able.headers)).status).toBe(202);
  const lines = () =>
    harness.happenings.flatMap((each) =>
      each.kind === 'server-got' ? [JSON.parse(each.line)] : [],
    );
  expect(lines().at(-1)).toMatchObject({ id: 'up-1', result: { model: 'm' } });
  finish?.();
  expect((await asked).messages).toMatchObject([
    { method: 'sampling/createMessage', id: 1 },
    { result: {} },
  ]);

  // C8: a client that did not declare it never hears of it.
  finish = undefined;
  const unable = await harness.open();
  const quiet = unable.call('act');
  await expect.poll(() => finish).toBeDefined();
  await expect.poll(() => lines().at(-1)).toMatchObject({ id: 'up-1', error: { code: -32601 } });
  (finish as (() => void) | undefined)?.();
  expect((await quiet).messages).toMatchObject([{ result: {} }]);
});
