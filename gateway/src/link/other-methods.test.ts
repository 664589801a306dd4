import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import { afterEach, expect, test } from 'vitest';
import { clientRequests, metaKeys, serverRequests } from '../protocol/methods.ts';
import { createHarness, type HarnessOptions, openTool } from '../testing/harness.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;
let harness: Harness;
// INVARIANT: every run is checked, whatever the test itself looks at.
afterEach(() => expect(harness?.broken({ clientLeft: true }) ?? []).toEqual([]));

const start = async (policy: object, more: Partial<HarnessOptions> = {}) => {
  harness = await createHarness({
    policy: { version: '1', default: 'deny', ...policy } as never,
    tools: [openTool('act')],
    ...more,
  });
  return harness;
};
const meta = {
  [metaKeys.version]: '2026-07-28',
  [metaKeys.clientInfo]: { name: 'c', version: '1' },
  [metaKeys.capabilities]: { elicitation: { form: {}, url: {} }, sampling: {} },
};
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
};
const methodsAtServer = () => harness.serverGot().map(({ method }) => method as string);

/** What each request of both eras asks for; the lists of the two SDKs together. */
const asked: Record<string, JsonObject> = {
  'completion/complete': {
    ref: { type: 'ref/prompt', name: 'p' },
    argument: { name: 'a', value: '' },
  },
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'c', version: '1' },
  },
  'logging/setLevel': { level: 'debug' },
  ping: {},
  'prompts/get': { name: 'p' },
  'prompts/list': {},
  'resources/list': {},
  'resources/read': { uri: 'x://a' },
  'resources/subscribe': { uri: 'x://a' },
  'resources/templates/list': {},
  'resources/unsubscribe': { uri: 'x://a' },
  'server/discover': {},
  'subscriptions/listen': { notifications: { resourceSubscriptions: ['x://a'] } },
  'tasks/cancel': { taskId: 't' },
  'tasks/get': { taskId: 't' },
  'tasks/list': {},
  'tasks/result': { taskId: 't' },
  'tasks/update': { taskId: 't' },
  'tools/call': { name: 'act', arguments: {} },
  'tools/list': {},
};
/** What a policy that allows nothing lets through: it opens, ends or lists, and lists come back without what is refused. */
const HARMLESS = new Set([
  ...[
    'initialize',
    'logging/setLevel',
    'ping',
    'prompts/list',
    'resources/list',
    'server/discover',
  ],
  ...['resources/templates/list', 'resources/unsubscribe', 'tasks/list', 'tools/list'],
]);

test('P24: the table above knows every request that passes at all', () => {
  expect(Object.keys(asked).sort()).toEqual([...clientRequests.keys()].sort());
});

test.for(
  Object.keys(asked).flatMap((method) => [[method, false] as const, [method, true] as const]),
)(
  'P24: under a policy that allows nothing, %s is judged (stateless: %s)',
  async ([method, isStateless]) => {
    await start({});
    const before = methodsAtServer().length;
    const params = { ...asked[method], ...(isStateless && { _meta: meta }) };
    harness.send(JSON.stringify({ jsonrpc: '2.0', id: 'x', method, params }));
    // What passes reaches the server at once; what does not is answered, a call after the list and a validator.
    if (HARMLESS.has(method)) await settle();
    else expect(await harness.answerTo('x')).toBeDefined();
    const reached = methodsAtServer().slice(before).includes(method);
    expect(reached).toBe(HARMLESS.has(method));
  },
);

test.for([
  ...[
    'tools/call2',
    'Tools/call',
    'tools/call ',
    'resources/write',
    'prompts/create',
    'sampling/createMessage',
  ],
  ...['elicitation/create', 'roots/list', '', 'rpc.discover', 'notifications/initialized2'],
])('P24: %j is no request that passes', async (method) => {
  await start({ default: 'allow' });
  const answer = await harness.request(method, {});
  expect(answer).toHaveProperty('error');
  expect(methodsAtServer()).not.toContain(method);
});

test('G9: one request cannot write a record for each of as many addresses as fit into it', async () => {
  await start({ default: 'allow' });
  const listen = (count: number) => {
    const resourceSubscriptions = Array.from({ length: count }, (_, n) => `x://${n}`);
    const params = { notifications: { resourceSubscriptions }, _meta: meta };
    return { jsonrpc: '2.0', id: `of ${count}`, method: 'subscriptions/listen', params };
  };
  harness.send(JSON.stringify(listen(257)));
  expect(await harness.answerTo('of 257')).toMatchObject({ error: { code: -32602 } });
  expect(harness.state.decisions).toEqual([]);
  harness.send(JSON.stringify(listen(256)));
  await expect.poll(methodsAtServer).toContain('subscriptions/listen');
  expect(harness.state.decisions).toHaveLength(256);
});

