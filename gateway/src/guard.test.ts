import { afterEach, expect, test } from 'vitest';
import { createHarness, openTool } from './testing/harness.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;
let harness: Harness;
// INVARIANT: every run is checked, whatever the test itself looks at.
afterEach(() => expect(harness.broken({ clientLeft: true })).toEqual([]));

const ok = { content: [{ type: 'text', text: 'done' }] };
const script = ({ method }: { method: string }) => (method === 'tools/call' ? ok : undefined);
const start = async (policy: object, tools: string[] | object[], more: object = {}) => {
  const listed = tools.map((tool) => (typeof tool === 'string' ? openTool(tool) : tool));
  harness = await createHarness({
    policy: { version: '1', default: 'deny', ...policy } as never,
    tools: listed as never,
    script,
    ...more,
  });
  return harness;
};
const listedNames = async () => {
  const answer = await harness.request('tools/list');
  const result = answer?.['result'] as { tools: { name: string }[] } | undefined;
  return result?.tools.map(({ name }) => name);
};

test('P4: what no rule names is refused, and an allowed call passes untouched', async () => {
  await start({ tools: { read: {} } }, ['read', 'write']);
  expect(await harness.call('read', { path: '/a' })).toMatchObject({ result: ok });
  expect(await harness.call('write')).toMatchObject({
    result: { isError: true, _meta: { 'toolwarden/decision': { effect: 'deny' } } },
  });
  expect(harness.reached()).toEqual(['read']);
});

test('P23, hole: what may not be called is not listed, and calling it anyway is refused', async () => {
  await start(
    {
      default: 'allow',
      hide: ['secret*'],
      tools: {
        wipe: { action: 'deny' },
        drop: { deny_if: [{ conditions: [] }] },
        ask: { action: 'approve' },
      },
    },
    ['read', 'secret-door', 'wipe', 'drop', 'ask'],
  );
  expect(await listedNames()).toEqual(['read', 'ask']);
  for (const name of ['secret-door', 'wipe', 'drop', 'ask']) {
    expect(await harness.call(name)).toMatchObject({ result: { isError: true } });
  }
  expect(harness.reached()).toEqual([]);
});

test('a hidden tool and one that does not exist answer alike, to the byte', async () => {
  await start({ default: 'allow', hide: ['aaaa'] }, ['aaaa']);
  const texts = [];
  for (const name of ['aaaa', 'bbbb']) {
    const { result } = (await harness.call(name)) ?? {};
    texts.push(JSON.stringify(result).replaceAll(name, 'NAME'));
  }
  expect(texts[0]).toBe(texts[1]);
});

test('wrong arguments do not tell a hidden or never allowed tool from one that does not exist', async () => {
  const inputSchema = { type: 'object', required: ['path'] };
  for (const policy of [{ default: 'allow', hide: ['aaaa'] }, { default: 'deny' }]) {
    await start(policy, [{ ...openTool('aaaa'), inputSchema }]);
    const [there, gone] = [await harness.call('aaaa'), await harness.call('bbbb')];
    const text = (answer: unknown) =>
      JSON.stringify(Object(answer).result).replaceAll('bbbb', 'aaaa');
    expect(text(there)).toBe(text(gone));
  }
});

test('hole: a list keeps the fields nobody knows', async () => {
  const odd = { ...openTool('read'), 'x-new': { deep: [1] }, annotations: { readOnlyHint: true } };
  await start({ tools: { read: {} } }, [odd, openTool('gone')], {
    script: ({ method }: { method: string }) =>
      method === 'tools/list'
        ? { tools: [odd, openTool('gone')], _meta: { a: 1 }, more: 2 }
        : undefined,
  });
  expect((await harness.request('tools/list'))?.['result']).toEqual({
    ...{ tools: [odd], _meta: { a: 1 }, more: 2 },
  });
});

const sameTool = [
  'Read',
  'READ',
  'read ',
  ' read',
  'read.',
  'read\u200b',
  'read\u00ad',
  're\u0430d',
  'r\u0435ad',
  'read%20',
  'rea%64',
  'read\u{e0041}',
  '\uff52ead',
  'read\n',
  'read\t',
  'x/read',
  '../read',
  'read/',
  'readx',
  'rea',
  'read\u0301',
  '',
];
test.for(sameTool)('P10: %j is not the tool "read"', async (name) => {
  await start({ default: 'allow' }, ['read']);
  await harness.call(name);
  expect(harness.reached()).toEqual([]);
});

