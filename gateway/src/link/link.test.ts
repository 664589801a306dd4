import { afterEach, expect, test } from 'vitest';
import { createHarness, type HarnessOptions, openTool } from '../testing/harness.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;
let harness: Harness;
afterEach(() => expect(harness.broken({ clientLeft: true })).toEqual([]));

const start = async (more: Partial<HarnessOptions> = {}) => {
  harness = await createHarness({
    policy: { version: '1', default: 'allow' },
    tools: [openTool('act')],
    ...more,
  });
  return harness;
};
const hanging = ({ method }: { method: string }) =>
  method === 'tools/call' ? { raw: [] } : undefined;
const call = (id: unknown, params = '{"name":"act","arguments":{}}') =>
  `{"jsonrpc":"2.0","id":${typeof id === 'string' ? id : JSON.stringify(id)},"method":"tools/call","params":${params}}`;
const settle = async () => {
  for (let turn = 0; turn < 30; turn++) await new Promise((done) => setTimeout(done, 1));
};
const forwarded = () => harness.serverGot().filter(({ method }) => method === 'tools/call');
/** A call goes on after the list and its validator, which take as long as the machine is busy. */
const isForwarded = (times = 1) => expect.poll(() => forwarded().length).toBe(times);

const frames: [string, string][] = [
  ['hole: a batch', `[${call(1)}]`],
  ['an empty batch', '[]'],
  ['a doubled key', call(1, '{"name":"act","arguments":{},"arguments":{"x":1}}')],
  [
    'a doubled method',
    '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"act"}}',
  ],
  [
    'hole: Arguments beside arguments',
    call(1, '{"name":"act","arguments":{},"Arguments":{"x":1}}'),
  ],
  ['hole: Name beside name', call(1, '{"name":"act","Name":"other"}')],
  [
    'hole: Method beside method',
    '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call","params":{"name":"act"}}',
  ],
  [
    'hole: PARAMS beside params',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"},"PARAMS":{"name":"act"}}',
  ],
  ['a Kelvin sign for a k', call(1, '{"name":"act","tas\u212a":{}}')],
  ['__proto__ in params', call(1, '{"name":"act","__proto__":{"arguments":{}}}')],
  [
    '__proto__ in a message',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"act"},"__proto__":{}}',
  ],
  ['__proto__ in _meta', call(1, '{"name":"act","_meta":{"__proto__":{}}}')],
  ['an integer above 2^53', call(1, '{"name":"act","arguments":{"n":9007199254740993}}')],
  ['1e400', call(1, '{"name":"act","arguments":{"n":1e400}}')],
  ['half a character', call(1, '{"name":"act","arguments":{"s":"\\ud800"}}')],
  ['a NUL', call(1, '{"name":"act","arguments":{"s":"\\u0000"}}')],
  [
    '100,000 levels',
    call(1, `{"name":"act","arguments":{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`),
  ],
  ['an id of null', call(null)],
  ['an id with a fraction', call(1.5)],
  ['an id that is an object', call({})],
  ['an id of 1e400', call('1e400')],
  ['no version', '{"id":1,"method":"tools/call","params":{"name":"act"}}'],
  ['version 1.0', call(1).replace('2.0', '1.0')],
  ['params as a list', call(1, '["act"]')],
  ['a request that is an answer too', call(1).replace('"method"', '"result":{},"method"')],
  ['a byte order mark', `\uFEFF${call(1)}`],
  ['something after the end', `${call(1)} {}`],
];
test.for(frames)(
  'G11, G12, T9, T10: %s reaches nobody and is answered by an error',
  async ([, line]) => {
    await start();
    const before = harness.clientGot().length;
    harness.send(line);
    await settle();
    expect(forwarded()).toEqual([]);
    expect(harness.clientGot().slice(before)).toMatchObject([{ error: {} }]);
  },
);

test('G11: invalid UTF-8 reaches nobody', async () => {
  await start();
  harness.link.fromClient(Buffer.concat([Buffer.from(call(1)), Buffer.from([0xff])]));
  await settle();
  expect(forwarded()).toEqual([]);
});

test('I5: what the server gets is printed anew: no escapes, no spaces, our id', async () => {
  await start({ script: hanging });
  harness.send(
    ` { "jsonrpc":"2.0", "id" : "x", "method":"tools/c\\u0061ll", "params":{"name":"\\u0061ct","arguments":{"a":[1 , 2]} } }`,
  );
  await isForwarded();
  const line = harness.happenings.findLast(({ kind }) => kind === 'server-got');
  expect(line).toMatchObject({
    line: expect.stringMatching(
      /^\{"jsonrpc":"2\.0","id":\d+,"method":"tools\/call","params":\{"name":"act","arguments":\{"a":\[1,2\]\}\}\}$/,
    ),
  });
});