test('what passed of a request that is refused as a whole is recorded as not sent, and costs nothing', async () => {
  await start({
    default: 'deny',
    resources: { 'x://a': { limits: [{ max: 1, window: 'hour' }] }, 'x://c': {} },
  });
  const listen = (id: string, ...resourceSubscriptions: string[]) => {
    const params = { notifications: { resourceSubscriptions }, _meta: meta };
    harness.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params }));
  };
  listen('first', 'x://a', 'x://c', 'x://b');
  expect(await harness.answerTo('first')).toHaveProperty('error');
  const outcomes = () => [...harness.state.outcomes.values()].map(({ kind }) => kind);
  expect(outcomes()).toEqual(['not-sent', 'not-sent']);
  listen('second', 'x://a', 'x://c');
  await expect.poll(methodsAtServer).toContain('subscriptions/listen');
  expect(outcomes()).toEqual(['not-sent', 'not-sent', 'answered']);
});

const ASKED = { action: 'approve', reason: 'it is private' };
const listenTo = (id: string, ...resourceSubscriptions: string[]) => {
  const params = { notifications: { resourceSubscriptions }, _meta: meta };
  harness.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params }));
};
const waiting = () =>
  [...harness.state.approvals.values()].filter(({ status }) => status === 'pending');

test('P19: a subscription to several addresses asks about all of them at once, and passes once all are approved', async () => {
  await start({ resources: { 'x://a': ASKED, 'x://b': {}, 'x://c': ASKED } });
  const addresses = ['x://a', 'x://b', 'x://c'];
  listenTo('first', ...addresses);
  const refused = await harness.answerTo('first');
  const ids = waiting().map(({ id }) => id);
  expect(waiting().map(({ tool }) => tool)).toEqual(['x://a', 'x://c']);
  expect(refused).toMatchObject({
    error: {
      message: expect.stringMatching(`approve ${ids[0]}.*approve ${ids[1]}.*all of them`),
      data: { 'toolwarden/decision': { effect: 'approve', approvals: ids } },
    },
  });
  for (const id of ids) harness.state.answer(id, 'approved');
  listenTo('second', ...addresses);
  await expect.poll(methodsAtServer).toContain('subscriptions/listen');
  // Each was for this once.
  listenTo('third', ...addresses);
  expect(await harness.answerTo('third')).toHaveProperty('error');
  expect(methodsAtServer().filter((method) => method === 'subscriptions/listen')).toHaveLength(1);
});

test('P19: what else a subscription asks for is refused at once, whatever waits for approval', async () => {
  await start({ resources: { 'x://a': ASKED, 'x://c': ASKED } });
  listenTo('first', 'x://a', 'x://b', 'x://c');
  expect(await harness.answerTo('first')).toMatchObject({
    error: { message: expect.stringContaining('no rule allows') },
  });
});

test('P19: a subscription waits for the answers to all its questions, where the policy has it wait', async () => {
  const held = { ...ASKED, approval: { hold: 'minute' } };
  await start({ resources: { 'x://a': held, 'x://c': held } });
  listenTo('held', 'x://a', 'x://c');
  await expect.poll(() => waiting().length).toBe(2);
  const [first, second] = waiting();
  harness.state.answer(first?.id ?? '', 'approved');
  await settle();
  expect(methodsAtServer()).not.toContain('subscriptions/listen');
  harness.state.answer(second?.id ?? '', 'approved');
  await expect.poll(methodsAtServer).toContain('subscriptions/listen');
  listenTo('denied', 'x://a', 'x://c');
  await expect.poll(() => waiting().length).toBe(2);
  harness.state.answer(waiting()[1]?.id ?? '', 'denied');
  const answers = () => harness.clientGot().filter(({ id }) => id === 'denied');
  await expect.poll(answers).toMatchObject([{ error: { code: -32600 } }]);
});

test('P19, G9: one subscription puts no more than a few questions to a person', async () => {
  await start({ resources: { '*': ASKED } });
  listenTo('many', ...Array.from({ length: 100 }, (_, n) => `x://${n}`));
  expect(await harness.answerTo('many')).toMatchObject({
    error: { message: expect.stringContaining('fewer') },
  });
  expect(waiting()).toHaveLength(8);
});