test('P10, C2: names outside the grammar and names listed twice are withheld', async () => {
  await start({ default: 'allow' }, [
    'a b',
    'ok',
    'twice',
    'twice',
    'x'.repeat(129),
    'tag\u{e0041}',
  ]);
  expect(await listedNames()).toEqual(['ok']);
  for (const name of ['a b', 'twice', 'x'.repeat(129)]) await harness.call(name);
  expect(harness.reached()).toEqual([]);
  expect(harness.notes.filter(({ kind }) => kind === 'tool-withheld')).toHaveLength(4);
});

test('hole: amounts below nothing refuse, and do not refill a budget', async () => {
  const limits = [{ sum: 'args.amount', window: 'hour', max: 100 }];
  await start({ tools: { pay: { limits } } }, [openTool('pay', { amount: {} })]);
  for (const amount of [-50, '10', null, 1e300]) await harness.call('pay', { amount });
  await harness.call('pay');
  await harness.call('pay', { amount: 100 });
  await harness.call('pay', { amount: 1 });
  expect(harness.reached()).toEqual(['pay']);
});

test('hole: arguments that are no object are refused', async () => {
  await start({ default: 'allow' }, ['read']);
  for (const args of [[], 'x', 1, null, true]) {
    await harness.request('tools/call', { name: 'read', arguments: args });
  }
  expect(harness.reached()).toEqual([]);
});

test('hole: a key that differs from a listed one only in letter case is refused', async () => {
  const rule = { require: [{ path: 'args.to.host', op: 'eq', value: 'safe' }] };
  const to = { type: 'object', properties: { host: { type: 'string' } } };
  await start({ tools: { send: rule } }, [openTool('send', { to, list: { items: to } })]);
  await harness.call('send', { to: { host: 'safe', Host: 'evil' } });
  await harness.call('send', { to: { host: 'safe' }, TO: { host: 'evil' } });
  await harness.call('send', { to: { host: 'safe' }, list: [{ hoſt: 'evil' }] });
  expect(harness.reached()).toEqual([]);
  await harness.call('send', { to: { host: 'safe', other: 1 } });
  expect(harness.reached()).toEqual(['send']);
});

test('hole: a path with .. does not leave its root', async () => {
  const rule = { require: [{ path: 'args.path', op: 'within', value: ['/srv'] }] };
  await start({ tools: { read: rule } }, [openTool('read', { path: { type: 'string' } })]);
  for (const path of [
    '/srv/../etc/passwd',
    '/srv/a/../../etc',
    '/srv/%2e%2e/etc',
    '/srvx',
    'srv',
  ]) {
    await harness.call('read', { path });
  }
  expect(harness.reached()).toEqual([]);
});

const operators: [string, unknown][] = [
  ['eq', 'a'],
  ['neq', 'a'],
  ['lt', 5],
  ['lte', 5],
  ['gt', 1],
  ['gte', 1],
  ['in', ['a']],
  ['not_in', ['a']],
  ['exists', true],
  ['contains', 'a'],
  ['regex', 'a'],
  ['matches', 'a'],
  ['within', ['/a']],
  ['host_in', ['a.b']],
  ['max_length', 5],
  ['max_items', 5],
];
test.for(operators)(
  'hole, P11: a missing argument fails the requirement %s',
  async ([op, value]) => {
    const rule = { require: [{ path: 'args.x', op, value }] };
    await start({ tools: { act: rule } }, ['act']);
    await harness.call('act');
    expect(harness.reached()).toEqual([]);
  },
);

test('C3: arguments that do not fit the listed schema are refused', async () => {
  const schema = {
    type: 'object',
    properties: { n: { type: 'integer' }, s: { type: 'string', pattern: '^[a-z]+$' } },
    required: ['n'],
    additionalProperties: false,
  };
  await start({ default: 'allow' }, [{ name: 'act', inputSchema: schema }]);
  for (const args of [{}, { n: '1' }, { n: 1.5 }, { n: 1, s: 'A' }, { n: 1, extra: 1 }]) {
    await harness.call('act', args as never);
  }
  expect(harness.reached()).toEqual([]);
  await harness.call('act', { n: 1, s: 'abc' });
  expect(harness.reached()).toEqual(['act']);
});