test('T10: an id in use is refused, and the first call keeps its answer', async () => {
  await start({ script: hanging });
  harness.send(call('"same"'));
  await isForwarded();
  harness.send(call('"same"'));
  await settle();
  expect(forwarded()).toHaveLength(1);
  harness.answer(`{"result":{"content":[]},"jsonrpc":"2.0","id":${forwarded()[0].id}}`);
  expect(harness.clientGot().slice(-2)).toMatchObject([
    { id: null, error: {} },
    { id: 'same', result: {} },
  ]);
});

test('the number 1 and the text "1" are two ids', async () => {
  await start({ script: hanging });
  harness.send(call(1));
  harness.send(call('"1"'));
  await isForwarded(2);
  const [first, second] = forwarded();
  harness.answer(`{"jsonrpc":"2.0","id":${second.id},"result":{"of":"text"}}`);
  harness.answer(`{"jsonrpc":"2.0","id":${first.id},"result":{"of":"number"}}`);
  expect(harness.clientGot().slice(-2)).toEqual([
    { jsonrpc: '2.0', id: '1', result: { of: 'text' } },
    { jsonrpc: '2.0', id: 1, result: { of: 'number' } },
  ]);
});

test("an answer passes byte for byte, only its id is the client's", async () => {
  await start({ script: hanging });
  harness.send(call('"é"'));
  await isForwarded();
  const odd = `{ "result" : {"id":99, "text":"\\"id\\":1 \\u00e9","n":1.0e5} , "jsonrpc":"2.0","id" : ${forwarded()[0].id} }`;
  harness.answer(odd);
  expect(harness.happenings.at(-1)).toEqual({
    kind: 'client-got',
    line: odd.replace(/"id" : \d+ \}$/, '"id" : "é" }'),
  });
});

const junk: [string, string][] = [
  ['a banner', 'Server listening…'],
  ['half a message', '{"jsonrpc":"2.0","id":'],
  ['an answer to nothing', '{"jsonrpc":"2.0","id":4711,"result":{}}'],
  [
    'an answer that is a request too',
    '{"jsonrpc":"2.0","id":2,"result":{},"method":"sampling/createMessage"}',
  ],
  ['an answer with both', '{"jsonrpc":"2.0","id":2,"result":{},"error":{}}'],
  ['an unknown notification', '{"jsonrpc":"2.0","method":"notifications/evil"}'],
  [
    'progress of nothing',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":9,"progress":1}}',
  ],
];
test.for(junk)(
  'T15, G4: %s does not reach the client, and the next call works',
  async ([, line]) => {
    await start({
      script: ({ method }) => (method === 'tools/call' ? { content: [] } : undefined),
    });
    const before = harness.clientGot().length;
    harness.answer(line);
    expect(harness.clientGot().length).toBe(before);
    expect(await harness.call('act')).toMatchObject({ result: { content: [] } });
  },
);

const methods = [
  'tools/evil',
  'resources/write',
  'roots/list',
  'sampling/createMessage',
  'Tools/call',
  'tools/call ',
  'shutdown',
  '',
];
test.for(methods)('P24: the method %j is refused', async (method) => {
  await start();
  const before = harness.serverGot().length;
  expect(await harness.request(method, { name: 'act' })).toMatchObject({ error: { code: -32601 } });
  harness.send(JSON.stringify({ jsonrpc: '2.0', method: `notifications/${method}` }));
  expect(harness.serverGot().length).toBe(before);
});

test('P24: resources, prompts, completions and subscriptions are judged by rules of their own', async () => {
  const asks: [string, object, boolean][] = [
    ['resources/read', { uri: 'file:///ok' }, true],
    ['resources/read', { uri: 'file:///etc/passwd' }, false],
    ['resources/read', {}, false],
    ['resources/subscribe', { uri: 'file:///etc/passwd' }, false],
    ['prompts/get', { name: 'greet' }, true],
    ['prompts/get', { name: 'other' }, false],
    ['prompts/get', { name: 'greet', arguments: null }, false],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'other' }, argument: {} }, false],
    [
      'completion/complete',
      { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'a', value: '' } },
      true,
    ],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'greet' }, argument: {} }, false],
    ['completion/complete', { ref: { type: 'ref/odd', name: 'greet' }, argument: {} }, false],
    [
      'subscriptions/listen',
      { notifications: { resourceSubscriptions: ['file:///ok', 'file:///etc/passwd'] } },
      false,
    ],
  ];
  await start({
    policy: {
      version: '1',
      default: 'deny',
      resources: { 'file:///ok': {} },
      prompts: { greet: {} },
    },
    script: ({ method }) => (method === 'initialize' || method === 'tools/list' ? undefined : {}),
  });
  for (const [method, params, passes] of asks) {
    const before = harness.serverGot().length;
    await harness.request(method, params as never);
    expect([method, params, harness.serverGot().length > before]).toEqual([method, params, passes]);
  }
  const rules = harness.state.decisions.map(({ recorded }) => recorded.decision.rules[0]);
  expect(rules).toContain('/resources/file:~1~1~1ok');
  expect(rules).toContain('/prompts/greet');
});

