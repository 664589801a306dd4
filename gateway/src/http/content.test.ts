import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { startHttpHarness } from '../testing/http-gateway.ts';

const strict = {
  name: 'act',
  inputSchema: {
    type: 'object',
    properties: { n: { type: 'integer' } },
    additionalProperties: false,
  },
};

/** What a call over HTTP says in either era. */
async function inBothEras(
  harness: Awaited<ReturnType<typeof startHttpHarness>>,
  name: string,
  args: JsonObject,
) {
  const session = await harness.open();
  return [
    JSON.stringify((await session.call(name, args)).messages),
    JSON.stringify((await harness.ask('tools/call', { name, arguments: args })).messages),
  ];
}

test('C3: arguments that do not fit the schema reach no server, in either era', async () => {
  const harness = await startHttpHarness({ tools: [strict] });
  for (const args of [
    { n: '1' },
    { n: 1.5 },
    { N: 1 },
    { other: 1 },
    { n: null },
    { n: [1] },
  ] as JsonObject[]) {
    for (const text of await inBothEras(harness, 'act', args)) expect(text).toContain('arguments:');
  }
  expect(harness.reached()).toEqual([]);
  for (const text of await inBothEras(harness, 'act', { n: 1 })) expect(text).toContain('done');
  expect(harness.broken()).toEqual([]);
});

test('C1, C2: what a server says of its tools lowers nothing, and names given twice are nobody’s', async () => {
  const annotated = {
    name: 'drop',
    inputSchema: { type: 'object' },
    annotations: { readOnlyHint: true },
  };
  const harness = await startHttpHarness({
    policy: { version: '1', default: 'deny', classes: { 'category:Read': { action: 'allow' } } },
    tools: [annotated, strict, strict],
  });
  for (const name of ['drop', 'act', 'ACT', 'act ', 'toString', '__proto__']) {
    for (const text of await inBothEras(harness, name, {}))
      expect(text).toContain('no rule allows this tool');
  }
  expect(harness.reached()).toEqual([]);
});

test('C4, C5: a schema that leads elsewhere or is of an unknown dialect refuses its tool', async () => {
  const schema = (inputSchema: JsonObject) => ({
    name: 'act',
    inputSchema: { type: 'object', ...inputSchema },
  });
  for (const inputSchema of [
    { $ref: 'http://127.0.0.1:1/schema' },
    { properties: { a: { $ref: 'file:///etc/passwd' } } },
    { $schema: 'https://example.com/mine' },
  ] as JsonObject[]) {
    const harness = await startHttpHarness({ tools: [schema(inputSchema)] });
    for (const text of await inBothEras(harness, 'act', {}))
      expect(text).toContain('cannot be used');
    expect(harness.reached()).toEqual([]);
  }
});

test('C9, C10: a round of questions is a call of its own, judged anew; what the server gave the client to keep passes as it is', async () => {
  const requestState = 'opaque "é" \\u0000 =?base64?';
  const harness = await startHttpHarness({
    policy: {
      version: '1',
      default: 'deny',
      tools: {
        act: {
          limits: [{ max: 2, window: 'hour' }],
          require: [{ path: 'args.n', op: 'lt', value: 5 }],
        },
      },
      elicitation: {},
    },
    script: ({ method, params, answer }) => {
      if (method !== 'tools/call') return undefined;
      if (params['inputResponses'] !== undefined) return undefined;
      const inputRequests = {
        who: {
          method: 'elicitation/create',
          params: { message: 'Who?', requestedSchema: { type: 'object' } },
        },
      };
      answer({ resultType: 'input_required', inputRequests, requestState });
      return true;
    },
  });
  const meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
  const first = await harness.ask('tools/call', { name: 'act', arguments: { n: 1 } }, { meta });
  expect(first.messages[0]).toMatchObject({
    result: { resultType: 'input_required', requestState },
  });
  const again = (n: number) =>
    harness.ask(
      'tools/call',
      {
        ...{ name: 'act', arguments: { n }, requestState },
        inputResponses: { who: { action: 'accept', content: {} } },
      },
      { meta },
    );
  expect((await again(9)).messages[0]).toMatchObject({ result: { isError: true } });
  expect((await again(1)).messages[0]).toMatchObject({ result: { content: [{ text: 'done' }] } });
  // Each round is counted: the limit is used up.
  expect(JSON.stringify((await again(1)).messages)).toContain('the limit frees up');
  const sent = harness.happenings.flatMap((each) =>
    each.kind === 'server-got' && each.line.includes('inputResponses')
      ? [JSON.parse(each.line)]
      : [],
  );
  expect(sent).toMatchObject([{ params: { requestState } }]);
  expect(harness.broken({ ceilings: { act: 2 } })).toEqual([]);

  // C8: a client that takes no questions gets none.
  const unable = await startHttpHarness({
    script: ({ method, answer }) => {
      if (method !== 'tools/call') return undefined;
      const inputRequests = { who: { method: 'elicitation/create', params: { message: 'Who?' } } };
      answer({ resultType: 'input_required', inputRequests });
      return true;
    },
  });
  const asked = await unable.ask('tools/call', { name: 'act' });
  expect(asked.messages[0]).toMatchObject({ error: { code: -32603 } });
});

