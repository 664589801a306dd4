import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as DualClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as DualTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wrappedRun } from '../testing/wrapped-run.ts';

const ROOT = join(import.meta.dirname, '../../..');
const BIN = join(ROOT, 'cli/bin/toolwarden.js');
const SERVERS = join(ROOT, 'node_modules/@modelcontextprotocol');
const everything = ['node', join(SERVERS, 'server-everything/dist/index.js')];
const both = join(ROOT, 'gateway/fixtures/both-eras.ts');

let folder: string;
const open: { close(): Promise<void> }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolwarden-wrap-'));
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

const policyFile = (policy: object) => {
  const path = join(folder, 'policy.json');
  writeFileSync(path, JSON.stringify({ version: '1', default: 'deny', ...policy }));
  return path;
};
const wrapArgs = (policy: string, command: string[]) => [
  ...[BIN, 'wrap', '--policy', policy, '--state', join(folder, 'state'), '--', ...command],
];
const toolwarden = (...args: string[]) =>
  execFileSync('node', [BIN, ...args, '--state', join(folder, 'state')], { encoding: 'utf8' });

/** The policy that the catalogue recommends for one of the protocol's own servers. */
function recommended(server: string): string {
  const id = `npm:@modelcontextprotocol/${server}`;
  const args = [BIN, 'policy', 'recommend', '--server', id, '--data', join(ROOT, 'data')];
  const path = join(folder, 'recommended.json');
  writeFileSync(path, execFileSync('node', args));
  return path;
}

async function connect(args: string[]) {
  const client = new Client({ name: 'test', version: '1' });
  open.push(client);
  await client.connect(new StdioClientTransport({ command: 'node', args, stderr: 'ignore' }));
  return client;
}

test('a real client and server-everything: allowed calls answer as direct, the others say why', async () => {
  const policy = policyFile({
    tools: {
      echo: {},
      'get-tiny-image': {},
      'get-structured-content': {},
      'get-sum': { action: 'approve', reason: 'sums are watched' },
      'get-env': { action: 'deny', reason: 'it shows secrets' },
    },
  });
  const direct = await connect(everything.slice(1));
  const wrapped = await connect(wrapArgs(policy, everything));
  const visible = (await direct.listTools()).tools.filter(({ name }) =>
    ['echo', 'get-tiny-image', 'get-structured-content', 'get-sum'].includes(name),
  );
  expect((await wrapped.listTools()).tools).toEqual(visible);
  const calls = [
    { name: 'echo', arguments: { message: 'hello ✓' } },
    { name: 'get-tiny-image', arguments: {} },
    { name: 'get-structured-content', arguments: { location: 'New York' } },
  ];
  for (const call of calls)
    expect(await wrapped.callTool(call)).toEqual(await direct.callTool(call));
  expect(JSON.stringify(await wrapped.callTool({ name: 'get-env' }))).toContain('it shows secrets');

  const sum = { name: 'get-sum', arguments: { a: 2, b: 3 } };
  const asked = await wrapped.callTool(sum);
  const id = /approvals approve ([0-9a-f]+)/.exec(JSON.stringify(asked))?.[1] ?? '';
  toolwarden('approvals', 'approve', id);
  expect(await wrapped.callTool({ ...sum, arguments: { a: 2, b: 4 } })).toMatchObject({
    isError: true,
  });
  expect(await wrapped.callTool(sum)).toEqual(await direct.callTool(sum));
  expect(await wrapped.callTool(sum)).toMatchObject({ isError: true });
});