const greet = { type: 'ref/prompt', name: 'greet' };
test.for([
  ['resources/read', { uri: 'x://a', path: '/etc/passwd' }],
  ['resources/read', { uri: 'x://a', arguments: { path: '/etc/passwd' } }],
  ['resources/subscribe', { uri: 'x://a', uris: ['x://b'] }],
  ['prompts/get', { name: 'greet', uri: 'x://b' }],
  ['prompts/get', { name: 'greet', version: 2 }],
  ['completion/complete', { ref: greet, argument: { name: 'a', value: '' }, also: 'b' }],
  ['completion/complete', { ref: { ...greet, id: 'b' }, argument: { name: 'a', value: '' } }],
  ['completion/complete', { ref: greet, argument: { name: 'a', value: '', values: ['b'] } }],
  [
    'completion/complete',
    { ref: greet, argument: { name: 'a', value: '' }, context: { uri: 'x://b' } },
  ],
  ['completion/complete', { ref: greet, argument: { name: 'a', value: '' }, context: ['x://b'] }],
  ['subscriptions/listen', { notifications: {}, uri: 'x://b' }],
  ['subscriptions/listen', { notifications: ['x://b'] }],
] as const)(
  'P24: what no rule can see does not go on beside what it judges: %s %j',
  async (ask) => {
    const [method, params] = ask;
    await start({ policy: { version: '1', default: 'allow' }, script: () => ({}) });
    const before = harness.serverGot().length;
    expect(await harness.request(method, params as never)).toMatchObject({
      error: { code: -32602 },
    });
    expect(harness.serverGot()).toHaveLength(before);
  },
);

test('P24: a subscription goes on with what the policy knows of it, and nothing else', async () => {
  await start({ policy: { version: '1', default: 'allow' }, script: () => ({}) });
  const known = { toolsListChanged: true, resourceSubscriptions: ['x://a'] };
  const notifications = { ...known, taskIds: ['theirs'], resourceSubscription: ['x://b'] };
  await harness.request('subscriptions/listen', { notifications });
  expect(harness.serverGot().at(-1)).toMatchObject({ params: { notifications: known } });
  expect(Object.keys(harness.serverGot().at(-1)?.params.notifications)).toHaveLength(2);
});

const serverAsks = (method: string) =>
  `{"jsonrpc":"2.0","id":"s1","method":"${method}","params":{"a":1}}`;
test('C8: what the client did not declare is not asked of it', async () => {
  await start();
  for (const method of [
    'sampling/createMessage',
    'elicitation/create',
    'roots/list',
    'tools/call',
    'evil',
  ]) {
    const before = harness.clientGot().length;
    harness.answer(serverAsks(method));
    expect(harness.serverGot().at(-1)).toMatchObject({ id: 's1', error: {} });
    expect(harness.clientGot().length).toBe(before);
  }
});

test('C8: what it declared reaches it, and the answer finds its way back', async () => {
  await start({ capabilities: { sampling: {}, elicitation: {} } });
  harness.answer(serverAsks('sampling/createMessage'));
  const asked = harness.clientGot().at(-1);
  expect(asked).toMatchObject({ method: 'sampling/createMessage', params: { a: 1 } });
  harness.send(JSON.stringify({ jsonrpc: '2.0', id: asked.id, result: { ok: true } }));
  harness.send(JSON.stringify({ jsonrpc: '2.0', id: asked.id, result: { again: true } }));
  expect(harness.serverGot().filter(({ id }) => id === 's1')).toEqual([
    { jsonrpc: '2.0', id: 's1', result: { ok: true } },
  ]);
});

