import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import {
  Client as DualClient,
  StreamableHTTPClientTransport as DualTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { expect, onTestFinished, test } from 'vitest';
import { startScriptedServer } from '../testing/scripted-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../../..');
const BIN = join(ROOT, 'cli/bin/toolwarden.js');
const MODULES = join(ROOT, 'node_modules');
const server = (name: string) =>
  join(MODULES, `@modelcontextprotocol/server-${name}/dist/index.js`);

/** The real command on a port of its own. */
async function startCommand(folder: string, servers: object, more: object = {}) {
  const config = join(folder, 'gateway.json');
  writeFileSync(join(folder, 'policy.json'), JSON.stringify({ version: '1', default: 'allow' }));
  const base = {
    listen: { port: 0 },
    admin: { port: 0 },
    state: { sqlite: 'state/toolwarden.db' },
  };
  writeFileSync(
    config,
    JSON.stringify({ ...base, servers, policies: { p: 'policy.json' }, ...more }),
  );
  const child = spawn('node', [BIN, 'gateway', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = new Promise<number | null>((done) => child.on('close', done));
  const lines: string[] = [];
  const {
    promise: said,
    resolve,
    reject,
  } = Promise.withResolvers<{ url: string; admin: string }>();
  let url: string | undefined;
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    url ??= /(http:\/\/[^/]+)\/mcp\/SERVER/.exec(line)?.[1];
    const admin = /(http:\/\/[^/]+)\/approvals/.exec(line)?.[1];
    if (url !== undefined && admin !== undefined) resolve({ url, admin });
  });
  void exited.then(() => reject(new Error(lines.join('\n'))));
  return { child, exited, lines, ...(await said) };
}

