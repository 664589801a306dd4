import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import { afterEach, expect, test } from 'vitest';
import { preparePolicy } from '../policy/load-policy.ts';
import { createHarness, openTool } from '../testing/harness.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;
let harness: Harness;
// INVARIANT: every run is checked, whatever the test itself looks at.
afterEach(() => expect(harness?.broken({ clientLeft: true }) ?? []).toEqual([]));

const textOf = (text: string): JsonObject => ({ content: [{ type: 'text', text }] });
/** What the client gets where the server answers a call so. */
const resultOf = async (
  result: JsonValue | { raw: string[] },
  response: object | undefined,
  tool: JsonObject = openTool('act'),
): Promise<JsonObject> => {
  harness = await createHarness({
    policy: {
      ...{ version: '1', default: 'allow' },
      tools: { act: response === undefined ? {} : { response } },
    } as never,
    tools: [tool],
    script: ({ method }) => (method === 'tools/call' ? result : undefined),
  });
  return (await harness.call('act')) ?? {};
};
const shownText = async (text: string, response: object) => {
  const { result } = await resultOf(textOf(text), response);
  return ((result as JsonObject)['content'] as { text: string }[])[0]?.text;
};

test('a result over max_bytes is withheld whole, one of exactly so many passes', async () => {
  const result = textOf('x'.repeat(100));
  const size = JSON.stringify(result).length;
  expect(await resultOf(result, { max_bytes: size })).toMatchObject({ result });
  const { result: withheld } = await resultOf(result, { max_bytes: size - 1 });
  expect(withheld).toMatchObject({ isError: true });
  expect(JSON.stringify(withheld)).not.toContain('xxx');
  expect(harness.notes).toMatchObject([{ kind: 'result-withheld', tool: 'act' }]);
});

test('the tightest of several rules holds', async () => {
  harness = await createHarness({
    policy: {
      ...{ version: '1', default: 'allow' },
      all_tools: { response: { max_bytes: 10, strip_control: true } },
      tools: { act: { response: { max_bytes: 100_000 } } },
    },
    tools: [openTool('act')],
    script: ({ method }) => (method === 'tools/call' ? textOf('hello') : undefined),
  });
  expect(await harness.call('act')).toMatchObject({ result: { isError: true } });
});

test.for<[secret: string, what: string]>([
  ['ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2', 'a token of GitHub'],
  ['AKIAQWERTYUIOPASDFGH', 'a key id of AWS'],
  ['xoxb-1234567890-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx', 'a token of Slack'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P', 'a JWT'],
  ['api_key: "q8Zr1LkP0vXw7Nn3Tb5Y"', 'a random word behind a name'],
  ['Authorization: Bearer q8Zr1LkP0vXw7Nn3Tb5Y', 'a bearer token'],
])('secrets are taken out of a result: %s', async ([secret]) => {
  const shown = await shownText(`before ${secret} after`, { redact: [{ preset: 'secrets' }] });
  const value = secret.replace(/^.*?(?:: "|Bearer )/, '').replace(/"$/, '');
  expect(shown).not.toContain(value);
  expect(shown).toMatch(/^before .*\[redacted\].* after$/);
});

test('a text cannot switch the search for secrets off', async () => {
  const token = 'ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2';
  const shown = await shownText(`secretlint-disable\n${token}`, {
    redact: [{ preset: 'secrets' }],
  });
  expect(shown).not.toContain(token);
});

test.for([
  'the password must have eight characters',
  'token limit: 128000 characters per request',
  'secret_name: production-database-credentials',
  'commit 2322102b1157dec4399ab739d6558dc3c9d77e7c4',
])('what is no secret stays: %s', async (text) =>
  expect(await shownText(text, { redact: [{ preset: 'secrets' }] })).toBe(text),
);

test('what is allowed to stay stays, and only as a whole', async () => {
  const token = 'ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2';
  const redact = (allow: string[]) => ({ redact: [{ preset: 'secrets', allow }] });
  expect(await shownText(token, redact(['ghp_a1B2.*']))).toBe(token);
  expect(await shownText(token, redact(['ghp_a1B2']))).toBe('[redacted]');
});

test('patterns of the policy are taken out everywhere, keys and errors too', async () => {
  const response = { redact: ['[0-9]{16}'] };
  const card = '4111111111111111';
  const { result } = await resultOf(
    { content: [], structuredContent: { list: [{ n: card }], [card]: 1 }, _meta: { a: card } },
    response,
  );
  expect(JSON.stringify(result)).not.toContain(card);
  const message = { jsonrpc: '2.0', id: 0, error: { code: 1, message: card, data: [card] } };
  harness = await createHarness({
    policy: { version: '1', default: 'allow', tools: { act: { response } } },
    tools: [openTool('act')],
    script: ({ method, id }) =>
      method === 'tools/call' ? { raw: [JSON.stringify({ ...message, id })] } : undefined,
  });
  expect(await harness.call('act')).toMatchObject({
    error: { code: 1, message: '[redacted]', data: ['[redacted]'] },
  });
});

test('a password in a field of that name is taken out, however simple', async () => {
  const structuredContent = { user: 'ada', password: 'cat', note: 'cat' };
  const { result } = await resultOf(
    { content: [], structuredContent },
    { redact: [{ preset: 'secrets' }] },
  );
  expect(result).toMatchObject({ structuredContent: { user: 'ada', password: '[redacted]' } });
});

test('controls and hidden characters are written out, pictures and numbers stay as they are', async () => {
  const big = '{"id":12345678901234567890,"x":1.50}';
  const data = Buffer.from('picture').toString('base64');
  const raw = (id: number) =>
    `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"a\\u001b[2Jb\\u200bc"},{"type":"image","mimeType":"image/png","data":"${data}"}],"structuredContent":${big}}}`;
  harness = await createHarness({
    policy: {
      ...{ version: '1', default: 'allow' },
      tools: { act: { response: { strip_control: true } } },
    },
    tools: [openTool('act')],
    script: ({ method, id }) => (method === 'tools/call' ? { raw: [raw(id)] } : undefined),
  });
  await harness.call('act');
  const line = harness.happenings
    .flatMap((each) => (each.kind === 'client-got' ? [each.line] : []))
    .at(-1);
  expect(line).toContain('a\\\\u{1b}[2Jb\\\\u{200b}c');
  expect(line).toContain(data);
  expect(line).toContain(big);
});

test('without a rule the result keeps its own bytes', async () => {
  const odd = '{"content" : [ ],"a":1e0,"\\u0061b":"\\u200b"}';
  harness = await createHarness({
    policy: {
      ...{ version: '1', default: 'allow' },
      tools: { other: { response: { strip_control: true } } },
    },
    tools: [openTool('act')],
    script: ({ method, id }) =>
      method === 'tools/call'
        ? { raw: [`{"jsonrpc":"2.0","id":${id},"result":${odd}}`] }
        : undefined,
  });
  await harness.call('act');
  const line = harness.happenings
    .flatMap((each) => (each.kind === 'client-got' ? [each.line] : []))
    .at(-1);
  expect(line).toContain(odd);
});

const counting = {
  ...openTool('act'),
  outputSchema: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } },
};
const noContent = { content: [] };
test.for<[string, JsonObject, boolean]>([
  ['as promised', { ...noContent, structuredContent: { n: 1 } }, true],
  ['another type', { ...noContent, structuredContent: { n: '1' } }, false],
  ['a field missing', { ...noContent, structuredContent: {} }, false],
  ['no object', { ...noContent, structuredContent: [1] }, false],
  ['none at all', textOf('{"n":1}'), false],
  ['a failure', { ...textOf('it broke'), isError: true }, true],
])('C3: structured content is held against the output schema: %s', async ([, result, passes]) => {
  const answer = await resultOf(result, undefined, counting);
  if (passes) expect(answer['result']).toEqual(result);
  else {
    expect(answer['result']).toMatchObject({ isError: true });
    expect(answer['result']).not.toHaveProperty('structuredContent');
  }
});

