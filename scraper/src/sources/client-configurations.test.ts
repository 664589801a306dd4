import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { serverSourceSchema } from '@toolwarden/catalogue';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientConfigurations } from './client-configurations.ts';
import { reachOf } from './client-entry.ts';
import { clientPlaces } from './client-places.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'toolwarden-home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const write = (path: string, text: string) => {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};
const read = (more = {}) =>
  clientConfigurations.read({
    home,
    cwd: join(home, 'project'),
    platform: 'linux',
    env: {},
    ...more,
  });
const SECRET = 'canary-4711-secret';

test('of arguments no word stays that could be a person’s secret, however plain it looks', () => {
  const args = ['serve', '--password', 'hunter', '--pin', '12345', '-phunter', '--db-pw=hunter'];
  const more = ['hunter', 'sk-live-abc', '--Key-4711', '--mode', 'read-only', '--port', '3000'];
  const places = ['/home/me/hunter', '--tools', 'notes,tasks', 'https://hunter.dev/?key=hunter'];
  const reached = reachOf({ command: 'npx', args: ['-y', '@acme/x', ...args, ...more, ...places] });
  expect(reached.packages?.[0]?.args).toEqual([
    ...['serve', '--password', 'placeholder', '--pin', 'placeholder', 'placeholder'],
    ...['--db-pw=placeholder', 'placeholder', 'placeholder', 'placeholder'],
    ...['--mode', 'read-only', '--port', '8080'],
    ...['{dir}', '--tools', 'notes,tasks', 'https://example.com'],
  ]);
});

test('each client’s own form is read, and no value of a variable or a header leaves it', async () => {
  const env = { NOTES_TOKEN: SECRET };
  const npx = (name: string) => ({ command: 'npx', args: ['-y', name, `--token=${SECRET}`], env });
  write(
    '.config/Claude/claude_desktop_config.json',
    JSON.stringify({ mcpServers: { desktop: npx('@acme/desktop@1.2.3') } }),
  );
  write(
    '.claude.json',
    JSON.stringify({
      mcpServers: { code: npx('code-mcp') },
      projects: { '/x': { mcpServers: { inner: npx('inner-mcp') } } },
    }),
  );
  write(
    '.cursor/mcp.json',
    JSON.stringify({
      mcpServers: {
        cursor: {
          url: `https://mcp.acme.dev/mcp?key=${SECRET}`,
          headers: { Authorization: `Bearer ${SECRET}` },
        },
      },
    }),
  );
  write(
    '.config/Code/User/mcp.json',
    `{ // VS Code\n "servers": { "code-user": { "type": "http", "url": "https://x.acme.dev/mcp", }, }, }`,
  );
  write(
    '.codeium/windsurf/mcp_config.json',
    JSON.stringify({ mcpServers: { surf: { serverUrl: 'https://s.acme.dev/sse' } } }),
  );
  write(
    '.gemini/settings.json',
    JSON.stringify({
      mcpServers: {
        gemini: { httpUrl: 'https://g.acme.dev/mcp', headers: { 'X-Key': '$' + '{env:G_KEY}' } },
      },
    }),
  );
  write(
    '.codex/config.toml',
    `[mcp_servers.codex]\ncommand = "uvx"\nargs = ["acme-notes==1.0.0"]\n[mcp_servers.codex.env]\nNOTES_TOKEN = "${SECRET}"\n`,
  );
  write(
    'project/.mcp.json',
    JSON.stringify({
      mcpServers: {
        project: {
          command: 'docker',
          args: ['run', '-i', '--rm', '-e', `K=${SECRET}`, 'ghcr.io/acme/notes:1.0.0'],
        },
      },
    }),
  );

  const { sources, problems } = await read();
  expect(problems).toEqual([]);
  for (const source of sources) expect(() => serverSourceSchema.parse(source)).not.toThrow();
  expect(JSON.stringify(sources)).not.toContain('canary');
  expect(Object.fromEntries(sources.map(({ id, ...reach }) => [id, reach]))).toEqual({
    'config:project': { packages: [{ registry: 'oci', name: 'ghcr.io/acme/notes:1.0.0' }] },
    'config:desktop': {
      packages: [
        {
          registry: 'npm',
          name: '@acme/desktop',
          version: '1.2.3',
          args: ['--token=placeholder'],
          env: { NOTES_TOKEN: 'placeholder' },
        },
      ],
    },
    'config:code': {
      packages: [
        {
          registry: 'npm',
          name: 'code-mcp',
          args: ['--token=placeholder'],
          env: { NOTES_TOKEN: 'placeholder' },
        },
      ],
    },
    'config:inner': {
      packages: [
        {
          registry: 'npm',
          name: 'inner-mcp',
          args: ['--token=placeholder'],
          env: { NOTES_TOKEN: 'placeholder' },
        },
      ],
    },
    'config:cursor': { remotes: [{ url: 'https://mcp.acme.dev/mcp?key=placeholder' }] },
    'config:code-user': {
      remotes: [{ url: 'https://x.acme.dev/mcp', transport: 'streamable-http' }],
    },
    'config:surf': { remotes: [{ url: 'https://s.acme.dev/sse' }] },
    'config:gemini': {
      remotes: [
        {
          url: 'https://g.acme.dev/mcp',
          transport: 'streamable-http',
          headers: { 'X-Key': '$' + '{env:G_KEY}' },
        },
      ],
    },
    'config:codex': {
      packages: [
        {
          registry: 'pypi',
          name: 'acme-notes',
          version: '1.0.0',
          env: { NOTES_TOKEN: 'placeholder' },
        },
      ],
    },
  });
});