test('P24: lists come back without what a policy refuses whatever it is asked with', async () => {
  const script = ({ method }: { method: string }) =>
    ({
      'prompts/list': { prompts: [{ name: 'p' }, { name: 'q' }] },
      'resources/list': {
        resources: [
          { uri: 'x://a', name: 'a' },
          { uri: 'y://a', name: 'b' },
        ],
      },
      'resources/templates/list': { resourceTemplates: [{ uriTemplate: 'x://{a}', name: 't' }] },
    })[method];
  await start({ prompts: { p: {} }, resources: { 'x://*': {} } }, { script });
  expect(await harness.request('prompts/list')).toMatchObject({
    result: { prompts: [{ name: 'p' }] },
  });
  expect(await harness.request('resources/list')).toMatchObject({
    result: { resources: [{ uri: 'x://a' }] },
  });
  await start({}, { script });
  for (const method of ['prompts/list', 'resources/list', 'resources/templates/list']) {
    const { result } = (await harness.request(method)) ?? {};
    expect(Object.values(result as JsonObject)).toEqual([[]]);
  }
});

test('P24, C11: tasks are asked for only where a call of this connection began them', async () => {
  const task = { taskId: 'mine', status: 'working', createdAt: '', ttl: 1 };
  const script = ({ method }: { method: string }): JsonValue | undefined =>
    ({
      'tools/call': { task },
      'tasks/list': { tasks: [task, { ...task, taskId: 'theirs' }] },
      'tasks/get': task,
      'tasks/result': { content: [{ type: 'text', text: 'a\u200bb' }] },
      'tasks/cancel': task,
    })[method];
  const response = { strip_control: true };
  await start({ tools: { act: { response } } }, { script });
  expect(await harness.request('tasks/get', { taskId: 'mine' })).toHaveProperty('error');
  await harness.request('tools/call', { name: 'act', arguments: {}, task: {} });
  for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
    expect(await harness.request(method, { taskId: 'mine' })).toHaveProperty('result');
    expect(await harness.request(method, { taskId: 'theirs' })).toHaveProperty('error');
  }
  expect(await harness.request('tasks/list')).toMatchObject({
    result: { tasks: [{ taskId: 'mine' }] },
  });
  // The result of a task is the result of its call.
  expect(JSON.stringify(await harness.request('tasks/result', { taskId: 'mine' }))).toContain(
    'a\\\\u{200b}b',
  );
});

/** Whether something that the server asks of the client reaches it, in either era. */
async function reachesClient(
  method: string,
  params: JsonObject,
  capabilities: JsonObject,
  isStateless: boolean,
): Promise<boolean> {
  if (!isStateless) {
    harness.answer(JSON.stringify({ jsonrpc: '2.0', id: 'ask', method, params }));
    await settle();
    return harness.clientGot().some((each) => each.method === method);
  }
  const [{ id }] = [{ id: `s${harness.clientGot().length}` }];
  const _meta = { ...meta, [metaKeys.capabilities]: capabilities };
  const call = { name: 'act', arguments: {}, _meta };
  const before = harness.reached().length;
  harness.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: call }));
  await expect.poll(() => harness.reached().length).toBe(before + 1);
  const atServer = harness.serverGot().findLast((each) => each.method === 'tools/call');
  const inputRequests = { one: { method, params } };
  const result = { resultType: 'input_required', inputRequests, requestState: 's' };
  harness.answer(JSON.stringify({ jsonrpc: '2.0', id: atServer.id, result }));
  const answer = await harness.answerTo(id);
  return JSON.stringify(answer).includes('inputRequests');
}

const takesAll = { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} };
const question = { message: 'Which city?', requestedSchema: { type: 'object', properties: {} } };
const cases: [why: string, method: string, params: JsonObject, policy: object, passes: boolean][] =
  [
    [
      'a policy that allows nothing refuses sampling',
      'sampling/createMessage',
      { messages: [] },
      { tools: { act: {} } },
      false,
    ],
    [
      'a policy that allows nothing refuses questions',
      'elicitation/create',
      question,
      { tools: { act: {} } },
      false,
    ],
    [
      'sampling that a rule allows passes',
      'sampling/createMessage',
      { messages: [] },
      { tools: { act: {} }, sampling: {} },
      true,
    ],
    [
      'questions that a rule allows pass',
      'elicitation/create',
      question,
      { tools: { act: {} }, elicitation: {} },
      true,
    ],
    [
      'under default allow sampling passes',
      'sampling/createMessage',
      { messages: [] },
      { default: 'allow' },
      true,
    ],
    [
      'a form that asks for a password never passes',
      'elicitation/create',
      { ...question, message: 'Your password?' },
      { default: 'allow', elicitation: {} },
      false,
    ],
    [
      'an https address passes',
      'elicitation/create',
      { mode: 'url', message: 'Pay', url: 'https://pay.example.com/', elicitationId: 'e' },
      { default: 'allow' },
      true,
    ],
    [
      'an address that is not https does not',
      'elicitation/create',
      { mode: 'url', message: 'Pay', url: 'http://pay.example.com/', elicitationId: 'e' },
      { default: 'allow' },
      false,
    ],
    [
      'an address on another host than the policy names does not',
      'elicitation/create',
      { mode: 'url', message: 'Pay', url: 'https://evil.example.com/', elicitationId: 'e' },
      {
        default: 'allow',
        elicitation: { require: [{ path: 'args.url', op: 'host_in', value: 'pay.example.com' }] },
      },
      false,
    ],
  ];
