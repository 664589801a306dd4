import { writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, onTestFinished, test } from 'vitest';
import { openLoginTokens } from '../approvals/login-token.ts';
import { stateFiles } from '../state/open-database.ts';
import { openSqliteState } from '../state/sqlite-state.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { startGateway } from './run-gateway.ts';

/** A server of one tool that answers with what it was asked. */
async function echoServer(): Promise<{ url: string; calls: unknown[] }> {
  const calls: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    if (id === undefined) return void response.writeHead(202).end();
    if (method === 'tools/call') calls.push(params.arguments);
    const result =
      method === 'tools/list'
        ? { tools: [{ name: 'pay', inputSchema: { type: 'object' } }] }
        : method === 'initialize'
          ? {
              protocolVersion: '2025-11-25',
              capabilities: {},
              serverInfo: { name: 's', version: '1' },
            }
          : { content: [] };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, calls };
}

async function start(more: object = {}) {
  const folder = temporaryFolder();
  const server = await echoServer();
  const asks = { action: 'approve', reason: 'it spends money', approval: { hold: '5m' } };
  const policy = {
    ...{ version: '1', default: 'deny', elicitation: {} },
    tools: { pay: asks, sign: asks },
  };
  const both = join(import.meta.dirname, '../../fixtures/both-eras.ts');
  writeFileSync(join(folder, 'p.json'), JSON.stringify(policy));
  const atOnce = { ...policy, tools: { pay: { action: 'approve' } } };
  writeFileSync(join(folder, 'q.json'), JSON.stringify(atOnce));
  const config = join(folder, 'gateway.json');
  const listener = { host: '127.0.0.1', port: 0 };
  const document = {
    ...{ listen: listener, admin: listener, state: { sqlite: 'state/toolwarden.db' } },
    servers: { s: { url: server.url }, both: { command: process.execPath, args: [both] } },
    policies: { p: 'p.json' },
    ...more,
  };
  writeFileSync(config, JSON.stringify(document));
  const stateFolder = join(folder, 'state');
  const state = openSqliteState({ folder: stateFolder });
  const { id: grant, token } = state.grants.create({
    ...{ label: 'l', servers: ['s', 'both'], policy: 'p' },
  });
  const keys = stateFiles(stateFolder).keys;
  const gateway = await startGateway({
    ...{ config, isObserving: false, openState: () => state, keys: () => keys },
    ...{ stateOption: () => '', env: {}, log: () => {} },
  });
  onTestFinished(() => gateway.stop());
  return {
    gateway,
    server,
    token,
    login: openLoginTokens(keys).create('ada', Date.now() + 600_000),
    approvals: state.approvals,
    rotate: () => state.grants.rotate(grant),
  };
}

type Started = Awaited<ReturnType<typeof start>>;

function post({ gateway, token }: Started, body: object, session?: string): Promise<Response> {
  return fetch(`${gateway.url}/mcp/s`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      authorization: `Bearer ${token}`,
      ...(session && { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...body }),
  });
}

async function openSession(started: Started): Promise<string> {
  const params = {
    ...{ protocolVersion: '2025-11-25', capabilities: {} },
    clientInfo: { name: 't', version: '1' },
  };
  const opened = await post(started, { id: 1, method: 'initialize', params });
  await opened.text();
  const session = opened.headers.get('mcp-session-id') ?? '';
  await (await post(started, { method: 'notifications/initialized' }, session)).text();
  return session;
}

const form = (fields: Record<string, string>, cookie = '') => ({
  ...{ method: 'POST', redirect: 'manual' as const, headers: { cookie } },
  body: new URLSearchParams(fields),
});

test('a call that waits is answered on the admin port’s page, and goes on by itself', async () => {
  const started = await start();
  const session = await openSession(started);
  const params = { name: 'pay', arguments: { amount: 5 } };
  const answer = post(started, { id: 2, method: 'tools/call', params }, session);
  const pages = `${started.gateway.adminUrl}/approvals`;
  const entered = await fetch(`${pages}/login`, form({ token: started.login }));
  const [cookie = ''] = (entered.headers.get('set-cookie') ?? '').split(';');
  const list = async () => (await fetch(pages, { headers: { cookie } })).text();
  await expect.poll(list).toContain('One call waits');
  const page = await list();
  const [, id = ''] = /\/approvals\/([0-9a-f]+)"/.exec(page) ?? [];
  const [, key = ''] = /name="key" value="([^"]+)"/.exec(page) ?? [];
  expect(started.server.calls).toEqual([]);
  await fetch(`${pages}/${id}`, form({ key, answer: 'approved' }, cookie));
  expect(await (await answer).text()).toContain('"content":[]');
  expect(started.server.calls).toEqual([{ amount: 5 }]);
});

test('pages that people reach by another name are answered there, and health and metrics are not', async () => {
  const name = 'approvals.example.com';
  const started = await start({ approvals: { pages: `https://${name}/approvals` } });
  const { login } = started;
  const from = (host: string, origin: string) => ({ host, origin: `https://${origin}` });
  const here = new URL(started.gateway.adminUrl ?? '').host;
  const send = (path: string, headers: Record<string, string>, body = '') =>
    new Promise<[status: number | undefined, cookies: string]>((done, failed) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const method = body === '' ? 'GET' : 'POST';
      request(`${started.gateway.adminUrl}${path}`, { method, headers: { ...headers, ...type } })
        .on('response', (response) => {
          response.resume();
          done([response.statusCode, String(response.headers['set-cookie'])]);
        })
        .on('error', failed)
        .end(body);
    });
  for (const path of ['/metrics', '/livez', '/other', '/approvalsx']) {
    expect((await send(path, { host: name }))[0]).toBe(403);
    expect((await send(path, from(here, name)))[0]).toBe(403);
  }
  expect((await send('/approvals', { host: name }))[0]).toBe(401);
  const token = `token=${login}`;
  for (const wrong of [from('evil.example', name), from(name, 'evil.example')]) {
    expect((await send('/approvals/login', wrong, token))[0]).toBe(403);
  }
  // A proxy may pass on the name it was called by, or say ours.
  expect((await send('/approvals/login', from(name, name), 'token=none'))[0]).toBe(401);
  const [status, cookies] = await send('/approvals/login', from(here, name), token);
  expect([status, cookies]).toEqual([303, expect.stringContaining('; Secure')]);
});

