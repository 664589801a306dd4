import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startRegistry } from '../fixtures/loopback-registry.ts';
import { needs } from '../fixtures/needs.ts';
import { defaultLimits } from './limits.ts';
import { settingsFrom } from './npm/registry-settings.ts';
import { emptyFolders, runInstaller } from './run-installer.ts';
import { chooseSandbox } from './sandbox/choose-sandbox.ts';
import type { Places, Sandbox } from './sandbox/sandbox.ts';

const describeSandboxed = await needs('bubblewrap');

describeSandboxed('CR17: an installation', () => {
  let sandbox: Sandbox;
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  let root: string;
  let connections = 0;
  let port: number;
  const listener = createServer((socket) => {
    connections++;
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nmark');
  });

  beforeAll(async () => {
    sandbox = await chooseSandbox({ unsafeNoSandbox: false });
    registry = await startRegistry([{ name: 'notes', version: '1.0.0' }]);
    await new Promise<void>((resolve) => listener.listen(0, '0.0.0.0', resolve));
    port = (listener.address() as AddressInfo).port;
    root = await mkdtemp(join(tmpdir(), 'toolwarden-installer-'));
    await chmod(root, 0o755);
  });
  afterAll(async () => {
    await new Promise((resolve) => listener.close(resolve));
    await registry.close();
    await rm(root, { recursive: true, maxRetries: 20 });
  });
  beforeEach(() => {
    connections = 0;
  });

  const install = async (
    dependencies: Record<string, string>,
    argv: (places: Places) => string[],
  ) => {
    const place = {
      ...{ sandbox, slot: 8, limits: defaultLimits },
      packageDir: join(root, 'package'),
      cacheDir: join(root, 'cache'),
      settings: settingsFrom([`registry=${registry.url}\n`], {}),
    };
    await emptyFolders(place);
    await mkdir(place.packageDir, { recursive: true });
    await writeFile(join(place.packageDir, 'package.json'), JSON.stringify({ dependencies }));
    return runInstaller(
      {
        hosts: place.settings.reachable,
        homeFiles: { '.npmrc': place.settings.npmrc },
        command: (places) => ({ argv: argv(places), env: { npm_config_cache: places.cache } }),
      },
      place,
    );
  };
  /** npm as a stranger would like it: none of the options that keep it to the registry. */
  const npm = ({ node, npm, package: dir }: Places) => [
    ...[node, npm, 'install', '--allow-remote=all', '--allow-git=all', '--no-audit', '--no-fund'],
    ...['--fetch-retries=0', '--replace-registry-host=never', `--prefix=${dir}`],
  ];

  test('gets what the registry has', async () => {
    expect(await install({ notes: '1.0.0' }, npm)).toMatchObject({ code: 0, problem: undefined });
    expect(registry.requests).toContain('/notes/-/notes-1.0.0.tgz');
  });

  test.for([
    ['its own manifest', 'x', (to: string) => `${to}x.tgz`],
    ['a repository', 'x', (to: string) => `git+${to}x.git`],
  ] as const)('does not follow an address of %s, whatever npm is told', async ([, name, spec]) => {
    const end = await install({ [name]: spec(`http://127.0.0.1:${port}/`) }, npm);
    expect(end.code).not.toBe(0);
    expect(connections).toBe(0);
  });

  test('does not follow an address in the manifest of what the registry has, and tells it', async () => {
    registry.publish({
      name: 'leads-further',
      version: '1.0.0',
      manifest: { dependencies: { x: `http://127.0.0.1:${port}/x.tgz` } },
    });
    const end = await install({ 'leads-further': '1.0.0' }, npm);
    expect(end.code).not.toBe(0);
    expect(end.problem?.words).toMatch(new RegExp(`^127\\.0\\.0\\.1:${port} is no registry`));
    expect(connections).toBe(0);
  });

  test('that runs a program after all reaches nothing but the registry with it', async () => {
    const program = `
const http = require('node:http'), net = require('node:net'), dgram = require('node:dgram');
const say = (what, how) => console.log(what + ': ' + how);
const proxy = new URL(process.env.HTTP_PROXY);
const through = (what, path, method) => new Promise((done) => http.request(
  { host: proxy.hostname, port: proxy.port, path, method },
  (answer) => { answer.resume(); say(what, answer.statusCode); done(); },
).on('connect', (answer, socket) => { socket.destroy(); say(what, answer.statusCode); done(); })
  .on('error', (error) => { say(what, error.code); done(); }).end());
const dial = (what, options) => new Promise((done) => net.connect(options, () => { say(what, 'OPEN'); done(); })
  .on('error', (error) => { say(what, error.code); done(); }));
(async () => {
  await through('registry', 'REGISTRYnotes', 'GET');
  await through('tunnel', '127.0.0.1:PORT', 'CONNECT');
  await through('fetch', 'http://127.0.0.1:PORT/', 'GET');
  await dial('direct', { host: '127.0.0.1', port: PORT });
  await dial('internet', { host: '1.1.1.1', port: 443 });
  await require('node:dns/promises').lookup('registry.npmjs.org').then(() => say('name', 'FOUND'), (error) => say('name', error.code));
  await new Promise((done) => dgram.createSocket('udp4').send('x', 53, '1.1.1.1', (error) => { say('udp', error?.code); done(); }));
  process.exit();
})();`
      .replaceAll('REGISTRY', registry.url)
      .replaceAll('PORT', `${port}`);
    const { output } = await install({}, ({ node }) => [node, '-e', program]);
    const said = Object.fromEntries(
      output
        .trim()
        .split('\n')
        .map((line) => line.split(': ')),
    );
    expect(said).toEqual({
      ...{ registry: '200', tunnel: '403', fetch: '403', direct: 'ECONNREFUSED' },
      ...{ internet: 'ENETUNREACH', udp: 'ENETUNREACH' },
      name: expect.stringMatching(/^E/),
    });
    expect(connections).toBe(0);
  });
});
