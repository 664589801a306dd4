import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { ACCEPT, startHttpHarness, VERSION } from '../testing/http-gateway.ts';
import type { HttpScript } from '../testing/scripted-server.ts';

/** Keeps subscriptions and streams open. */
const streams: HttpScript = ({ method, response }) => {
  if (method !== 'subscriptions/listen' && method !== 'GET') return undefined;
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(':\n\n');
  return true;
};

const key = (value: string) => ({ 'X-Api-Key': value });
type Harness = Awaited<ReturnType<typeof startHttpHarness>>;

async function configure(harness: Harness, servers: JsonObject) {
  const policies = { p: harness.policy };
  const config = { listen: { port: 0 }, admin: false, grants: 'open', servers, policies };
  writeFileSync(harness.config, JSON.stringify(config));
  await harness.gateway.reload();
}

/** Opens a stream; `ended` tells when the gateway has ended it. */
function stream(harness: Harness, method: string, headers: Record<string, string>, body?: string) {
  const state = { status: 0, isEnded: false };
  const place = { host: '127.0.0.1', port: harness.port, path: '/mcp/test' };
  const asked = request({ ...place, method, headers: { Accept: ACCEPT, ...headers } });
  asked.on('error', () => {});
  asked.on('response', (response) => {
    state.status = response.statusCode ?? 0;
    response.on('close', () => {
      state.isEnded = true;
    });
    response.resume();
  });
  asked.end(body);
  return state;
}

const subscription = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 's', method: 'subscriptions/listen' },
  params: {
    notifications: { toolsListChanged: true },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': VERSION,
      'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});
const statelessHeaders = {
  ...{ 'Content-Type': 'application/json', 'MCP-Protocol-Version': VERSION },
  'Mcp-Method': 'subscriptions/listen',
};

test('a server that was configured anew is what the next request reaches, whatever still goes on with the old one', async () => {
  const harness = await startHttpHarness({ script: streams });
  const { url } = harness.server;
  await configure(harness, { test: { url, headers: key('old') } });
  const open = stream(harness, 'POST', statelessHeaders, subscription);
  await expect.poll(() => open.status).toBe(200);
  await configure(harness, { test: { url, headers: key('new') } });
  await harness.ask('tools/call', { name: 'act' });
  expect(harness.server.seen.at(-1)?.headers['x-api-key']).toBe('new');
  await expect.poll(() => open.isEnded, { timeout: 100_000 }).toBe(true);
});

test('the sessions of a server that was taken out end, and so do their streams', async () => {
  const harness = await startHttpHarness({ script: streams });
  const { url } = harness.server;
  const session = await harness.open();
  const open = stream(harness, 'GET', session.headers);
  await expect.poll(() => open.status).toBe(200);
  await configure(harness, { other: { url } });
  await expect.poll(() => open.isEnded, { timeout: 100_000 }).toBe(true);
  expect(harness.gateway.load().sessions).toBe(0);
});

test('what is taken up only at a start is said when it changes, the pages for approvals too', async () => {
  const harness = await startHttpHarness();
  const config = JSON.parse(readFileSync(harness.config, 'utf8'));
  const approvals = { pages: 'https://approvals.example.com/approvals' };
  writeFileSync(harness.config, JSON.stringify({ ...config, approvals }));
  await harness.gateway.reload();
  expect(harness.log.at(-1)).toMatch(/loaded again; approvals changes at the next start/);
  for (const pages of [
    'http://approvals.example.com/',
    'https://a.example/?token=t',
    'https://u@a/',
  ]) {
    writeFileSync(harness.config, JSON.stringify({ ...config, approvals: { pages } }));
    await harness.gateway.reload();
    expect(harness.log.at(-1)).toMatch(/approvals\/pages.*stays in force/);
  }
});