test('a policy refuses sampling and elicitation', async () => {
  await start({
    capabilities: { sampling: {}, elicitation: {} },
    policy: { version: '1', default: 'allow', sampling: { action: 'deny' } },
  });
  harness.answer(serverAsks('sampling/createMessage'));
  expect(harness.serverGot().at(-1)).toMatchObject({ id: 's1', error: {} });
  harness.answer(serverAsks('elicitation/create'));
  expect(harness.clientGot().at(-1)).toMatchObject({ method: 'elicitation/create' });
});

test('progress and cancelling find the right call', async () => {
  await start({ script: hanging });
  harness.send(call(7, '{"name":"act","_meta":{"progressToken":"p"}}'));
  await isForwarded();
  harness.answer(
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1}}',
  );
  expect(harness.clientGot().at(-1)).toMatchObject({ method: 'notifications/progress' });
  harness.send(
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7,"reason":"no"}}',
  );
  const { id } = forwarded()[0];
  expect(harness.serverGot().at(-1)).toMatchObject({ params: { requestId: id, reason: 'no' } });
  const before = harness.clientGot().length;
  harness.answer(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
  expect(harness.clientGot().length).toBe(before);
  expect([...harness.state.outcomes.values()]).toEqual([{ kind: 'cancelled' }]);
});

test('a call cancelled before it was sent never leaves, and costs nothing', async () => {
  const policy = {
    version: '1',
    default: 'deny',
    tools: { act: { limits: [{ max: 1, window: 'hour' }] } },
  } as const;
  await start({ policy: policy as never });
  harness.send(call(7));
  harness.send('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}');
  await settle();
  expect(forwarded()).toEqual([]);
  harness.send(call(8));
  await isForwarded();
  await settle();
  expect(forwarded()).toHaveLength(1);
});

test('G3, T16: silence ends a call, progress extends it, nothing extends it for ever', async () => {
  await start({ script: hanging });
  harness.send(call(1));
  harness.send(call(2, '{"name":"act","_meta":{"progressToken":"p"}}'));
  await isForwarded(2);
  const isOpen = (id: number) => !harness.clientGot().some((each) => each.id === id && each.error);
  for (let second = 0; second < 310; second++) {
    harness.pass(1000);
    if (second % 10 === 0) {
      harness.answer(
        '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1}}',
      );
    }
    harness.link.tick();
    if (second === 50) expect([isOpen(1), isOpen(2)]).toEqual([true, true]);
    if (second === 70) expect([isOpen(1), isOpen(2)]).toEqual([false, true]);
  }
  expect(isOpen(2)).toBe(false);
  expect(
    harness.serverGot().filter(({ method }) => method === 'notifications/cancelled'),
  ).toHaveLength(2);
  expect([...harness.state.outcomes.values()]).toEqual([{ kind: 'timeout' }, { kind: 'timeout' }]);
});

test('G1: a server that ends leaves one answer for each call, and says that it may have run', async () => {
  await start({ script: hanging });
  for (let id = 1; id <= 50; id++) harness.send(call(id));
  await isForwarded(50);
  harness.link.serverEnded();
  harness.link.serverEnded();
  expect(harness.clientGot().filter(({ error }) => error)).toHaveLength(50);
  expect([...harness.state.outcomes.values()].every(({ kind }) => kind === 'unknown')).toBe(true);
});

test('too many calls in flight are refused, not buffered', async () => {
  await start({ script: hanging });
  for (let id = 1; id <= 300; id++) harness.send(call(id));
  await isForwarded(256);
  expect(harness.link.inFlight).toBe(256);
  expect(forwarded()).toHaveLength(256);
});

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
};
const asking = (method: string) => ({
  resultType: 'input_required',
  inputRequests: { a: { method, params: {} } },
  requestState: 'opaque',
});

test('stateless era: a round that asks the user passes only for what the client offers', async () => {
  let result: object = asking('elicitation/create');
  await start({
    script: ({ method }) => (method === 'tools/call' ? (result as never) : undefined),
  });
  const ask = () => harness.request('tools/call', { name: 'act', arguments: {}, _meta: meta });
  expect(await ask()).toMatchObject({ result });
  result = asking('sampling/createMessage');
  expect(await ask()).toMatchObject({ error: {} });
  result = { resultType: 'input\u005frequired'.replace('_', '-') };
  expect(await ask()).toMatchObject({ error: {} });
  result = { resultType: 'complete', content: [] };
  expect(await ask()).toMatchObject({ result });
});

