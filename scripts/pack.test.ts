import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';

const POLICY = '{"version":"1","default":"deny","tools":{"read":{}}}';
const folder = mkdtempSync(join(tmpdir(), 'toolwarden-pack-'));
const [made, home] = [join(folder, 'package'), join(folder, 'home')];
const installed = join(home, 'node_modules', 'toolwarden');

beforeAll(async () => {
  await call(process.execPath, [join(import.meta.dirname, 'pack.ts'), made], folder);
  await call('npm', ['pack', '--silent', '--pack-destination', folder], made);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  mkdirSync(home);
  // Offline and without a cache: what is not in the package cannot be there.
  const flags = ['--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')];
  await call('npm', ['install', ...flags, join(folder, tarball)], home);
  writeFileSync(join(home, 'p.json'), POLICY);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function call(command: string, args: string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd }, (error, out) => (error ? reject(error) : resolve(out)));
  });
}

function run(args: string[], { input = '', node = process.execPath } = {}) {
  const bin = join(installed, 'bin', 'toolwarden.js');
  const { status, stdout, stderr } = spawnSync(node, [bin, ...args], {
    ...{ cwd: home, input, encoding: 'utf8' },
    env: { PATH: process.env.PATH, HOME: home },
  });
  return { status, stdout, stderr };
}

test('what was compiled is kept for the next start, below the home of the user', () => {
  expect(run(['--version']).status).toBe(0);
  expect(readdirSync(join(home, '.cache', 'toolwarden', 'compiled'))).toHaveLength(1);
});

test('what another could have compiled is not run: a cache where we were started, or that others may write to', () => {
  const start = (env: Record<string, string>) => {
    const bin = join(installed, 'bin', 'toolwarden.js');
    const options = {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...env },
    } as const;
    expect(spawnSync(process.execPath, [bin, '--version'], options).status).toBe(0);
  };
  start({ XDG_CACHE_HOME: 'here' });
  start({ HOME: 'there' });
  expect(['here', 'there'].filter((name) => existsSync(join(folder, name)))).toEqual([]);
  const shared = join(folder, 'shared');
  const compiled = join(shared, 'toolwarden', 'compiled');
  mkdirSync(compiled, { recursive: true });
  chmodSync(compiled, 0o777);
  start({ XDG_CACHE_HOME: shared });
  expect(readdirSync(compiled)).toEqual([]);
  chmodSync(compiled, 0o700);
  start({ XDG_CACHE_HOME: shared });
  expect(readdirSync(compiled)).toHaveLength(1);
});

test('the package brings all it needs, and runs nothing when it is installed', () => {
  expect(readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'toolwarden',
  ]);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  expect(Object.keys(manifest)).not.toContain('scripts');
  expect(Object.keys(manifest)).not.toContain('dependencies');
  expect(manifest.engines).toEqual({ node: '>=24' });
  expect(readFileSync(join(installed, 'THIRD_PARTY_LICENSES'), 'utf8')).toMatch(
    /^zod 4.*\(MIT\)$/m,
  );
});

test('policy, classify, crawl, grants, approvals, audit and attacks work where it is installed', () => {
  expect(run(['policy', 'check', 'p.json'])).toMatchObject({ status: 0 });
  const tool = JSON.stringify({
    id: 'a',
    tool: { name: 'delete_file', description: 'Deletes a file' },
  });
  const { stdout } = run(['classify', '--stdin'], { input: `${tool}\n` });
  expect(JSON.parse(stdout)).toMatchObject({ id: 'a', category: 'Write' });
  expect(run(['crawl', '--help'])).toMatchObject({ status: 0 });
  expect(run(['crawl', 'npm:../x'])).toMatchObject({ status: 2 });
  const grant = ['grants', 'create', '--server', 's', '--policy', 'p.json', '--label', 'l'];
  expect(run(grant)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^twg_[\w-]{43}\n$/),
  });
  expect(existsSync(join(home, '.local/state/toolwarden/toolwarden.db'))).toBe(true);
  expect(run(['grants', 'list']).stdout).toContain('active');
  expect(run(['approvals', 'list'])).toMatchObject({ status: 0 });
  expect(run(['audit', 'verify'])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/ 0 problems/),
  });
  expect(run(['attacks', 'list', '--data', 'd'])).toMatchObject({ status: 0 });
});

// As small as a server can be: it lists two tools, and answers every call of them.
const SERVER = `
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  const tools = ['read', 'write'].map((name) => ({ name, inputSchema: { type: 'object' } }));
  const results = {
    initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } },
    'tools/list': { tools },
    'tools/call': { content: [{ type: 'text', text: 'done ' + params?.name }] },
  };
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] }));
});`;

test('wrap works where it is installed: what the policy allows is answered, the rest refused', async () => {
  writeFileSync(join(home, 'server.cjs'), SERVER);
  const bin = join(installed, 'bin', 'toolwarden.js');
  const args = [
    'wrap',
    '--policy',
    'p.json',
    '--state',
    'wrapped',
    '--',
    process.execPath,
    'server.cjs',
  ];
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: home,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (id: number, method: string, params: object) => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return JSON.parse((await answers.next()).value ?? '').result;
  };
  const clientInfo = { name: 'test', version: '1' };
  await ask(1, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  const { tools } = await ask(2, 'tools/list', {});
  expect(tools.map(({ name }: { name: string }) => name)).toEqual(['read']);
  const read = await ask(3, 'tools/call', { name: 'read', arguments: {} });
  expect(read.content[0].text).toBe('done read');
  expect(await ask(4, 'tools/call', { name: 'write', arguments: {} })).toMatchObject({
    isError: true,
  });
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
  const { stdout } = run(['audit', 'tail', '--state', 'wrapped']);
  expect(stdout).toMatch(/decision {2}allow {2}read/);
  expect(stdout).toMatch(/decision {2}deny {2}write/);
});

test('wrap starts from few files, which hold nothing that it may never need', () => {
  const dist = join(installed, 'dist', 'wrap');
  const read = (name: string): [string, string][] => {
    const text = readFileSync(join(dist, name), 'utf8');
    const imports = text.matchAll(/\bimport(?:[^'"`;()]*from)?["'`]\.\/([\w-]+\.js)["'`]/g);
    return [[name, text], ...[...imports].flatMap(([, each = '']) => read(each))];
  };
  const whole = readdirSync(dist).find((name) => name.startsWith('whole-')) ?? '';
  const files = new Map([...read('main-wrap.js'), ...read(whole)]);
  expect(files.size).toBeLessThan(5);
  // Neither zod's schemas nor ajv's validators. Only what was matched is shown, because the files are large.
  const found = [...files.values()].map((text) => /_zod|\$dataError/.exec(text)?.[0]);
  expect(found.filter((match) => match !== undefined)).toEqual([]);
});

test('a command that needs the repository says so', () => {
  expect(run(['build'])).toEqual({
    ...{ status: 2, stdout: '' },
    stderr:
      'toolwarden build: not part of the installed command; run it in a clone of the repository\n',
  });
});

test('an older Node gets one line and exit code 2', () => {
  const old = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 24) < 24;
  });
  // Where the machine has no older Node, this one is told that it is one.
  const answer =
    old === undefined
      ? spawnSync(
          process.execPath,
          [
            '--import',
            'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.1.0"})',
            join(installed, 'bin', 'toolwarden.js'),
          ],
          { encoding: 'utf8' },
        )
      : run(['--version'], { node: old });
  expect(answer.status).toBe(2);
  expect(answer.stderr).toMatch(/^toolwarden: needs Node 24 or newer, this is \d+\.\d+\.\d+\n$/);
});
