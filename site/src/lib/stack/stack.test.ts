import { join } from 'node:path';
import { openStore } from '@toolwarden/catalogue/store';
import { compilePolicy, policySchema } from '@toolwarden/policy';
import { beforeAll, describe, expect, test } from 'vitest';
import { type LoadedServer, readServerData, serverData } from '../server-data.ts';
import { readConfiguration } from './read-configuration.ts';
import { stackView } from './stack-view.ts';
import {
  gatewayConfiguration,
  wrappedConfiguration,
  wrappedServers,
} from './wrap-configuration.ts';

const SECRET = 'sk-hunter2';
const NPX = { command: 'npx', args: ['-y', '@acme/notes@1.2.3', `--key=${SECRET}`] };

async function read(value: unknown) {
  const found = await readConfiguration(typeof value === 'string' ? value : JSON.stringify(value));
  if ('problem' in found) throw new Error(found.problem);
  return found;
}

describe('configurations of clients', () => {
  test.for([
    ['Claude Desktop', { mcpServers: { notes: NPX } }],
    ['Claude Code', { projects: { '/home/ada': { mcpServers: { notes: NPX } } } }],
    ['VS Code', { servers: { notes: { type: 'stdio', ...NPX } } }],
    ['VS Code settings', { mcp: { servers: { notes: NPX } } }],
    ['gateway', { listen: {}, servers: { notes: NPX } }],
    ['comments', `{ // mine\n "mcpServers": { "notes": ${JSON.stringify(NPX)}, /* } */ }, }`],
    [
      'Codex',
      '[mcp_servers.notes]\ncommand = "npx"\nargs = ["-y", "@acme/notes@1.2.3"]\n[mcp_servers.notes.env]\nA = "b"',
    ],
  ] as [string, unknown][])('of %s are read', async ([, value]) => {
    const { servers } = await read(value);
    expect(servers).toMatchObject([
      { name: 'notes', kind: 'npm', id: 'npm:@acme/notes', version: '1.2.3' },
    ]);
  });

  test.for([
    [{ command: 'bunx', args: ['acme'] }, 'npm:acme'],
    [{ command: 'cmd', args: ['/c', 'npx', '-y', 'acme'] }, 'npm:acme'],
    [{ command: '/usr/bin/npx.cmd', args: ['--package=acme', 'run'] }, 'npm:acme'],
    [{ command: 'pnpm', args: ['dlx', 'acme@latest'] }, 'npm:acme'],
    [
      {
        command: 'npx',
        args: ['-y', 'toolwarden', 'wrap', '--policy', 'p.json', '--', 'npx', 'acme'],
      },
      'npm:acme',
    ],
    [{ url: `https://u:${SECRET}@mcp.acme.dev/mcp?key=${SECRET}#x` }, 'url:mcp.acme.dev/mcp'],
    [{ serverUrl: 'https://mcp.acme.dev/' }, 'url:mcp.acme.dev'],
    [{ url: 'http://localhost:3000/mcp' }, undefined],
    [{ command: 'uvx', args: ['acme'] }, undefined],
    [{ command: 'node', args: ['dist/index.js'] }, undefined],
    [{ command: 'npx', args: [`--header=${SECRET}`, '../acme'] }, undefined],
  ] as [unknown, string | undefined][])('%j is %s', async ([entry, id]) => {
    const { servers } = await read({ mcpServers: { a: entry } });
    expect(servers[0]?.id).toBe(id);
    expect(JSON.stringify(servers)).not.toContain(SECRET);
  });

  test.for(['', 'hello', '[]', '{}', '{"mcpServers": {}}', `{"a": "${SECRET}`, '[['.repeat(9000)])(
    'what is none is refused without quoting it: %#',
    async (text) => {
      const found = await readConfiguration(text);
      expect(found).toHaveProperty('problem');
      expect(JSON.stringify(found)).not.toContain(SECRET);
    },
  );

  test('a nest of objects is refused before anything walks it', async () => {
    const text = `${'{"mcpServers":'.repeat(5000)}1${'}'.repeat(5000)}`;
    expect(await readConfiguration(text)).toHaveProperty('problem');
  });
});

describe('what goes in front', () => {
  const document = {
    mcpServers: {
      notes: { ...NPX, env: { TOKEN: SECRET } },
      far: { url: 'https://mcp.acme.dev/mcp' },
    },
  };

  test('the shown configurations hold names of variables and no value', async () => {
    const { servers } = await read(document);
    const shown = JSON.stringify([wrappedServers(servers), gatewayConfiguration(servers)]);
    expect(shown).not.toContain(SECRET);
    expect(shown).toContain(`"TOKEN":"$\{env:TOKEN}"`);
    expect(shown).toContain('@acme/notes@1.2.3');
    expect(gatewayConfiguration(servers)).toHaveProperty(
      'servers.far.url',
      'https://mcp.acme.dev/mcp',
    );
  });

  test('the copied one keeps every value, and wraps once', () => {
    const once = wrappedConfiguration(document);
    const { notes, far } = JSON.parse(once).mcpServers;
    expect(notes.args.slice(-4)).toEqual(['npx', ...NPX.args]);
    expect(notes.env).toEqual({ TOKEN: SECRET });
    expect(far).toEqual(document.mcpServers.far);
    expect(wrappedConfiguration(JSON.parse(once))).toBe(once);
    expect(document.mcpServers.notes.command).toBe('npx');
    expect(document.mcpServers.notes.args).toEqual(NPX.args);
  });
});

describe('a stack', () => {
  let servers: LoadedServer[];
  beforeAll(async () => {
    const dir = join(import.meta.dirname, '../../../../catalogue/fixtures');
    const { items } = await openStore(dir).readEntries();
    servers = items.map((entry) => readServerData(serverData(entry, (text) => text.length)));
  });

  test('lists every tool, what nobody judged first, and counts each once', () => {
    const view = stackView(servers, []);
    const all = servers.flatMap(({ entry }) => entry.tools);
    expect(view.tools).toHaveLength(all.length);
    expect(view.levels.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
    expect(view.tools[0]?.tool.judgement).toBeUndefined();
    expect(view.tokens).toBeGreaterThan(all.length);
  });

  test('names a leak only where all three parts are there, and then the policy asks', async () => {
    // No fixture reads what outsiders wrote, so one is judged to.
    const reading = servers.map((server): LoadedServer => {
      const tools = server.entry.tools.map((tool) =>
        tool.definition.name === 'get_weather' && tool.judgement
          ? { ...tool, judgement: { ...tool.judgement, traits: ['untrusted_content' as const] } }
          : tool,
      );
      return { ...server, entry: { ...server.entry, tools } };
    });
    const whole = stackView(reading, []);
    expect(whole.legs.map(({ tools }) => tools.length > 0)).toEqual([true, true, true]);
    expect(whole.isToxic).toBe(true);
    const leak = ['untrusted_content', 'private_data'];
    expect(whole.policy.flows?.[0]?.after.traits).toEqual(leak);
    expect(whole.policy.tools?.['get_weather']?.marks).toEqual(['untrusted_content']);
    expect(policySchema.safeParse(whole.policy).success).toBe(true);
    await compilePolicy(whole.policy);
    const part = stackView(servers, []);
    expect(part.isToxic).toBe(false);
    expect(part.policy.flows?.map(({ after }) => after.traits)).not.toContainEqual(leak);
  });
});