test('server-everything with its recommended policy: answers as direct, refused with the reason, approved once', async () => {
  const policy = recommended('server-everything');
  const direct = await connect(everything.slice(1));
  const wrapped = await connect(wrapArgs(policy, everything));
  const { tools } = await wrapped.listTools();
  const named = Object.keys(JSON.parse(readFileSync(policy, 'utf8')).tools);
  const known = (await direct.listTools()).tools.filter(({ name }) => named.includes(name));
  expect(tools).toEqual(known);
  for (const call of [
    { name: 'echo', arguments: { message: 'hello ✓' } },
    { name: 'get-sum', arguments: { a: 2, b: 3 } },
    { name: 'get-structured-content', arguments: { location: 'Chicago' } },
    { name: 'get-annotated-message', arguments: { messageType: 'error', includeImage: true } },
    { name: 'get-resource-links', arguments: { count: 2 } },
    { name: 'get-sum', arguments: { a: 'two', b: 3 } },
  ]) {
    const [here, there] = [await wrapped.callTool(call), await direct.callTool(call)];
    // Arguments that do not fit are refused here before the server would.
    if (there.isError) expect(here).toMatchObject({ isError: true });
    else expect(here).toEqual(there);
  }
  const elsewhere = { data: 'https://evil.example/x', name: 'x.gz', outputType: 'resource' };
  const refused = await wrapped.callTool({ name: 'gzip-file-as-resource', arguments: elsewhere });
  expect(JSON.stringify(refused)).toContain('must be an address on raw.githubusercontent.com');
  const call = { name: 'get-env', arguments: {} };
  const asked = JSON.stringify(await wrapped.callTool(call));
  expect(asked).toContain('Touches secrets or access');
  toolwarden('approvals', 'approve', /approvals approve ([0-9a-f]+)/.exec(asked)?.[1] ?? '');
  expect((await wrapped.callTool(call)).isError).not.toBe(true);
  expect(await wrapped.callTool(call)).toMatchObject({ isError: true });
});

test('server-filesystem with its recommended policy: reads inside pass, and nothing outside', async () => {
  const policy = recommended('server-filesystem');
  // The placeholder is the user's to replace.
  writeFileSync(policy, readFileSync(policy, 'utf8').replaceAll('/workspace', folder));
  const file = join(folder, 'note.txt');
  writeFileSync(file, 'a note');
  const command = ['node', join(SERVERS, 'server-filesystem/dist/index.js'), folder];
  const direct = await connect(command.slice(1));
  const wrapped = await connect(wrapArgs(policy, command));
  const call = { name: 'list_allowed_directories', arguments: {} };
  expect(await wrapped.callTool(call)).toEqual(await direct.callTool(call));
  const read = { name: 'read_text_file', arguments: { path: file } };
  expect(await wrapped.callTool(read)).toEqual(await direct.callTool(read));
  const write = (path: string) =>
    wrapped.callTool({ name: 'write_file', arguments: { path, content: 'x' } });
  expect(await write(`${folder}/../outside-${process.pid}.txt`)).toMatchObject({
    isError: true,
    _meta: { 'toolwarden/decision': { effect: 'deny' } },
  });
  const made = join(folder, 'made');
  await wrapped.callTool({ name: 'create_directory', arguments: { path: made } });
  expect(existsSync(made)).toBe(true);
});

test.for(['legacy', 'auto'] as const)('a client of both eras works in mode %s', async (mode) => {
  const policy = policyFile({ tools: { greet: {}, sign: {} }, elicitation: {} });
  const ask = async (args: string[]) => {
    const client = new DualClient(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode }, capabilities: { elicitation: {} } },
    );
    client.setRequestHandler('elicitation/create', async () => ({
      action: 'accept',
      content: { name: 'Ada' },
    }));
    open.push(client);
    await client.connect(new DualTransport({ command: 'node', args, stderr: 'ignore' }));
    return [
      client.getNegotiatedProtocolVersion(),
      (await client.listTools()).tools.filter(({ name }) => name !== 'hidden'),
      await client.callTool({ name: 'greet', arguments: { name: 'Ada' } }),
      await client.callTool({ name: 'sign', arguments: {} }),
    ];
  };
  const wrapped = await ask(wrapArgs(policy, ['node', both]));
  expect(wrapped).toEqual(await ask([both]));
  expect(wrapped[0]).toBe(mode === 'auto' ? '2026-07-28' : '2025-11-25');
});

const run = (args: string[], input?: string) =>
  new Promise<{ code: number | null; stderr: string }>((done) => {
    const child = spawn('node', args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('close', (code) => done({ code, stderr }));
    child.stdin.on('error', () => {});
    if (input !== undefined) child.stdin.end(input);
  });

test('the exit code of the server is ours, and its stderr passes', async () => {
  const server = ['node', '-e', 'console.error("bye"); process.exit(7)'];
  expect(await run(wrapArgs(policyFile({}), server))).toEqual({ code: 7, stderr: 'bye\n' });
});

test('a command that is not there, and a policy that is not there: one line, exit 2', async () => {
  const missing = await run(wrapArgs(policyFile({}), ['no-such-program-here']));
  expect(missing).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^toolwarden wrap: cannot start .*\n$/),
  });
  const empty = await run(wrapArgs(policyFile({}), ['']));
  expect(empty.stderr).toMatch(/^toolwarden wrap: cannot start "": .*\n$/);
  const marker = join(folder, 'started');
  const server = ['node', '-e', `require("fs").writeFileSync(${JSON.stringify(marker)}, "")`];
  const unread = await run(wrapArgs(join(folder, 'none.json'), server));
  expect(unread).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^toolwarden wrap: .*none\.json: cannot read.*\n$/),
  });
  expect(existsSync(marker)).toBe(false);
});