const unusable: [string, object | undefined][] = [
  ['no schema', undefined],
  ['a reference to elsewhere', { $ref: 'http://127.0.0.1:1/schema.json' }],
  ['a file', { $ref: 'file:///etc/passwd' }],
  [
    'references that only refer to each other',
    { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
  ],
  ['a reference to nothing', { $ref: '#/$defs/none' }],
  ['10,000 parts', { allOf: Array.from({ length: 10_000 }, () => ({})) }],
  ['an unknown dialect', { $schema: 'https://example.com/mine' }],
  ['a pattern with a back-reference', { properties: { a: { pattern: '(a)\\1' } } }],
  ['an asynchronous schema', { $async: true }],
  ['a type that is none', { type: 'strange' }],
];
test.for(unusable)(
  'C4, C5: a tool with %s is refused, without any request',
  async ([, inputSchema]) => {
    await start({ default: 'allow' }, [{ name: 'act', ...(inputSchema && { inputSchema }) }]);
    await harness.call('act', { a: 'x' });
    expect(harness.reached()).toEqual([]);
  },
);

test('C4: a pattern that would take others forever takes no time', async () => {
  const properties = { a: { type: 'string', pattern: '^(a+)+$' } };
  await start({ default: 'allow' }, [openTool('act', properties)]);
  await harness.call('act', { a: `${'a'.repeat(50_000)}!` });
  expect(harness.reached()).toEqual([]);
});

test('C4: a schema whose references multiply is stopped', async () => {
  const twice = {
    anyOf: [
      { properties: { n: { $ref: '#' } }, required: ['no'] },
      { properties: { n: { $ref: '#' } }, required: ['no'] },
    ],
  };
  await start({ default: 'allow' }, [{ name: 'act', inputSchema: twice }]);
  const deep = Array.from({ length: 50 }).reduce<object>((inner) => ({ n: inner }), {});
  await harness.call('act', deep as never);
  expect(harness.reached()).toEqual([]);
});

test('C1: an annotation of the server changes no class', async () => {
  const tool = { ...openTool('wipe'), annotations: { readOnlyHint: true } };
  await start({ classes: { 'category:Read': { action: 'allow' } } }, [tool]);
  await harness.call('wipe');
  expect(harness.reached()).toEqual([]);
});

test('a class from the catalogue allows what it says, for that definition only', async () => {
  const classOf = ({ definition }: { definition: object }) =>
    'description' in definition ? undefined : { category: 'Read', traits: [] };
  await start({ classes: { 'category:Read': { action: 'allow' } } }, ['read'], { classOf });
  await harness.call('read');
  harness.setTools([{ ...openTool('read'), description: 'changed' }]);
  harness.answer('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  await harness.call('read');
  expect(harness.reached()).toEqual(['read']);
});

test('an approval given passes the exact call once', async () => {
  await start({ tools: { pay: { action: 'approve' } } }, [openTool('pay', { n: {} })]);
  const asked = JSON.stringify(await harness.call('pay', { n: 1 }));
  expect(asked).toContain('toolwarden approvals approve a1');
  harness.state.answer('a1', 'approved');
  await harness.call('pay', { n: 2 });
  await harness.call('pay', { n: 1 });
  await harness.call('pay', { n: 1 });
  expect(harness.serverGot().filter(({ method }) => method === 'tools/call')).toMatchObject([
    { params: { name: 'pay', arguments: { n: 1 } } },
  ]);
});

test('the reason of a rule stands in the refusal as one sentence', async () => {
  await start({ tools: { wipe: { action: 'deny', reason: 'It removes data.' } } }, ['wipe']);
  const text = JSON.stringify(await harness.call('wipe'));
  expect(text).toContain('It removes data. Repeating it will not help.');
});

test('I4: without a record nothing passes, and it goes on when the store is back', async () => {
  await start({ default: 'allow' }, ['read']);
  await harness.call('read');
  harness.state.fail(new Error('disk full'));
  expect(await harness.call('read')).toMatchObject({ result: { isError: true } });
  expect(harness.reached()).toEqual(['read']);
  harness.state.fail(undefined);
  await harness.call('read');
  expect(harness.reached()).toEqual(['read', 'read']);
});

test('observing decides and records, and lets pass', async () => {
  await start({}, ['read'], { isObserving: true });
  expect(await listedNames()).toEqual(['read']);
  await harness.call('read');
  expect(harness.reached()).toEqual(['read']);
  expect(harness.state.decisions.at(-1)?.recorded.decision.effect).toBe('deny');
});

test('a limit holds, and only the server counts', async () => {
  await start({ tools: { read: { limits: [{ max: 3, window: 'hour' }] } } }, ['read']);
  await Promise.all(Array.from({ length: 10 }, () => harness.call('read')));
  expect(harness.broken({ ceilings: { read: 3 } })).toEqual([]);
  expect(harness.reached()).toHaveLength(3);
});