test('C10: a retry with answers is a new call, judged and counted again', async () => {
  const limits = [{ max: 1, window: 'hour' }];
  await start({
    policy: { version: '1', default: 'deny', tools: { act: { limits } } } as never,
    script: ({ method }) => (method === 'tools/call' ? asking('elicitation/create') : undefined),
  });
  const retry = { inputResponses: { a: { action: 'accept' } }, requestState: 'opaque' };
  await harness.request('tools/call', { name: 'act', arguments: {}, _meta: meta });
  await harness.request('tools/call', { name: 'act', arguments: {}, _meta: meta, ...retry });
  expect(forwarded()).toHaveLength(1);
  expect(harness.state.decisions.map(({ entry }) => entry.session)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('stateless era: a server asks ten times about one call, not for ever', async () => {
  await start({
    script: ({ method }) => (method === 'tools/call' ? asking('elicitation/create') : undefined),
  });
  const call = { name: 'act', arguments: { n: 1 }, _meta: meta };
  const retry = { ...call, inputResponses: { a: { action: 'accept' } }, requestState: 'opaque' };
  const answers = [await harness.request('tools/call', call)];
  for (let round = 0; round < 10; round++) {
    answers.push(await harness.request('tools/call', retry));
  }
  expect(answers.slice(0, 10).every((answer) => answer?.['result'] !== undefined)).toBe(true);
  expect(answers[10]).toMatchObject({ error: { message: expect.stringMatching(/too often/) } });
  // A call made anew is asked about anew.
  expect(await harness.request('tools/call', call)).toMatchObject({ result: {} });
});

test("stateless era: a filtered list is private, and a subscription keeps the client's id", async () => {
  await start({
    script: ({ method, id }) => {
      if (method === 'tools/list')
        return { tools: [openTool('act')], cacheScope: 'public', ttlMs: 5 };
      const params = { _meta: { 'io.modelcontextprotocol/subscriptionId': id }, notifications: {} };
      return method === 'subscriptions/listen'
        ? {
            raw: [
              JSON.stringify({
                jsonrpc: '2.0',
                method: 'notifications/subscriptions/acknowledged',
                params,
              }),
            ],
          }
        : undefined;
    },
  });
  expect(await harness.request('tools/list', { _meta: meta })).toMatchObject({
    result: { cacheScope: 'private', ttlMs: 5 },
  });
  harness.send(
    JSON.stringify({
      jsonrpc: '2.0',
      id: 'mine',
      method: 'subscriptions/listen',
      params: { notifications: {}, _meta: meta },
    }),
  );
  expect(harness.clientGot().at(-1)).toMatchObject({
    params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 'mine' } },
  });
});

test('C12: after a change the next call is judged by the new list', async () => {
  await start({ script: ({ method }) => (method === 'tools/call' ? {} : undefined) });
  await harness.call('act');
  harness.setTools([openTool('other')]);
  harness.answer('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  await harness.call('act');
  await harness.call('other');
  expect(harness.reached()).toEqual(['act', 'other']);
});

test('C12: a server whose list changes whenever it is asked for is asked a few times, and then refused', async () => {
  await start({
    script: ({ method, id }) => {
      if (method !== 'tools/list') return { content: [] };
      const changed = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
      const answer = { jsonrpc: '2.0', id, result: { tools: [openTool('act')] } };
      return { raw: [JSON.stringify(changed), JSON.stringify(answer)] };
    },
  });
  expect(await harness.request('tools/call', { name: 'act', arguments: {} })).toMatchObject({
    result: { isError: true },
  });
  const asked = harness.serverGot().filter(({ method }) => method === 'tools/list');
  expect(asked.length).toBeLessThanOrEqual(5);
});

test('a list in pages is known whole before any page is shown', async () => {
  const pages: Record<string, object> = {
    '': { tools: [openTool('act'), openTool('twice')], nextCursor: 'b' },
    b: { tools: [openTool('twice'), openTool('last')] },
  };
  await start({
    script: ({ method, params }) =>
      method === 'tools/list' ? (pages[String(params['cursor'] ?? '')] as never) : undefined,
  });
  const first = await harness.request('tools/list');
  expect(first).toMatchObject({ result: { tools: [{ name: 'act' }], nextCursor: 'b' } });
  expect(await harness.request('tools/list', { cursor: 'b' })).toMatchObject({
    result: { tools: [{ name: 'last' }] },
  });
});

test('P2: each call is judged by one version, the one in force when it is judged', async () => {
  await start({ script: ({ method }) => (method === 'tools/call' ? {} : undefined) });
  await harness.call('act');
  await harness.setPolicy({ version: '1', default: 'deny' });
  await harness.call('act');
  const digests = harness.state.decisions.map(({ recorded }) => recorded.decision.policyDigest);
  expect(new Set(digests).size).toBe(2);
  expect(harness.reached()).toEqual(['act']);
});