test.for([
  [{ $ref: 'https://a.example/schema.json' }],
  [{ $schema: 'https://a.example/dialect' }],
  [{ pattern: '(?=x)' }],
  ['nothing'],
])('C4: a tool whose output schema is %j is not called at all', async ([outputSchema]) => {
  const answer = await resultOf(noContent, undefined, {
    ...openTool('act'),
    outputSchema: outputSchema as JsonValue,
  });
  expect(answer['result']).toMatchObject({ isError: true });
  expect(harness.reached()).toEqual([]);
});

test('results of resources and prompts have rules of their own', async () => {
  harness = await createHarness({
    policy: {
      ...{ version: '1', default: 'deny' },
      resources: { 'x://*': { response: { strip_control: true } } },
      prompts: { p: { response: { max_bytes: 5 } } },
    },
    script: ({ method }) => (method === 'tools/list' ? undefined : { text: 'a\u200bb' }),
  });
  expect(await harness.request('resources/read', { uri: 'x://a' })).toMatchObject({
    result: { text: 'a\\u{200b}b' },
  });
  expect(await harness.request('prompts/get', { name: 'p' })).toHaveProperty('error');
});

test('a result that cannot be looked through is withheld', async () => {
  const deep = `${'['.repeat(300)}${']'.repeat(300)}`;
  harness = await createHarness({
    policy: {
      ...{ version: '1', default: 'allow' },
      tools: { act: { response: { strip_control: true } } },
    },
    tools: [openTool('act')],
    script: ({ method, id }) =>
      method === 'tools/call'
        ? { raw: [`{"jsonrpc":"2.0","id":${id},"result":{"content":${deep}}}`] }
        : undefined,
  });
  expect(await harness.call('act')).toMatchObject({ result: { isError: true } });
});

test('a pattern that cannot be used stops the start', async () => {
  const redact = ['(?=x)'];
  await expect(
    preparePolicy({ version: '1', default: 'allow', tools: { a: { response: { redact } } } }),
  ).rejects.toThrow('redact');
});

test('a text that is sent as a file in base64 is looked through, other files stay', async () => {
  const secret = 'ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2';
  const base64 = (bytes: string | Buffer) => Buffer.from(bytes).toString('base64');
  const picture = base64(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]));
  const resource = (blob: string) => ({ type: 'resource', resource: { uri: 'file:///a', blob } });
  const image = { type: 'image', mimeType: 'image/png', data: picture };
  const content = [resource(base64(`KEY=${secret}\n`)), resource(picture), image];
  // A field of the tool's own is no file, whatever it is called.
  const structuredContent = { blob: 'AKIAQWERTYUIOPASDFGH' };
  const redact = [{ preset: 'secrets' }];
  const { result } = await resultOf({ content, structuredContent }, { redact });
  expect(result).toEqual({
    content: [resource(base64('KEY=[redacted]\n')), resource(picture), image],
    structuredContent: { blob: '[redacted]' },
  });
});
