import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startHttpHarness } from '../testing/http-gateway.ts';

const A = 'token-of-a-1234567890';
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'act' } };

test('A3, A12: a client’s token and cookies reach no server, no audit and no log', async () => {
  const harness = await startHttpHarness({
    grants: { [A]: ['test'] },
    servers: {},
    config: {},
  });
  const headers = { ...bearer(A), Cookie: `c=${A}`, 'X-Forwarded-Access-Token': A };
  const session = await harness.open(headers);
  await session.call('act');
  await harness.ask('tools/call', { name: 'act' }, { headers });
  expect(harness.reached()).toHaveLength(2);
  for (const { headers: seen } of harness.server.seen) {
    expect(seen).not.toHaveProperty('authorization');
    expect(seen).not.toHaveProperty('cookie');
    expect(JSON.stringify(seen)).not.toContain(A);
  }
  const { decisions, notes } = harness.state;
  expect(
    JSON.stringify([decisions.map(({ recorded }) => recorded), notes, harness.log]),
  ).not.toContain(A);
  expect(harness.broken({ secrets: [A] })).toEqual([]);
});

test('the gateway’s own credentials reach the server and nobody else', async () => {
  const harness = await startHttpHarness();
  const { url } = harness.server;
  process.env['TOOLWARDEN_TEST_SECRET'] = 'canary-4711';
  writeFileSync(
    harness.config,
    JSON.stringify({
      ...{ listen: { port: 0 }, admin: false, grants: 'open' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a configuration names a variable
      servers: { test: { url, headers: { 'X-Api-Key': 'Key ${env:TOOLWARDEN_TEST_SECRET}' } } },
      policies: { p: harness.policy },
    }),
  );
  await harness.gateway.reload();
  delete process.env['TOOLWARDEN_TEST_SECRET'];
  const session = await harness.open();
  await session.call('act');
  expect(harness.server.seen.at(-1)?.headers['x-api-key']).toBe('Key canary-4711');
  expect(JSON.stringify(harness.log)).not.toContain('canary');
  expect(harness.broken({ secrets: ['canary-4711'] })).toEqual([]);
});

test('a credential that no header can carry is refused with the configuration, not at the first call', async () => {
  const harness = await startHttpHarness();
  const { url } = harness.server;
  process.env['TOOLWARDEN_TEST_SECRET'] = 'canary-4712\u201d';
  writeFileSync(
    harness.config,
    JSON.stringify({
      ...{ listen: { port: 0 }, admin: false, grants: 'open' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a configuration names a variable
      servers: { test: { url, headers: { 'X-Api-Key': '${env:TOOLWARDEN_TEST_SECRET}' } } },
      policies: { p: harness.policy },
    }),
  );
  await harness.gateway.reload();
  delete process.env['TOOLWARDEN_TEST_SECRET'];
  expect(harness.log.at(-1)).toContain('/servers/test/headers/X-Api-Key');
  expect(JSON.stringify(harness.log)).not.toContain('canary');
  expect((await harness.ask('tools/call', { name: 'act' })).status).toBe(200);
});

test('A4: a token in the address is none, and is not written down', async () => {
  const harness = await startHttpHarness({ grants: { [A]: ['test'] } });
  const path = `/mcp/test?access_token=${A}`;
  expect((await harness.post(call, {}, path)).status).toBe(401);
  expect(JSON.stringify([harness.state.notes, harness.log])).not.toContain(A);
});

test('A1: without a grant that holds the answer is 401, and says what would do', async () => {
  const harness = await startHttpHarness({ grants: { [A]: ['test'] } });
  for (const headers of [
    {},
    bearer('token-of-nobody-12345'),
    bearer(''),
    { Authorization: A },
    { Authorization: `Basic ${A}` },
    { Authorization: `Bearer ${A} x` },
    { Authorization: `Bearer ${A.slice(1)}` },
  ] as Record<string, string>[]) {
    const got = await harness.post(call, headers);
    expect([headers, got.status, got.headers['www-authenticate']]).toEqual([
      headers,
      401,
      'Bearer realm="toolwarden"',
    ]);
  }
  expect(harness.reached()).toEqual([]);
});

test('A5: a grant that is revoked or over is refused at the next request of its session', async () => {
  const harness = await startHttpHarness({ grants: { [A]: ['test'] } });
  const session = await harness.open(bearer(A));
  expect((await session.call('act')).status).toBe(200);
  const { Authorization: _, ...without } = session.headers as Record<string, string>;
  expect((await harness.post(call, without)).status).toBe(401);
  const grant = harness.grants.get(A);
  if (grant === undefined) throw new Error('no grant');
  harness.grants.set(A, { ...grant, expiresAt: Date.now() - 1 });
  expect((await session.call('act')).status).toBe(401);
  harness.grants.delete(A);
  expect((await session.call('act')).status).toBe(401);
  expect(harness.reached()).toHaveLength(1);
});

test('A6: a grant opens only its servers, under a policy that is here', async () => {
  const harness = await startHttpHarness({
    grants: { [A]: ['other'], 'token-of-all-1234567': ['*'] },
  });
  expect((await harness.post(call, bearer(A))).status).toBe(403);
  expect((await harness.post(call, bearer(A), '/mcp/other')).status).toBe(404);
  expect((await harness.open(bearer('token-of-all-1234567'))).id).not.toBe('');
  for (const path of ['/', '/mcp/', '/mcp/test/', '/mcp/%74est', '/mcp/../mcp/test', '/MCP/test']) {
    const { status } = await harness.post(call, bearer('token-of-all-1234567'), path);
    expect([path, status]).toEqual([path, 404]);
  }
  const grant = harness.grants.get('token-of-all-1234567');
  harness.grants.set('elsewhere-1234567890', {
    ...{ id: 'g', label: '', servers: ['*'] },
    policy: join(harness.folder, 'another.json'),
  });
  expect(grant?.policy).toBe(harness.policy);
  expect((await harness.post(call, bearer('elsewhere-1234567890'))).status).toBe(403);
});

test('A8: what a client says of itself decides nothing', async () => {
  const harness = await startHttpHarness({
    policy: { version: '1', default: 'deny', tools: { safe: {} } },
  });
  for (const name of ['admin', 'toolwarden', '*']) {
    const meta = { 'io.modelcontextprotocol/clientInfo': { name, version: '1' } };
    const { messages } = await harness.ask('tools/call', { name: 'act' }, { meta });
    expect(messages[0]).toMatchObject({ result: { isError: true } });
  }
  expect(harness.reached()).toEqual([]);
});