test('G16: when the client leaves, the call in flight ends, the server is gone, and we exit 0', async () => {
  const pidFile = join(folder, 'pid');
  const server = join(folder, 'slow.mjs');
  writeFileSync(
    server,
    `import { appendFileSync, writeFileSync } from 'node:fs'; import { createInterface } from 'node:readline';
     writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
     setInterval(() => {}, 1000);
     for await (const line of createInterface({ input: process.stdin })) {
       const { id, method } = JSON.parse(line);
       const say = (result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
       if (method === 'tools/list') say({ tools: [{ name: 'slow', inputSchema: { type: 'object' } }] });
       if (method !== 'tools/call') continue;
       appendFileSync(${JSON.stringify(join(folder, 'calls'))}, JSON.stringify({ at: Date.now(), line }) + '\\n');
       setTimeout(say, 300, { content: [] });
     }`,
  );
  const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow"}}\n';
  const { code } = await run(wrapArgs(policyFile({ tools: { slow: {} } }), ['node', server]), call);
  expect(code).toBe(0);
  expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow();
  const tail = toolwarden('audit', 'tail', '--json');
  expect(tail).toContain('answered');
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toContain('slow');
  expect(wrappedRun(folder).run.broken({})).toEqual([]);
});

test('G17, I7: our own variables do not reach the server', async () => {
  const server = [
    'node',
    '-e',
    'process.exit(Object.keys(process.env).some((k) => k.startsWith("TOOLWARDEN_")) ? 1 : 0)',
  ];
  const child = spawn('node', wrapArgs(policyFile({}), server), {
    env: { ...process.env, TOOLWARDEN_TEST_SECRET: 'canary' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { run: held } = wrappedRun(folder);
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (said) => held.add({ kind: 'wrote', where: 'stderr', line: String(said) }));
  expect(await new Promise((done) => child.on('close', done))).toBe(0);
  expect(held.broken({ secrets: ['canary'] })).toEqual([]);
});

test('the refusal of a call that needs approval prints a command that works as it stands', async () => {
  const state = join(folder, "my state's");
  const policy = policyFile({ tools: { echo: { action: 'approve' } } });
  const start = ['wrap', '--policy', policy, '--state', state, '--', ...everything];
  const wrapped = await connect([BIN, ...start]);
  const call = { name: 'echo', arguments: { message: 'hi' } };
  const { content } = (await wrapped.callTool(call)) as { content: { text: string }[] };
  const command = /run: toolwarden (.*) — then/.exec(content[0]?.text ?? '')?.[1] ?? '';
  execFileSync('sh', ['-c', `node "${BIN}" ${command}`], { encoding: 'utf8' });
  expect(await wrapped.callTool(call)).toMatchObject({ content: [{ text: 'Echo: hi' }] });
});

test.for(['revoke', 'rotate'])(
  '%s of a grant while its gateway runs: the next call is refused, and says why',
  async (act) => {
    const policy = policyFile({ default: 'allow' });
    const grants = (...args: string[]) => toolwarden('grants', ...args, '--json');
    const made = grants('create', '--server', 's', '--policy', policy, '--label', 'test');
    const { id, token } = JSON.parse(made);
    const more = ['--state', join(folder, 'state'), '--server', 's', '--grant', token];
    const wrapped = await connect([BIN, 'wrap', '--policy', policy, ...more, '--', ...everything]);
    const call = { name: 'echo', arguments: { message: 'hi' } };
    expect(await wrapped.callTool(call)).toMatchObject({ content: [{ text: 'Echo: hi' }] });
    grants(act, id);
    expect(await wrapped.callTool(call)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/grant .* was revoked or has expired/) }],
    });
  },
);
