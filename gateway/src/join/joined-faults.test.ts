import { writeFileSync } from 'node:fs';
import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import {
  frailServer,
  namesIn,
  plainTool,
  resultOf,
  saying,
  startJoinedHarness,
} from '../testing/joined-gateway.ts';
import { openStream } from '../testing/open-stream.ts';
import type { HttpScript } from '../testing/scripted-server.ts';

const mail = { tools: [plainTool('send')], script: saying('mail') };
const STREAM = { Accept: 'text/event-stream' };

test('a server that is down is left out of a session, and told of when it is back', async () => {
  const { state, server } = frailServer('notes');
  const harness = await startJoinedHarness({ mail, notes: server });
  const session = await harness.session();
  expect(namesIn(await session.request('tools/list'))).toEqual(['test__act', 'mail__send']);
  const early = await session.call('notes__read');
  expect(early.messages.at(-1)).toMatchObject({ error: { message: /notes is not there now/ } });
  const stream = openStream(`${harness.gateway.url}/mcp`, { ...STREAM, ...session.headers });
  state.isDown = false;
  await expect.poll(() => stream.methods()).toContain('notifications/tools/list_changed');
  expect(namesIn(await session.request('tools/list'))).toContain('notes__read');
  expect(JSON.stringify(await session.call('notes__read'))).toContain('notes ran read');
  const lines = harness.log.filter((line) => line.startsWith('notes: '));
  expect(lines).toEqual([expect.stringContaining('left out of /mcp'), 'notes: back at /mcp']);
});

test('a server that forgot its session is opened anew, and the others’ stays', async () => {
  let openings = 0;
  let isForgotten = false;
  const openingsOf = { mail: 0 };
  const harness = await startJoinedHarness({
    mail: {
      ...mail,
      script(asked) {
        if (asked.method === 'initialize') openingsOf.mail++;
        return mail.script(asked);
      },
    },
    notes: {
      tools: [plainTool('read')],
      script(asked) {
        if (asked.method === 'initialize') {
          openings++;
          isForgotten = false;
        } else if (isForgotten) {
          asked.response.writeHead(404).end();
          return true;
        }
        return saying('notes')(asked);
      },
    },
  });
  const session = await harness.session();
  const stream = openStream(`${harness.gateway.url}/mcp`, { ...STREAM, ...session.headers });
  await expect.poll(() => stream.isOpen()).toBe(true);
  isForgotten = true;
  const lost = await session.call('notes__read');
  expect(lost.messages.at(-1)).toHaveProperty('error');
  await expect.poll(() => openings).toBe(2);
  await expect
    .poll(async () => JSON.stringify(await session.call('notes__read')))
    .toContain('notes ran read');
  // Once when its tools were gone, once when they were back.
  const notices = () => stream.methods().filter((each) => each.includes('tools/list_changed'));
  await expect.poll(() => notices().length).toBe(2);
  expect(openingsOf.mail).toBe(1);
});

test('a server that never answers a list holds nothing up for longer than its deadline', async () => {
  const harness = await startJoinedHarness(
    {
      mail,
      stuck: { script: ({ method }) => (method === 'tools/list' ? true : undefined) },
    },
    { config: { limits: { idleMs: 6_000 } } },
  );
  const session = await harness.session();
  expect(namesIn(await session.request('tools/list'))).toEqual(['test__act', 'mail__send']);
  expect(namesIn(await harness.stateless('tools/list'))).toEqual(['test__act', 'mail__send']);
  expect(harness.log.join()).toContain('stuck: left out of /mcp');
});

test('all pages of all servers are one list', async () => {
  const paged: HttpScript = ({ method, params, answer }) => {
    if (method !== 'tools/list') return undefined;
    const page = Number(params['cursor'] ?? 0);
    const next = page < 2 ? { nextCursor: `${page + 1}` } : {};
    answer({ tools: [plainTool(`page${page}`)], resultType: 'complete', ...next });
    return true;
  };
  const harness = await startJoinedHarness({ a: { script: paged }, b: { script: paged } });
  const session = await harness.session();
  const names = ['a', 'b'].flatMap((name) => [0, 1, 2].map((page) => `${name}__page${page}`));
  for (const got of [await session.request('tools/list'), await harness.stateless('tools/list')]) {
    expect(namesIn(got).slice(1)).toEqual(names);
    expect(resultOf(got)).not.toHaveProperty('nextCursor');
  }
  const further = await session.request('tools/list', { cursor: '1' });
  expect(further.messages.at(-1)).toMatchObject({ error: { code: -32602 } });
});