const tokenFor = (folder: string, ...servers: string[]) => {
  const options = servers.flatMap((name) => ['--server', name]);
  const { stdout } = spawnSync(
    'node',
    [
      BIN,
      'grants',
      'create',
      '--state',
      'state',
      '--policy',
      'policy.json',
      '--label',
      'test',
      ...options,
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  return stdout.trim();
};

test('real clients of three kinds and four real servers at once, by grants', {
  timeout: 300_000,
}, async () => {
  const folder = temporaryFolder();
  const files = join(folder, 'files');
  mkdirSync(files);
  writeFileSync(join(files, 'note.txt'), 'a note');
  const node = (...args: string[]) => ({ command: process.execPath, args });
  const gateway = await startCommand(folder, {
    everything: node(server('everything')),
    files: node(server('filesystem'), files),
    memory: { ...node(server('memory')), env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') } },
    thinking: node(server('sequential-thinking')),
    both: node(join(ROOT, 'gateway/fixtures/both-eras.ts')),
  });
  const Authorization = `Bearer ${tokenFor(folder, 'everything', 'files', 'memory', 'thinking', 'both')}`;
  const address = (name: string) => new URL(`${gateway.url}/mcp/${name}`);
  const requestInit = { headers: { Authorization } };
  const connect = async (name: string) => {
    const client = new Client({ name: 'test', version: '1' });
    // The SDK's own types disagree under exactOptionalPropertyTypes.
    await client.connect(
      new StreamableHTTPClientTransport(address(name), { requestInit }) as Transport,
    );
    onTestFinished(() => client.close());
    return client;
  };
  const thought = { thought: 'x', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 };
  const asked: Record<string, [tool: string, args: Record<string, unknown>, answer: string]> = {
    everything: ['echo', { message: 'hello ✓' }, 'hello ✓'],
    files: ['read_text_file', { path: join(files, 'note.txt') }, 'a note'],
    memory: ['read_graph', {}, 'entities'],
    thinking: ['sequentialthinking', thought, 'thoughtNumber'],
  };
  await Promise.all(
    Object.entries(asked).map(async ([name, [tool, args, answer]]) => {
      const client = await connect(name);
      expect((await client.listTools()).tools.length).toBeGreaterThan(0);
      expect(JSON.stringify(await client.callTool({ name: tool, arguments: args }))).toContain(
        answer,
      );
    }),
  );
  const dual = new DualClient(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: 'auto' } },
  );
  await dual.connect(new DualTransport(address('both'), { requestInit }));
  onTestFinished(() => dual.close());
  expect(
    JSON.stringify(await dual.callTool({ name: 'greet', arguments: { name: 'Ann' } })),
  ).toContain('Hello Ann');

  const mcporter = join(folder, 'mcporter.json');
  const mcpServers = Object.fromEntries(
    Object.keys(asked).map((name) => [
      name,
      { baseUrl: address(name).href, headers: { Authorization } },
    ]),
  );
  writeFileSync(mcporter, JSON.stringify({ mcpServers }));
  const cli = [join(MODULES, 'mcporter/dist/cli.js'), '--config', mcporter, 'call'];
  const said = await Promise.all(
    [
      ['everything.echo', 'message=hello'],
      ['files.read_text_file', `path=${join(files, 'note.txt')}`],
      ['memory.read_graph'],
      ['thinking.sequentialthinking', ...Object.entries(thought).map((pair) => pair.join('='))],
    ].map(async (call) => (await promisify(execFile)('node', [...cli, ...call])).stdout),
  );
  Object.values(asked).forEach(([, , answer], index) => {
    expect(said[index]).toContain(answer.replace(' ✓', ''));
  });
  const metrics = await (await fetch(`${gateway.admin}/metrics`)).text();
  expect(metrics).toContain('toolwarden_decisions_total{server="files",effect="allow"} 2');
  gateway.child.kill('SIGTERM');
  expect(await gateway.exited).toBe(0);
});

test('G16: SIGTERM lets calls in flight end, takes no more, and ends with 0', {
  timeout: 300_000,
}, async () => {
  const folder = temporaryFolder();
  const held: (() => void)[] = [];
  const upstream = await startScriptedServer([], {
    script: ({ method, answer }) => {
      if (method !== 'tools/call') return undefined;
      held.push(() =>
        answer({ content: [{ type: 'text', text: 'decided' }], resultType: 'complete' }),
      );
      return true;
    },
  });
  const gateway = await startCommand(folder, { test: { url: upstream.url } }, { grants: 'open' });
  const call = (more: { signal?: AbortSignal } = {}) =>
    fetch(`${gateway.url}/mcp/test`, {
      ...more,
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'MCP-Protocol-Version': '2026-07-28',
        'Mcp-Method': 'tools/call',
        'Mcp-Name': 'act',
      },
      body: JSON.stringify({
        ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
        params: {
          name: 'act',
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
    });
  const asked = call();
  await expect.poll(() => held.length).toBe(1);
  gateway.child.kill('SIGTERM');
  // One that is sent before the signal is heard is taken still, and waits like the first.
  const isTaken = () =>
    call({ signal: AbortSignal.timeout(1_000) }).then(
      ({ status }) => status === 200,
      ({ name }) => name === 'TimeoutError',
    );
  await expect.poll(isTaken).toBe(false);
  for (const finish of held) finish();
  expect(await (await asked).text()).toContain('decided');
  expect(await gateway.exited).toBe(0);
  const audit = spawnSync('node', [BIN, 'audit', 'verify', '--state', join(folder, 'state')], {
    encoding: 'utf8',
  });
  expect(audit.status).toBe(0);
});

test('--check says all that is wrong, a line each, and how it ended', { timeout: 300_000 }, () => {
  const folder = temporaryFolder();
  const config = join(folder, 'gateway.json');
  const check = (document: unknown) => {
    writeFileSync(config, typeof document === 'string' ? document : JSON.stringify(document));
    const { status, stdout, stderr } = spawnSync(
      'node',
      [BIN, 'gateway', '--config', config, '--check'],
      { encoding: 'utf8' },
    );
    return { status, lines: stdout.trim().split('\n'), stderr };
  };
  writeFileSync(join(folder, 'good.json'), JSON.stringify({ version: '1', default: 'deny' }));
  writeFileSync(join(folder, 'bad.json'), '{"version":"2"}');
  const servers = { a: { command: 'true' } };
  expect(check({ servers, policies: { p: 'good.json' } })).toMatchObject({ status: 0 });
  const wrong = check({
    ...{
      servers: {
        ...servers,
        'b/c': { command: 'x' },
        d: { url: 'ftp://x' },
        e: { url: 'http://u:p@x' },
      },
    },
    ...{ policies: { p: 'good.json' }, lisen: {}, limits: { inFlight: 0 } },
  });
  expect(wrong.status).toBe(1);
  const pointers = wrong.lines.map((line) => line.slice(config.length + 2).split(': ')[0]);
  expect(pointers.toSorted()).toEqual([
    '/limits/inFlight',
    '/lisen',
    '/servers/b~1c',
    '/servers/d/url',
    '/servers/e/url',
  ]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a configuration names a variable
  const env = { X: '${env:TOOLWARDEN_NOT_SET}' };
  const later = check({ servers: { a: { command: 'true', env } }, policies: { p: 'good.json' } });
  expect([later.status, later.lines]).toEqual([
    1,
    [`${config}: /servers/a/env/X: the variable TOOLWARDEN_NOT_SET is not set`],
  ]);
  expect(check({ servers, policies: { p: 'bad.json' } })).toMatchObject({ status: 1 });
  expect(check('{"servers":{},"servers":{}}')).toMatchObject({ status: 1 });
  expect(
    spawnSync('node', [BIN, 'gateway', '--config', join(folder, 'none.json'), '--check']).status,
  ).toBe(2);
  expect(spawnSync('node', [BIN, 'gateway']).status).toBe(2);
  const schema = spawnSync('node', [BIN, 'gateway', '--schema'], { encoding: 'utf8' });
  expect(JSON.parse(schema.stdout)).toMatchObject({
    additionalProperties: false,
    required: ['servers', 'policies'],
    properties: { $schema: {}, servers: {}, limits: {} },
  });
});
