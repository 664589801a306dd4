import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import { expect, onTestFinished, test } from 'vitest';
import { createLineReader } from '../json/line-reader.ts';
import { createMemoryState } from '../state/memory-state.ts';
import { brokenInvariants, type Happening } from '../testing/invariants.ts';
import { recordedState } from '../testing/recorded-state.ts';
import { type HttpScript, startScriptedServer } from '../testing/scripted-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { runWrap } from './wrap.ts';

const VERSION = '2026-07-28';
const initialize = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 't', version: '1' },
};

/** A client on stdio, and a scripted server over HTTP behind its policy. */
async function startWrapped(
  options: { script?: HttpScript; tools?: JsonObject[]; policy?: object } = {},
) {
  const happenings: Happening[] = [];
  const server = await startScriptedServer(happenings, options);
  const policy = join(temporaryFolder(), 'policy.json');
  writeFileSync(policy, JSON.stringify(options.policy ?? { version: '1', default: 'allow' }));
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const state = recordedState(createMemoryState(), happenings);
  const told: string[] = [];
  const ended = runWrap(
    {
      ...{ command: [], policy, isObserving: false, openState: () => state },
      url: { address: server.url, headers: { 'X-Api-Key': 'canary-4711' } },
    },
    {
      ...{ stdin, stdout, env: {} },
      err(line) {
        told.push(line);
        happenings.push({ kind: 'wrote', where: 'stderr', line });
      },
    },
    new AbortController().signal,
  );
  onTestFinished(async () => {
    stdin.end();
    await ended;
    // INVARIANT: every run is checked, whatever the test itself looks at.
    expect(brokenInvariants(happenings, { secrets: ['canary-4711'] })).toEqual([]);
  });
  const got: JsonObject[] = [];
  stdout.on(
    'data',
    createLineReader(
      (line) => {
        happenings.push({ kind: 'client-got', line: line.toString() });
        got.push(JSON.parse(line.toString()));
      },
      () => {},
    ),
  );
  const send = (message: JsonObject) => {
    const line = JSON.stringify({ jsonrpc: '2.0', ...message });
    happenings.push({ kind: 'client-sent', line });
    stdin.write(`${line}\n`);
  };
  const request = async (id: JsonValue, method: string, params: JsonObject) => {
    send({ id, method, params });
    await expect.poll(() => got.find((each) => each['id'] === id)).toBeDefined();
    return got.find((each) => each['id'] === id);
  };
  return { server, state, told, got, send, request, ended, stdin };
}

test('a server over HTTP is wrapped: its session, its revision and the headers it wants', async () => {
  const { server, state, request, send, ended, stdin } = await startWrapped({
    policy: { version: '1', default: 'deny', tools: { act: {} } },
  });
  await request(1, 'initialize', initialize);
  send({ method: 'notifications/initialized' });
  expect(await request(2, 'tools/call', { name: 'act' })).toMatchObject({
    result: { content: [{ text: 'done' }] },
  });
  expect(await request(3, 'tools/call', { name: 'other' })).toMatchObject({
    result: { isError: true },
  });
  expect(server.seen.at(-1)?.headers).toMatchObject({
    'x-api-key': 'canary-4711',
    'mcp-session-id': 'up-1',
    'mcp-protocol-version': '2025-11-25',
  });
  expect(state.decisions.map(({ entry }) => entry.server)).toEqual(
    Array(2).fill(`url:127.0.0.1:${server.port}/mcp`),
  );
  stdin.end();
  expect(await ended).toBe(0);
  expect(server.seen.at(-1)?.method).toBe('DELETE');
});

test('in the stateless era the headers are made from what was judged', async () => {
  const inputSchema = {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  };
  const { server, request } = await startWrapped({ tools: [{ name: 'act', inputSchema }] });
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const call = { name: 'act', arguments: { region: 'é' }, _meta };
  expect(await request('a', 'tools/call', call)).toMatchObject({
    result: { resultType: 'complete' },
  });
  expect(server.seen.at(-1)?.headers).toMatchObject({
    'mcp-method': 'tools/call',
    'mcp-name': 'act',
    'mcp-param-region': `=?base64?${Buffer.from('é').toString('base64')}?=`,
    'mcp-protocol-version': VERSION,
  });
});

test('an answer that broke off is asked for again where the server gave it a name', async () => {
  let asked: { id: unknown; last: unknown } | undefined;
  const { request, send } = await startWrapped({
    script: ({ method, id, headers, response }) => {
      const stream = { 'Content-Type': 'text/event-stream' };
      if (method === 'tools/call') {
        asked = { id, last: undefined };
        response.writeHead(200, stream).end('id: e1\nretry: 5\ndata:\n\n');
        return true;
      }
      if (method !== 'GET' || headers['last-event-id'] === undefined) return undefined;
      asked = { id: asked?.id, last: headers['last-event-id'] };
      const answer = { jsonrpc: '2.0', id: asked.id, result: { content: [] } };
      response.writeHead(200, stream).end(`id: e2\ndata: ${JSON.stringify(answer)}\n\n`);
      return true;
    },
  });
  await request(1, 'initialize', initialize);
  send({ method: 'notifications/initialized' });
  expect(await request(2, 'tools/call', { name: 'act' })).toMatchObject({
    result: { content: [] },
  });
  expect(asked?.last).toBe('e1');
});

test('a server that cannot be reached is an error of the call, not the end', async () => {
  let isDown = false;
  const { request, send } = await startWrapped({
    script: ({ response }) => {
      if (!isDown) return undefined;
      response.destroy();
      return true;
    },
  });
  await request(1, 'initialize', initialize);
  send({ method: 'notifications/initialized' });
  await request(2, 'tools/list', {});
  isDown = true;
  expect(await request(3, 'tools/call', { name: 'act' })).toMatchObject({
    error: { code: -32000 },
  });
  isDown = false;
  expect(await request(4, 'tools/call', { name: 'act' })).toMatchObject({ result: {} });
});