test.for(cases.flatMap((each) => [[...each, false] as const, [...each, true] as const]))(
  'C6, C7, P24: %s (%s)',
  async ([, method, params, policy, passes, isStateless]) => {
    await start(policy, {
      capabilities: takesAll,
      script: (request) => (request.method === 'tools/call' ? { raw: [] } : undefined),
    });
    expect(await reachesClient(method, params, takesAll, isStateless)).toBe(passes);
    // Whatever was asked of the user stands in the audit.
    const asked = harness.state.decisions.filter(({ entry }) => entry.method === method);
    expect(asked.map(({ recorded }) => recorded.decision.effect)).toEqual([
      passes ? 'allow' : 'deny',
    ]);
  },
);

test.for<[string, number, JsonValue, boolean]>([
  [
    'https',
    -32042,
    [{ mode: 'url', url: 'https://pay.example.com/', elicitationId: 'e', message: '' }],
    true,
  ],
  [
    'javascript',
    -32042,
    [{ mode: 'url', url: 'javascript:alert(1)', elicitationId: 'e', message: '' }],
    false,
  ],
  [
    'one bad of two',
    -32042,
    [{ url: 'https://a.example/' }, { url: 'https://a@b.example/' }],
    false,
  ],
  ['no list', -32042, null, false],
  ['another error', -32000, [{ url: 'javascript:alert(1)' }], true],
])(
  'C7: an error that leads the user to an address is judged as a question: %s',
  async ([, code, elicitations, passes]) => {
    const error = { code, message: 'go there', data: { elicitations } };
    await start(
      { default: 'allow' },
      {
        capabilities: takesAll,
        script: ({ method, id }) =>
          method === 'tools/call'
            ? { raw: [JSON.stringify({ jsonrpc: '2.0', id, error })] }
            : undefined,
      },
    );
    const answer = await harness.call('act');
    expect(JSON.stringify(answer).includes('go there')).toBe(passes);
  },
);

test('C8: requests of the server that nobody declared or knows reach nobody', async () => {
  await start({ default: 'allow', sampling: {}, elicitation: {} }, { capabilities: {} });
  const methods = [...serverRequests.keys(), 'tools/call', 'resources/read'];
  for (const method of methods.filter((each) => each !== 'ping')) {
    expect(await reachesClient(method, {}, {}, false)).toBe(false);
  }
});

const icon = (src: string, mimeType?: string) => ({ src, ...(mimeType && { mimeType }) });
const good = [icon('https://a.example/i.png'), icon('data:image/png;base64,AAAA')];
const bad = [
  ...[icon('javascript:alert(1)'), icon('file:///etc/passwd'), icon('http://a.example/i.png'), {}],
  ...[
    icon('data:image/svg+xml;base64,AAAA'),
    icon('https://a.example/i.svg?x'),
    icon(' https://a.example/i.png'),
  ],
  ...[
    icon('https://a.example/i.png', 'image/svg+xml'),
    icon('data:text/html,x'),
    icon('DATA:image/SVG+xml,x'),
  ],
];
test('C14: icons that a client should not load are dropped from every list', async () => {
  const icons = [...good, ...bad] as JsonValue[];
  const lists: Record<string, JsonObject> = {
    'tools/list': { tools: [{ ...openTool('act'), icons }] },
    'prompts/list': { prompts: [{ name: 'p', icons }] },
    'resources/list': { resources: [{ uri: 'x://a', name: 'a', icons }] },
    'resources/templates/list': {
      resourceTemplates: [{ uriTemplate: 'x://{a}', name: 'a', icons }],
    },
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      serverInfo: { name: 's', version: '1', icons },
    },
  };
  await start({ default: 'allow' }, { script: ({ method }) => lists[method] });
  for (const method of Object.keys(lists).filter((each) => each !== 'initialize')) {
    const { result } = (await harness.request(method)) ?? {};
    expect(Object.values(result as JsonObject).flat()).toMatchObject([{ icons: good }]);
  }
  expect(harness.clientGot()[0]).toMatchObject({ result: { serverInfo: { icons: good } } });
});

test('C15: what a server says while a call runs hides nothing and moves no cursor', async () => {
  await start({ default: 'allow' });
  const data = 'a\u001b[2Jb\u200b\u{e0041}';
  harness.answer(
    JSON.stringify({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'info', data },
    }),
  );
  await settle();
  expect(harness.clientGot().at(-1)?.params).toEqual({
    level: 'info',
    data: 'a\\u{1b}[2Jb\\u{200b}\\u{e0041}',
  });
});