test('C11: a task is only its own grant’s', async () => {
  const harness = await startHttpHarness({
    grants: { 'token-of-a-1234567890': ['test'], 'token-of-b-1234567890': ['test'] },
    script: ({ method, answer }) => {
      const task = { taskId: 'task-1', status: 'working', resultType: 'task' };
      if (method === 'tools/call') answer(task);
      else if (method === 'tasks/get') answer({ ...task, resultType: 'complete' });
      else return undefined;
      return true;
    },
  });
  const by = (who: string) => ({ headers: { Authorization: `Bearer token-of-${who}-1234567890` } });
  const made = await harness.ask('tools/call', { name: 'act' }, by('a'));
  expect(made.messages[0]).toMatchObject({ result: { taskId: 'task-1' } });
  const get = (who: string) => harness.ask('tasks/get', { taskId: 'task-1' }, by(who));
  expect((await get('b')).messages[0]).toMatchObject({ error: { code: -32602 } });
  expect((await get('a')).messages[0]).toMatchObject({ result: { status: 'working' } });
});

test('C12: a tool that changed is judged as it is now, with a notice and without one', async () => {
  let inputSchema: JsonObject = { type: 'object' };
  const harness = await startHttpHarness({
    config: { limits: { listAgeMs: 50 } },
    script: ({ method, answer }) => {
      if (method !== 'tools/list') return undefined;
      answer({ tools: [{ name: 'act', inputSchema }], resultType: 'complete' });
      return true;
    },
  });
  const session = await harness.open();
  expect(JSON.stringify(await session.call('act', { a: 1 }))).toContain('done');
  inputSchema = { type: 'object', additionalProperties: false };
  await new Promise((done) => setTimeout(done, 60));
  for (const text of await inBothEras(harness, 'act', { a: 1 }))
    expect(text).toContain('arguments:');
  expect(JSON.stringify(await session.call('act', { a: 1 }))).toContain('arguments:');
  expect(harness.reached()).toHaveLength(1);
});

test('C13: a result of an unknown type is an error; none means that it is whole', async () => {
  for (const [resultType, expected] of [
    ['junk', { error: { code: -32603 } }],
    [null, { error: { code: -32603 } }],
    [undefined, { result: { content: [] } }],
    ['complete', { result: { content: [] } }],
  ] as const) {
    const harness = await startHttpHarness({
      script: ({ method, answer }) => {
        if (method !== 'tools/call') return undefined;
        answer({ content: [], ...(resultType !== undefined && { resultType }) });
        return true;
      },
    });
    const { messages } = await harness.ask('tools/call', { name: 'act' });
    expect([resultType, messages[0]]).toMatchObject([resultType, expected]);
  }
});

test('subscriptions are one long answer, told by the id that the client knows, and end with it', async () => {
  let isLeft = false;
  const harness = await startHttpHarness({
    script: ({ method, id, response }) => {
      if (method !== 'subscriptions/listen') return undefined;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      for (const name of ['subscriptions/acknowledged', 'tools/list_changed']) {
        const params = { _meta: { 'io.modelcontextprotocol/subscriptionId': id } };
        const message = { jsonrpc: '2.0', method: `notifications/${name}`, params };
        response.write(`data: ${JSON.stringify(message)}\n\n`);
      }
      response.on('close', () => {
        isLeft = true;
      });
      return true;
    },
  });
  const { port } = harness;
  const leaving = new AbortController();
  const body = {
    ...{ jsonrpc: '2.0', id: 'sub', method: 'subscriptions/listen' },
    params: {
      notifications: { toolsListChanged: true },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
  const response = await fetch(`http://127.0.0.1:${port}/mcp/test`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'subscriptions/listen',
    },
    body: JSON.stringify(body),
    signal: leaving.signal,
  });
  let text = '';
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (!text.includes('list_changed')) text += (await reader?.read())?.value ?? '';
  expect(text.match(/"io.modelcontextprotocol\/subscriptionId":"sub"/g)).toHaveLength(2);
  leaving.abort();
  await expect.poll(() => isLeft).toBe(true);
});
