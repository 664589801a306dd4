import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerSource } from '@toolwarden/catalogue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startMcp } from '../fixtures/loopback-mcp.ts';
import { crawlServer } from './crawl-server.ts';
import { defaultLimits } from './limits.ts';
import { settingsFrom } from './npm/registry-settings.ts';
import { indexHosts, installCommand } from './pypi/crawl-pypi.ts';
import { noSandbox } from './sandbox/no-sandbox.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'toolwarden-place-'));
  chmodSync(dir, 0o755);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
});

const crawl = async (source: ServerSource) =>
  crawlServer(source, {
    sandbox: await noSandbox(),
    slot: 6,
    packageDir: join(dir, 'package'),
    cacheDir: join(dir, 'cache'),
    settings: settingsFrom([], {}),
    limits: defaultLimits,
    env: {},
  });

test('a source that names neither package nor address is told so', async () => {
  expect(await crawl({ id: 'registry:io.github.acme/notes' })).toMatchObject({
    outcome: 'failed',
    reason: 'unsupported-origin',
  });
});

test.for(['deleted', 'vanished'] as const)(
  'what its registry calls %s is not started',
  async (status) => {
    const packages = [{ registry: 'npm' as const, name: 'notes' }];
    expect(await crawl({ id: 'registry:io.github.acme/notes', status, packages })).toMatchObject({
      outcome: 'failed',
      reason: 'not-found',
    });
  },
);

test('without uv a Python package is missing its runtime', async () => {
  vi.stubEnv('PATH', dir);
  const packages = [{ registry: 'pypi' as const, name: 'mcp-server-time', version: '1.0.0' }];
  expect(await crawl({ id: 'registry:io.github.acme/time', packages })).toMatchObject({
    outcome: 'failed',
    reason: 'runtime-missing',
    version: '1.0.0',
    detail: expect.stringContaining('uv'),
  });
});

test('without docker and podman an image is missing its runtime', async () => {
  vi.stubEnv('PATH', dir);
  const packages = [{ registry: 'oci' as const, name: 'ghcr.io/acme/notes:1.2.3' }];
  expect(await crawl({ id: 'registry:io.github.acme/notes', packages })).toMatchObject({
    outcome: 'failed',
    reason: 'runtime-missing',
    version: '1.2.3',
  });
});

test.for([
  { registry: 'pypi' as const, name: '--index-url=https://evil.example' },
  { registry: 'pypi' as const, name: 'notes', version: '1 --help' },
  { registry: 'oci' as const, name: '--privileged' },
  { registry: 'oci' as const, name: 'a b' },
])('CR18: the package $name ($registry) is no name, and nothing is started', async (one) => {
  expect(await crawl({ id: 'registry:io.github.acme/notes', packages: [one] })).toMatchObject({
    outcome: 'failed',
    reason: 'not-started',
  });
});

test.for([
  'localhost/acme/notes',
  '127.0.0.1:5000/acme/notes',
  '2130706433:5000/acme/notes',
  '169.254.169.254/acme/notes',
  '10.0.0.1/notes:1.0.0',
])('A10: no registry’s entry makes a runtime ask %s for an image', async (name) => {
  const docker = join(dir, 'docker');
  writeFileSync(docker, `#!/bin/sh\necho "$@" >> ${dir}/log\necho '{} 1'\n`);
  chmodSync(docker, 0o755);
  vi.stubEnv('PATH', `${dir}:${process.env.PATH}`);
  const packages = [{ registry: 'oci' as const, name }];
  expect(await crawl({ id: 'registry:io.github.acme/notes', packages })).toMatchObject({
    outcome: 'failed',
    reason: 'not-started',
  });
  expect(existsSync(join(dir, 'log'))).toBe(false);
});

test('a Python package is installed from wheels, at its exact version, after the options', () => {
  const command = installCommand('uv', 'mcp-server-time', '1.0.0');
  expect(command).toContain('--no-build');
  expect(command.slice(-2)).toEqual(['--', 'mcp-server-time==1.0.0']);
});

test('installing one, only the index of the settings and the host of its files are reached', () => {
  vi.stubEnv('UV_DEFAULT_INDEX', undefined);
  vi.stubEnv('UV_INDEX_URL', undefined);
  const files = 'files.pythonhosted.org:443';
  expect(indexHosts()).toEqual(['pypi.org:443', files]);
  vi.stubEnv('UV_INDEX_URL', 'http://me:secret@pypi.acme.dev:3141/root/simple');
  expect(indexHosts()).toEqual(['pypi.acme.dev:3141', files]);
});

test('a Python package that uv installed is started and listed', async () => {
  const tools = join(dir, 'tools');
  mkdirSync(tools);
  // Lays down what uv would: a command, and the metadata beside it.
  writeFileSync(
    join(tools, 'uv'),
    `#!/bin/sh
mkdir -p "$UV_TOOL_BIN_DIR" "$UV_TOOL_DIR/mcp-server-time/lib/python3.13/site-packages/mcp_server_time-1.0.0.dist-info"
printf 'Name: mcp-server-time\\nVersion: 1.0.0\\nSummary: Tells the time.\\n\\nA README.' > "$UV_TOOL_DIR/mcp-server-time/lib/python3.13/site-packages/mcp_server_time-1.0.0.dist-info/METADATA"
printf '#!/bin/sh\\nexec "$NODE" ${join(import.meta.dirname, '../fixtures/servers/plain.mjs')}\\n' > "$UV_TOOL_BIN_DIR/mcp-server-time"
chmod 755 "$UV_TOOL_BIN_DIR/mcp-server-time"
`,
  );
  chmodSync(join(tools, 'uv'), 0o755);
  chmodSync(tools, 0o755);
  vi.stubEnv('PATH', `${tools}:${process.env.PATH}`);
  const record = await crawl({
    id: 'registry:io.github.acme/time',
    env: { NODE: process.execPath },
    packages: [{ registry: 'pypi', name: 'mcp-server-time', version: '1.0.0' }],
  });
  expect(record).toMatchObject({
    outcome: 'complete',
    version: '1.0.0',
    package: { registry: 'pypi', name: 'mcp-server-time', description: 'Tells the time.' },
    tools: [{ definition: { name: 'read_note' } }, { definition: { name: 'write_note' } }],
  });
});

test('where a package cannot be started, the place where the server runs is asked', async () => {
  vi.stubEnv('PATH', dir);
  const server = await startMcp('stateless');
  const record = await crawl({
    id: 'config:notes',
    packages: [{ registry: 'pypi', name: 'notes' }],
    remotes: [{ url: server.url }],
  });
  await server.close();
  expect(record).toMatchObject({ outcome: 'complete', transport: 'streamable-http' });
});
