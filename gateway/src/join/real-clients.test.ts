import { join } from 'node:path';
import {
  Client as DualClient,
  StreamableHTTPClientTransport as DualTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CreateMessageRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { expect, onTestFinished, test } from 'vitest';
import { startJoinedHarness } from '../testing/joined-gateway.ts';

const ROOT = join(import.meta.dirname, '../../..');
const node = (path: string) => ({ command: process.execPath, args: [join(ROOT, path)] });
const everything = node('node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const bothEras = node('gateway/fixtures/both-eras.ts');
/** A busy machine may take longer to start four programs than clients are let wait for what may be down. */
const waitsForAll = { config: { limits: { joinMs: 200_000 } } };
const PREFIX = 'toolwarden:everything:demo://resource';

test('a client of the session era has real servers in one session, with all they ask and tell', async () => {
  const harness = await startJoinedHarness(
    {},
    { ...waitsForAll, more: { everything, one: bothEras, two: bothEras } },
  );
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities: { sampling: {}, roots: { listChanged: true } } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    ...{ role: 'assistant', model: 'm', content: { type: 'text', text: 'a sample' } },
  }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///srv' }] }));
  const loggers = new Set<string | undefined>();
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    loggers.add(params.logger);
  });
  const url = new URL(`${harness.gateway.url}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url) as Transport);
  onTestFinished(() => client.close());
  expect(client.getServerCapabilities()).toEqual({
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { listChanged: true, subscribe: true },
    ...{ logging: {}, completions: {} },
  });
  expect(client.getInstructions()).toContain('everything says:\n> # Everything Server');
  const names = (await client.listTools()).tools.map(({ name }) => name);
  expect(names).toContain('one__greet');
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    JSON.stringify(await client.callTool({ name, arguments: args }));
  expect(await call('everything__echo', { message: 'hello ✓' })).toContain('hello ✓');
  expect(await call('one__greet', { name: 'Ann' })).toContain('Hello Ann');
  expect(await call('two__greet', { name: 'Bea' })).toContain('Hello Bea');
  const sampling = { prompt: 'x', maxTokens: 10 };
  expect(await call('everything__trigger-sampling-request', sampling)).toContain('a sample');
  expect(await call('everything__get-roots-list')).toContain('file:///srv');

  const progress: number[] = [];
  await client.callTool(
    {
      name: 'everything__trigger-long-running-operation',
      arguments: { duration: 0.3, steps: 3 },
    },
    undefined,
    { onprogress: ({ progress: done }) => progress.push(done) },
  );
  expect(progress).toEqual([1, 2, 3]);

  const { resources } = await client.listResources();
  const uri = `${PREFIX}/static/document/features.md`;
  expect(resources.map((resource) => resource.uri)).toContain(uri);
  expect((await client.readResource({ uri })).contents[0]).toMatchObject({ uri });
  const { resourceTemplates } = await client.listResourceTemplates();
  const { uriTemplate = '' } = resourceTemplates[0] ?? {};
  expect(uriTemplate).toBe(`${PREFIX}/dynamic/text/{resourceId}`);
  const expanded = { uri: uriTemplate.replace('{resourceId}', '7') };
  expect((await client.readResource(expanded)).contents[0]).toMatchObject(expanded);
  const links = await client.callTool({
    name: 'everything__get-resource-links',
    arguments: { count: 1 },
  });
  const [, link] = links.content as { uri: string }[];
  expect(await client.readResource({ uri: link?.uri ?? '' })).toHaveProperty('contents');

  const prompt = { name: 'everything__args-prompt', arguments: { city: 'Oslo' } };
  expect(JSON.stringify(await client.getPrompt(prompt))).toContain('Oslo');
  const completed = await client.complete({
    ref: { type: 'ref/prompt', name: 'everything__completable-prompt' },
    argument: { name: 'department', value: 'S' },
  });
  expect(completed.completion.values).toEqual(['Sales', 'Support']);
  const numbers = await client.complete({
    ref: { type: 'ref/resource', uri: uriTemplate },
    argument: { name: 'resourceId', value: '7' },
  });
  expect(numbers.completion.values).toEqual(['7']);
  await client.setLoggingLevel('debug');
  await call('everything__toggle-simulated-logging');
  await expect.poll(() => [...loggers]).toContain('everything');
});

test('a client of both eras speaks without sessions where all servers do, and opens one where one cannot', async () => {
  const stateless = await startJoinedHarness(
    {},
    { ...waitsForAll, more: { one: bothEras, two: bothEras } },
  );
  const mixed = await startJoinedHarness(
    {},
    { ...waitsForAll, more: { one: bothEras, everything } },
  );
  for (const [harness, version] of [
    [stateless, '2026-07-28'],
    [mixed, '2025-11-25'],
  ] as const) {
    const client = new DualClient(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode: 'auto' } },
    );
    await client.connect(new DualTransport(new URL(`${harness.gateway.url}/mcp`)));
    onTestFinished(() => client.close());
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('one__greet');
    const got = await client.callTool({ name: 'one__greet', arguments: { name: 'Ann' } });
    expect(JSON.stringify(got)).toContain('Hello Ann');
  }
  expect(stateless.log.join('\n')).not.toContain('left out');
});

test('a server of the stateless era asks the user about its own call, and hears the answer', async () => {
  const policy = { version: '1', default: 'allow' } as const;
  const harness = await startJoinedHarness(
    {},
    { ...waitsForAll, policy, more: { one: bothEras, two: bothEras } },
  );
  const client = new DualClient(
    { name: 'test', version: '1' },
    {
      capabilities: { elicitation: { form: {} } },
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    },
  );
  client.setRequestHandler('elicitation/create', () => ({
    ...{ action: 'accept' as const, content: { name: 'Ann' } },
  }));
  await client.connect(new DualTransport(new URL(`${harness.gateway.url}/mcp`)));
  onTestFinished(() => client.close());
  const signed = await client.callTool({ name: 'two__sign', arguments: {} });
  expect(JSON.stringify(signed)).toContain('Signed by Ann');
  const servers = harness.state.decisions.map(({ entry }) => entry.server);
  expect(new Set(servers)).toEqual(new Set(['two']));
});