test('a broken file, a program of this machine and an odd name are problems, and the rest is read', async () => {
  write('.cursor/mcp.json', '{ "mcpServers": ');
  write('.codex/config.toml', 'not toml');
  write(
    '.claude.json',
    JSON.stringify({
      mcpServers: {
        local: { command: '/home/me/server' },
        'a\nb': { command: 'npx', args: ['x'] },
        off: { command: 'npx', args: ['x'], disabled: true },
        good: { command: 'npx', args: ['good'] },
      },
    }),
  );
  const { sources, problems } = await read();
  expect(sources.map(({ id }) => id)).toEqual(['config:good']);
  expect(problems).toHaveLength(5);
});

test('of one name in two clients the nearer counts', async () => {
  write(
    'project/.mcp.json',
    JSON.stringify({ mcpServers: { notes: { command: 'npx', args: ['near'] } } }),
  );
  write(
    '.cursor/mcp.json',
    JSON.stringify({ mcpServers: { notes: { command: 'npx', args: ['far'] } } }),
  );
  expect((await read()).sources).toMatchObject([{ packages: [{ name: 'near' }] }]);
});

test.for([
  [['npx', '-y', '--package=@acme/tools', 'notes'], { registry: 'npm', name: '@acme/tools' }],
  [
    ['npx', '-p', 'tools@1.0.0', 'notes', '--stdio'],
    { registry: 'npm', name: 'tools', version: '1.0.0', args: ['--stdio'] },
  ],
  [['npx', 'notes@latest'], { registry: 'npm', name: 'notes' }],
  [['C:\\node\\npx.cmd', 'notes'], { registry: 'npm', name: 'notes' }],
  [['cmd', '/c', 'npx', '-y', 'notes'], { registry: 'npm', name: 'notes' }],
  [['pnpm', 'dlx', 'notes'], { registry: 'npm', name: 'notes' }],
  [['bunx', 'notes'], { registry: 'npm', name: 'notes' }],
  [
    ['uvx', '--from', 'acme[all]==2.0', 'notes', 'serve'],
    { registry: 'pypi', name: 'acme', version: '2.0', args: ['serve'] },
  ],
  [['uv', 'tool', 'run', 'notes'], { registry: 'pypi', name: 'notes' }],
  [['pipx', 'run', 'notes'], { registry: 'pypi', name: 'notes' }],
  [
    ['podman', 'run', '--rm', '-i', '-v', '/home/me:/data', 'docker.io/acme/notes', 'stdio'],
    { registry: 'oci', name: 'docker.io/acme/notes', args: ['stdio'] },
  ],
] as [string[], object][])('%j starts %j', ([[command, ...args], expected]) => {
  expect(reachOf({ command, args })).toEqual({ packages: [expected] });
});

test.for([
  'npx',
  'npx ../evil',
  'npx https://evil.example/x.tgz',
  'node server.js',
  'docker ps',
  'npm install x',
])('"%s" is no package that can be looked up', (line) => {
  const [command, ...args] = line.split(' ');
  expect(reachOf({ command, args }).problem).toContain('no package');
});

test.for([
  ['darwin', 'Library/Application Support/Claude/claude_desktop_config.json'],
  ['linux', '.config/Claude/claude_desktop_config.json'],
  ['win32', 'AppData/Roaming/Claude/claude_desktop_config.json'],
] as const)('on %s Claude Desktop keeps its list where it does', ([platform, path]) => {
  const places = clientPlaces({ home: '/home/me', cwd: '/x', platform, env: {} });
  expect(places.find(({ client }) => client === 'Claude Desktop')?.file).toBe(`/home/me/${path}`);
});
