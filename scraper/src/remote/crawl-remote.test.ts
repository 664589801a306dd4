import type { ServerSource } from '@toolwarden/catalogue';
import { afterEach, describe, expect, test } from 'vitest';
import { type McpWay, startMcp } from '../../fixtures/loopback-mcp.ts';
import { defaultLimits } from '../limits.ts';
import { crawlRemote, placeOfUrlId } from './crawl-remote.ts';

type Running = Awaited<ReturnType<typeof startMcp>>;

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a source says.
const withToken = { Authorization: 'Bearer ${env:NOTES_TOKEN}' };

describe('a server that already runs', () => {
  const running: Running[] = [];
  afterEach(async () => {
    for (const one of running.splice(0)) await one.close();
  });
  const start = async (...args: Parameters<typeof startMcp>) => {
    const one = await startMcp(...args);
    running.push(one);
    return one;
  };
  const crawl = (
    { port, url }: Running,
    more: { headers?: Record<string, string>; env?: Record<string, string>; id?: string } = {},
    limits: Partial<typeof defaultLimits> = {},
  ) => {
    const id = (more.id ?? `url:127.0.0.1:${port}/mcp`) as ServerSource['id'];
    const remote = { url, ...(more.headers && { headers: more.headers }) };
    return crawlRemote({ id }, remote, {
      limits: { ...defaultLimits, ...limits },
      env: more.env ?? {},
    });
  };

  test.for([
    ['session', '2025-11-25', 'streamable-http'],
    ['session-events', '2025-11-25', 'streamable-http'],
    ['stateless', '2026-07-28', 'streamable-http'],
    ['sse', '2025-11-25', 'sse'],
    ['redirects', '2025-11-25', 'streamable-http'],
  ] as [McpWay, string, string][])(
    'of the kind %s is listed whole, odd definitions too',
    async ([way, protocolVersion, transport]) => {
      expect(await crawl(await start(way))).toMatchObject({
        outcome: 'complete',
        version: '2.1.0',
        transport,
        protocolVersion,
        serverInfo: { name: 'remote-notes', version: '2.1.0' },
        instructions: 'Ask before you write.',
        configurations: [{ name: 'default', args: [], env: [] }],
        tools: [{ definition: { name: 'odd' } }, { definition: { name: 'read_note' } }],
      });
    },
  );

  test('gets its token from the environment, and no record has it', async () => {
    const server = await start('session', { token: 'canary-4711' });
    const record = await crawl(server, { headers: withToken, env: { NOTES_TOKEN: 'canary-4711' } });
    expect(record).toMatchObject({
      outcome: 'complete',
      configurations: [{ env: ['NOTES_TOKEN'] }],
    });
    expect(JSON.stringify(record)).not.toContain('canary');
  });

  test('that wants a token says so, with the variable that is not set', async () => {
    const server = await start('session', { token: 'canary-4711' });
    expect(await crawl(server, { headers: withToken })).toMatchObject({
      outcome: 'failed',
      reason: 'wants-configuration',
      detail: expect.stringContaining('not set: NOTES_TOKEN'),
    });
  });

  test('that repeats our token in its definitions leaves nothing behind', async () => {
    const server = await start('echoes-header', { token: 'canary-4711' });
    const record = await crawl(server, { headers: withToken, env: { NOTES_TOKEN: 'canary-4711' } });
    expect(record).toMatchObject({ outcome: 'failed', reason: 'protocol-error' });
    expect(JSON.stringify(record)).not.toContain('canary');
  });

  test('of a person’s configuration does not bring an address of their own into a record', async () => {
    const { port, ...server } = await start('lost');
    const own = {
      ...server,
      port,
      url: `http://127.0.0.1:${port}/s/canary-4711/mcp?key=canary-4712`,
    };
    const record = await crawl(own, { id: 'config:notes' });
    expect(record).toMatchObject({ detail: expect.stringContaining('there is no') });
    expect(JSON.stringify(record)).not.toContain('canary');
  });

  test.for([
    ['flood', /over 8388608 bytes/],
    ['long-line', /line over 8388608 bytes/],
  ] as [McpWay, RegExp][])(
    'that floods (%s) is cut at the limit of one message',
    async ([way, words]) => {
      expect(await crawl(await start(way))).toMatchObject({
        outcome: 'failed',
        reason: 'limit-exceeded',
        detail: expect.stringMatching(words),
      });
    },
  );

  test('that never answers is a timeout', async () => {
    const record = await crawl(await start('silent'), {}, { serverMs: 400, startMs: 300 });
    expect(record).toMatchObject({ outcome: 'failed', reason: 'timeout' });
  });

  test('that is out of order, or not there, is told apart', async () => {
    expect(await crawl(await start('refuses'))).toMatchObject({ reason: 'protocol-error' });
    const gone = await start('session');
    await gone.close();
    running.pop();
    expect(await crawl(gone)).toMatchObject({ reason: 'unreachable' });
  });

  test('A10: that redirects to another place is not followed there', async () => {
    const other = await start('session');
    const server = await start('redirects-away', { to: other.url });
    expect(await crawl(server)).toMatchObject({ outcome: 'failed' });
    expect(other.requests).toEqual([]);
  });

  test('A10: on this machine is dialled only for its own user, never because a registry says so', async () => {
    const server = await start('session');
    expect(await crawl(server, { id: 'registry:io.github.acme/notes' })).toMatchObject({
      outcome: 'failed',
      reason: 'not-started',
      detail: expect.stringContaining('on this machine'),
    });
    expect(server.requests).toEqual([]);
  });
});

test.for([
  ['url:mcp.acme.dev/mcp', 'https://mcp.acme.dev/mcp'],
  ['url:127.0.0.1:3000/mcp', 'http://127.0.0.1:3000/mcp'],
  ['url:localhost:3000', 'http://localhost:3000'],
  ['url:localhost.acme.dev/mcp', 'https://localhost.acme.dev/mcp'],
])('%s stands for %s', ([id, url]) => {
  expect(placeOfUrlId({ id: id as ServerSource['id'] })).toEqual({ url });
});