test('P20: what a client has opens no page, and its own port has none', async () => {
  const started = await start();
  const { gateway, token } = started;
  const authorization = `Bearer ${token}`;
  const paths = ['', '/mcp/s'];
  for (const path of paths) {
    const asked = await fetch(`${gateway.url}${path}/approvals`, { headers: { authorization } });
    expect([asked.status, (await asked.text()).includes('<html')]).toEqual([404, false]);
  }
  const page = await fetch(`${gateway.adminUrl}/approvals`, { headers: { authorization } });
  expect(page.status).toBe(401);
  expect((await fetch(`${gateway.adminUrl}/approvals/login`, form({ token }))).status).toBe(401);
});

const WAYS = [
  ['legacy', '/mcp/both'],
  ['auto', '/mcp/both'],
  ['legacy', '/mcp'],
  ['auto', '/mcp'],
] as const;

/** A real client whose call of a tool waits for a person. */
async function waitingCall(started: Started, [mode, path]: (typeof WAYS)[number]) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const requestInit = { headers: { Authorization: `Bearer ${started.token}` } };
  const url = new URL(`${started.gateway.url}${path}`);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
  onTestFinished(() => client.close());
  const { tools } = await client.listTools();
  const name = tools.find((tool) => tool.name.endsWith('sign'))?.name ?? '';
  const answer = client.callTool({ name, arguments: {} });
  await expect.poll(() => started.approvals.list().length).toBe(1);
  const [{ id } = { id: '' }] = started.approvals.list();
  return { id, answer: async () => JSON.stringify(await answer) };
}

test.for(WAYS)(
  'P19: a call in mode %s at %s that waits is not for a token that was replaced meanwhile, though it is approved',
  async (way) => {
    const started = await start();
    const { id, answer } = await waitingCall(started, way);
    started.rotate();
    started.approvals.answer(id, 'approved', 'ada');
    expect(await answer()).toContain('Refused: the grant of this connection');
    expect(started.approvals.list().map(({ status }) => status)).toEqual(['approved']);
  },
);

test.for(WAYS)(
  'a call in mode %s at %s that a person denies while it waits is answered so, and not with how to approve it',
  async (way) => {
    const started = await start();
    const { id, answer } = await waitingCall(started, way);
    started.approvals.answer(id, 'denied', 'ada');
    const said = await answer();
    expect(said).toContain('a person denied this call');
    expect(said).toContain('"effect":"deny"');
    expect(said).not.toMatch(/approvals approve|repeat/);
  },
);

test('whoever is refused for want of an approval reads where it can be given', async () => {
  const started = await start({ policies: { p: 'q.json' } });
  const session = await openSession(started);
  const params = { name: 'pay', arguments: {} };
  const answer = await post(started, { id: 2, method: 'tools/call', params }, session);
  const [{ id } = { id: '' }] = started.approvals.list();
  const page = `${started.gateway.adminUrl}/approvals/${id}`;
  expect(await answer.text()).toContain(
    `answer at ${page} or run: toolwarden approvals approve ${id}`,
  );
});

test.for(WAYS)(
  'P19: a real client in mode %s leads its user from %s to the page, and the call goes on once it is approved there',
  async ([mode, path]) => {
    const { gateway, login, token, approvals } = await start();
    const pages = `${gateway.adminUrl}/approvals`;
    const entered = await fetch(`${pages}/login`, form({ token: login }));
    const [cookie = ''] = (entered.headers.get('set-cookie') ?? '').split(';');
    const seen: string[] = [];
    const shown: string[] = [];
    const client = new Client(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode }, capabilities: { elicitation: { form: {}, url: {} } } },
    );
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      if (params.mode !== 'url') return { action: 'accept', content: { name: 'Ada' } };
      seen.push(params.url);
      const page = await (await fetch(params.url, { headers: { cookie } })).text();
      shown.push(page);
      const [, key = ''] = /name="key" value="([^"]+)"/.exec(page) ?? [];
      await fetch(params.url, form({ key, answer: 'approved' }, cookie));
      return { action: 'accept' };
    });
    const requestInit = { headers: { Authorization: `Bearer ${token}` } };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${gateway.url}${path}`), { requestInit }),
    );
    onTestFinished(() => client.close());
    const { tools } = await client.listTools();
    const name = tools.find((tool) => tool.name.endsWith('sign'))?.name ?? '';
    const answer = await client.callTool({ name, arguments: {} });
    expect(answer.content).toEqual([{ type: 'text', text: 'Signed by Ada' }]);
    // In the stateless era the call that carries the signer is another call, and is approved as such.
    const rows = [...approvals.list()].reverse();
    expect(rows.map(({ status }) => status)).toEqual(
      mode === 'legacy' ? ['used'] : ['used', 'used'],
    );
    expect(seen).toEqual(rows.map(({ id }) => `${pages}/${id}`));
    expect(seen.join()).not.toContain(token);
    expect(shown.at(-1)?.includes('Ada')).toBe(mode === 'auto');
    // What was answered is kept no longer than it can be approved.
    expect(rows.every(({ replies }) => replies === undefined)).toBe(true);
  },
);