test('I6: what two servers ask at once under one id is answered to each of them', async () => {
  const asking =
    (name: string): HttpScript =>
    ({ method, response, id }) => {
      if (method !== 'tools/call') return undefined;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const params = { messages: [], maxTokens: 1, systemPrompt: name };
      const ask = { jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params };
      response.write(`data: ${JSON.stringify(ask)}\n\n`);
      finish.set(name, () => {
        const result = { content: [] };
        response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`);
      });
      return true;
    };
  const finish = new Map<string, () => void>();
  const harness = await startJoinedHarness({
    a: { tools: [plainTool('act')], script: asking('a') },
    b: { tools: [plainTool('act')], script: asking('b') },
  });
  const session = await harness.session({}, { sampling: {} });
  const streams = ['a', 'b'].map((name) =>
    openStream(`${harness.gateway.url}/mcp`, session.headers, {
      ...{ jsonrpc: '2.0', id: name, method: 'tools/call', params: { name: `${name}__act` } },
    }),
  );
  const asks = () =>
    streams.flatMap((stream) => stream.messages()).filter((each) => each['method']);
  await expect.poll(() => asks().length).toBe(2);
  expect(new Set(asks().map(({ id }) => id)).size).toBe(2);
  for (const { id, params } of asks()) {
    const text = `for ${(params as JsonObject)['systemPrompt']}`;
    const result = { role: 'assistant', model: 'm', content: { type: 'text', text } };
    await harness.post({ jsonrpc: '2.0', id: id ?? null, result }, session.headers, '/mcp');
  }
  for (const name of ['a', 'b']) {
    const got = harness.happenings.filter(
      (each) => each.kind === 'server-got' && each.line.includes(`for ${name}`),
    );
    expect(got).toHaveLength(1);
    expect(JSON.parse((got[0] as { line: string }).line)).toMatchObject({ id: 1 });

    finish.get(name)?.();
  }
  await expect.poll(() => streams.every((stream) => !stream.isOpen())).toBe(true);
  // An answer to what was answered goes nowhere.
  const again = { jsonrpc: '2.0', id: 1, result: {} };
  await harness.post(again, session.headers, '/mcp');
  expect(harness.state.notes.some(({ kind }) => kind === 'frame-refused')).toBe(true);
});

test('a cancellation reaches the one server that has the call, by its own id', async () => {
  let finish: (() => void) | undefined;
  const holding: HttpScript = ({ method, answer }) => {
    if (method !== 'tools/call') return undefined;
    finish = () => answer({ content: [] });
    return true;
  };
  const harness = await startJoinedHarness({
    a: { tools: [plainTool('act')], script: holding },
    b: { tools: [plainTool('act')] },
  });
  const session = await harness.session();
  const asked = session.request('tools/call', { name: 'a__act' }, 'mine');
  const sentTo = (method: string) =>
    harness.happenings.filter((each) => each.kind === 'server-got' && each.line.includes(method));
  await expect.poll(() => sentTo('"tools/call"').length).toBe(1);
  const cancel = { method: 'notifications/cancelled', params: { requestId: 'mine' } };
  await harness.post({ jsonrpc: '2.0', ...cancel }, session.headers, '/mcp');
  finish?.();
  expect((await asked).messages).toEqual([]);
  expect(sentTo('notifications/cancelled')).toHaveLength(1);
  expect(sentTo('notifications/cancelled')[0]).not.toMatchObject({
    line: expect.stringContaining('mine'),
  });
});

test('G12: the end of a session ends it at every server', async () => {
  const harness = await startJoinedHarness({ mail, notes: { tools: [plainTool('read')] } });
  const session = await harness.session();
  await harness.send({ method: 'DELETE', path: '/mcp', headers: session.headers });
  for (const { seen } of harness.servers.values()) {
    expect(seen.at(-1)).toMatchObject({
      method: 'DELETE',
      headers: { 'mcp-session-id': expect.stringMatching(/^up-/) },
    });
  }
  expect((await session.call('mail__send')).status).toBe(404);
});

test('an answer that a server breaks off is taken up where it was, without the client', async () => {
  let resumed: string | undefined;
  const harness = await startJoinedHarness({
    slow: {
      tools: [plainTool('act')],
      script({ method, response, id, headers }) {
        if (method === 'tools/call') {
          response.writeHead(200, { 'Content-Type': 'text/event-stream' });
          response.end(`id: e-${id}\nretry: 100\ndata: \n\n`);
          return true;
        }
        const last = String(headers['last-event-id'] ?? '');
        if (method !== 'GET' || last === '') return undefined;
        resumed = last;
        const result = { content: [{ type: 'text', text: 'at last' }] };
        const answer = { jsonrpc: '2.0', id: Number(last.slice(2)), result };
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.end(`id: e-2\ndata: ${JSON.stringify(answer)}\n\n`);
        return true;
      },
    },
  });
  const session = await harness.session();
  const got = await session.call('slow__act');
  expect(JSON.stringify(resultOf(got))).toContain('at last');
  expect(resumed).toMatch(/^e-\d+$/);
  // The server's names of events would mean nothing at an address of several.
  expect(got.text).not.toContain('e-2');
});

test('a joined session ends when one of its servers is configured anew, and only then', async () => {
  const harness = await startJoinedHarness({ mail });
  const session = await harness.session();
  const configuration = (servers: object) =>
    JSON.stringify({
      ...{ listen: { port: 0 }, admin: false, grants: 'open', policies: { p: harness.policy } },
      servers,
    });
  const [known, other] = [harness.servers.get('mail')?.url ?? '', harness.server.url];
  const before = { test: { url: other }, mail: { url: known } };
  writeFileSync(harness.config, `${configuration(before)}\n`);
  await harness.gateway.reload();
  expect((await session.call('mail__send')).status).toBe(200);
  writeFileSync(harness.config, configuration({ ...before, more: { url: other } }));
  await harness.gateway.reload();
  expect((await session.call('mail__send')).status).toBe(404);
  const next = await harness.session();
  expect(namesIn(await next.request('tools/list'))).toContain('more__act');
});

test('I11: what a server says of why it lists nothing stands in the log on one line, with nothing hidden', async () => {
  const refusing: HttpScript = ({ method, response, id }) => {
    if (method !== 'tools/list') return undefined;
    const error = { code: -32000, message: 'no\n\u001b[2Jgone\u009b31m\u202e' };
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: id ?? null, error }));
    return true;
  };
  const harness = await startJoinedHarness({ sly: { script: refusing } });
  const session = await harness.session();
  expect(namesIn(await session.request('tools/list'))).toEqual(['test__act']);
  const said = harness.log.filter((line) => line.startsWith('sly'));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/left out of \/mcp for now: it does not list its tools: "no/);
  expect(said[0]).toMatch(/^[\x20-\x7e]+$/);
});

test('a server that takes long to open and to list holds up neither, and is told of when it has', async () => {
  const late: (() => void)[] = [];
  let isSlow = true;
  const slow: HttpScript = ({ method, answer }) => {
    if (!isSlow) return undefined;
    if (method === 'initialize') {
      const opening = { protocolVersion: '2025-11-25', capabilities: { tools: {} } };
      late.push(() => answer({ ...opening, serverInfo: { name: 'slow', version: '1' } }));
      return true;
    }
    if (method !== 'tools/list') return undefined;
    late.push(() => answer({ tools: [plainTool('read')] }));
    return true;
  };
  const harness = await startJoinedHarness(
    { mail, slow: { script: slow } },
    { config: { limits: { joinMs: 3_000 } } },
  );
  const session = await harness.session();
  expect(resultOf(session.opened)).toMatchObject({
    capabilities: { prompts: {}, resources: {} },
  });
  const stream = openStream(`${harness.gateway.url}/mcp`, { ...STREAM, ...session.headers });
  await expect.poll(() => stream.isOpen()).toBe(true);
  const notices = () => stream.methods().filter((each) => each.includes('tools/list_changed'));
  expect(notices()).toEqual([]);
  late.shift()?.();
  await expect.poll(() => notices().length).toBe(1);
  expect(namesIn(await session.request('tools/list'))).toEqual(['test__act', 'mail__send']);
  late.shift()?.();
  await expect.poll(() => notices().length).toBe(2);
  isSlow = false;
  await expect
    .poll(async () => namesIn(await session.request('tools/list')))
    .toContain('slow__act');
});
