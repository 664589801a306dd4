import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, type ServerId, type ServerSource } from '@toolwarden/catalogue';
import { openStore, type Store } from '@toolwarden/catalogue/store';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type FixturePackage, startRegistry } from '../fixtures/loopback-registry.ts';
import { needs } from '../fixtures/needs.ts';
import { type CrawlOptions, crawl } from './crawl.ts';
import type { CrawlResult } from './crawl-result.ts';
import { chooseSandbox } from './sandbox/choose-sandbox.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, `../fixtures/servers/${name}.mjs`), 'utf8');

/** A package whose only command is one of the fixture servers. */
function serverPackage(
  name: string,
  server: string,
  more: { version?: string; manifest?: object; files?: Record<string, string> } = {},
): FixturePackage {
  return {
    name,
    version: more.version ?? '1.0.0',
    manifest: { bin: 'index.mjs', ...more.manifest },
    files: {
      'index.mjs': `#!/usr/bin/env node\n${fixture(server)}`,
      'speak.mjs': fixture('speak'),
      ...more.files,
    },
  };
}

const lists = (...tools: string[]) =>
  `#!/usr/bin/env node\nimport { list, tool } from './speak.mjs';\nlist(${JSON.stringify(tools)}.map((name) => tool(name)));\n`;

const marks = Object.fromEntries(
  ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'].map((script) => [
    script,
    // Into the package's own folder, which outlives the installation: the server then lists it.
    `touch mark-${script}`,
  ]),
);
const describeCrawl = await needs('bubblewrap');

describeCrawl('a crawl of packages', () => {
  let sandbox: Sandbox;
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  let elsewhere: typeof registry;
  let store: Store;
  let temporary: string;

  beforeAll(async () => {
    // A folder of its own, so that what is left there is ours.
    temporary = await mkdtemp(join(tmpdir(), 'toolwarden-test-'));
    await chmod(temporary, 0o755);
    vi.stubEnv('TMPDIR', temporary);
    sandbox = await chooseSandbox({ unsafeNoSandbox: false });
    elsewhere = await startRegistry([serverPackage('plain', 'plain')]);
    registry = await startRegistry([
      serverPackage('plain', 'plain', {
        manifest: {
          description: 'Keeps notes.',
          license: 'MIT',
          repository: { type: 'git', url: 'git+https://github.com/acme/plain.git' },
        },
      }),
      serverPackage('hangs', 'hangs'),
      serverPackage('dies', 'pages'),
      serverPackage('wants-help', 'wants-help'),
      serverPackage('@acme/many', 'plain', {
        manifest: { bin: { other: 'no.mjs', '@acme/many': 'index.mjs', node: 'no.mjs' } },
      }),
      serverPackage('fetches', 'fetches'),
      serverPackage('no-bin', 'plain', { manifest: { bin: undefined } }),
      serverPackage('marks', 'plain', {
        manifest: { scripts: marks },
        files: {
          'binding.gyp': '{"targets": [{"target_name": "mark"}]}',
          '.npmrc': 'ignore-scripts=false\n',
          'index.mjs': `#!/usr/bin/env node
import { readdirSync } from 'node:fs';
import { list, tool } from './speak.mjs';
list(readdirSync(import.meta.dirname).map((name) => tool(name)));
`,
        },
      }),
      serverPackage('wants-git', 'plain', {
        manifest: { dependencies: { x: 'git+http://127.0.0.1:9/x.git' } },
      }),
      serverPackage('wants-address', 'plain', {
        // There is a package at this address, and it would install.
        manifest: { dependencies: { plain: `${elsewhere.url}plain/-/plain-1.0.0.tgz` } },
      }),
      serverPackage('wants-never-published', 'plain', {
        manifest: { dependencies: { plain: '^7.0.0' } },
      }),
    ]);
    vi.stubEnv('npm_config_registry', registry.url);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(temporary, { recursive: true, maxRetries: 20 });
    await registry.close();
    await elsewhere.close();
  });
  beforeEach(async () => {
    store = openStore(await mkdtemp(join(tmpdir(), 'toolwarden-store-')));
  });
  afterEach(() => rm(store.dir, { recursive: true, maxRetries: 20 }));

  const run = async (targets: (string | ServerSource)[], options: Partial<CrawlOptions> = {}) => {
    const results: CrawlResult[] = [];
    const crawlRun = await crawl({
      store,
      sandbox,
      targets: targets.map((one) => (typeof one === 'string' ? { id: `npm:${one}` } : one)),
      onResult: (result) => results.push(result),
      ...options,
    });
    return { run: crawlRun, results };
  };
  const record = async (id: ServerId) => {
    const found = await store.readServer(id);
    if (found === undefined) throw new Error(`no record of ${id}`);
    return found;
  };

  test('writes a record with package, version and integrity before it tells the result', async () => {
    let wasOnDisk = false;
    const { run: crawlRun } = await run(['plain'], {
      onResult: ({ server }) => {
        expect(server).toBe('npm:plain');
        wasOnDisk = readdirSync(store.dir).includes('servers');
      },
    });
    expect(wasOnDisk).toBe(true);
    expect(await record('npm:plain')).toMatchObject({
      version: '1.0.0',
      outcome: 'complete',
      package: {
        name: 'plain',
        version: '1.0.0',
        integrity: registry.integrityOf(
          serverPackage('plain', 'plain', {
            manifest: {
              description: 'Keeps notes.',
              license: 'MIT',
              repository: { type: 'git', url: 'git+https://github.com/acme/plain.git' },
            },
          }),
        ),
        description: 'Keeps notes.',
        license: 'MIT',
        bin: 'plain',
      },
      links: { repository: 'https://github.com/acme/plain' },
      configurations: [{ name: 'default', args: [], env: [] }],
      tools: [{ definition: { name: 'read_note' } }, { definition: { name: 'write_note' } }],
    });
    expect(crawlRun).toMatchObject({
      ending: 'completed',
      counts: { servers: 1, complete: 1, partial: 0, failed: 0, tools: 2 },
      servers: [{ id: 'npm:plain', version: '1.0.0', outcome: 'complete', tools: 2 }],
    });
    expect((await store.readCrawlRuns()).items).toEqual([crawlRun]);
  });

  test('tells why a server has no listing, in words that name nothing of this machine', async () => {
    const { run: crawlRun, results } = await run([
      'never-published',
      'no-bin',
      'wants-git',
      'dies',
    ]);
    const reasons = Object.fromEntries(results.map(({ server, reason }) => [server, reason]));
    expect(reasons).toEqual({
      'npm:dies': undefined,
      'npm:never-published': 'not-found',
      'npm:no-bin': 'no-command',
      'npm:wants-git': 'install-failed',
    });
    expect(crawlRun.failuresByReason).toEqual({
      'not-found': 1,
      'no-command': 1,
      'install-failed': 1,
    });
    for (const { detail } of results)
      expect(detail ?? '').not.toMatch(/127\.0\.0\.1|https?:|toolwarden-crawl/);
  });

  test.for([
    ['wants-git', /EALLOWGIT|\bgit\b/],
    ['wants-address', /EALLOWREMOTE|outside the registry/],
  ] as const)('CR17: refuses what no registry vouches for: %s', async ([name, words]) => {
    const { results } = await run([name]);
    expect(results[0]).toMatchObject({ outcome: 'failed', reason: 'install-failed' });
    expect(results[0]?.detail).toMatch(words);
  });

  test('says that the registry cannot be reached', async () => {
    vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9/');
    const { results } = await run(['plain']);
    vi.stubEnv('npm_config_registry', registry.url);
    expect(results[0]).toMatchObject({ outcome: 'failed', reason: 'unreachable', version: '' });
    expect(results[0]?.detail).not.toContain('127.0.0.1');
  });

  test('chooses among several commands as npx does', async () => {
    const { results } = await run(['@acme/many']);
    expect(results[0]).toMatchObject({ outcome: 'complete', tools: 2 });
    expect((await record('npm:@acme/many')).package?.bin).toBe('many');
  });

  test('CR17: runs nothing of a package while installing it', async () => {
    await run(['marks']);
    const files = (await record('npm:marks')).tools.map(({ definition }) => definition.name);
    expect(files).toContain('binding.gyp');
    expect(files.filter((name) => name.startsWith('mark-') || name === 'build')).toEqual([]);
  });

  test('installs with the newest version where a dependency was never published', async () => {
    await run(['wants-never-published']);
    expect(await record('npm:wants-never-published')).toMatchObject({
      outcome: 'complete',
      help: ['override plain@1.0.0'],
    });
  });

  test('helps with the variables a server names, and records their names only', async () => {
    await run(['wants-help']);
    expect(await record('npm:wants-help')).toMatchObject({
      outcome: 'complete',
      configurations: [{ name: 'default', args: [], env: ['NOTES_API_KEY', 'NOTES_BASE_URL'] }],
      help: ['env NOTES_API_KEY', 'env NOTES_BASE_URL'],
    });
  });

  test('records what a person let a server reach, and only where it did', async () => {
    const source: ServerSource = { id: 'npm:fetches', args: [`${registry.url}plain`] };
    const { host } = new URL(registry.url);
    const told = async () =>
      String((await record('npm:fetches')).tools[0]?.definition['description']);
    await run([source], { allowedHosts: [host] });
    expect((await record('npm:fetches')).help).toContain(`network ${host}`);
    expect(await told()).toContain('"name":"plain"');
    await run([{ ...source, version: '1.0.0' }], { isAgain: true });
    expect((await record('npm:fetches')).help?.join()).not.toContain('network');
    expect(await told()).toBe('ECONNREFUSED');
  });

  test('calls a part a part, and never puts it in the place of a whole', async () => {
    const partial: ServerSource = { id: 'npm:dies', args: ['dies'] };
    await run([partial]);
    expect(await record('npm:dies')).toMatchObject({
      outcome: 'partial',
      tools: [{ definition: { name: 'page_first' } }],
    });
    await run([{ ...partial, args: ['three'] }]);
    const whole = await record('npm:dies');
    expect(whole.tools).toHaveLength(3);
    const { results } = await run([partial, { ...partial, version: '3.0.0' }], { concurrency: 1 });
    expect(results.map(({ outcome }) => outcome)).toEqual(['partial', 'failed']);
    expect(await record('npm:dies')).toEqual(whole);
  });

  test('leaves an unchanged server unchanged, and writes down what changed', async () => {
    registry.publish(serverPackage('notes', 'plain', { files: { 'index.mjs': lists('a', 'b') } }));
    await run(['notes']);
    const first = canonicalJson(await record('npm:notes'));
    await run(['notes']);
    expect(canonicalJson(await record('npm:notes'))).toBe(first);
    expect((await store.readHistory('npm:notes')).items).toEqual([]);
    registry.publish(
      serverPackage('notes', 'plain', {
        version: '1.1.0',
        files: { 'index.mjs': lists('b', 'c') },
      }),
    );
    await run(['notes']);
    expect((await store.readHistory('npm:notes')).items).toMatchObject([
      { event: 'tool-removed', tool: 'a', version: '1.1.0' },
      { event: 'tool-added', tool: 'c', version: '1.1.0' },
    ]);
    await run([{ id: 'npm:notes', version: '1.0.0' }]);
    expect((await record('npm:notes')).version).toBe('1.0.0');
  });

  test.for([
    ['budget-spent', 'budget-spent'],
    [undefined, 'interrupted'],
  ] as const)(
    'stopped for %s keeps what is finished and ends what runs',
    async ([reason, ending]) => {
      const abort = new AbortController();
      const started: string[] = [];
      const { run: crawlRun } = await run(['plain', 'hangs', 'wants-help'], {
        concurrency: 1,
        signal: abort.signal,
        onStart: (id) => {
          started.push(id);
          if (id === 'npm:hangs') setTimeout(() => abort.abort(reason), 800);
        },
      });
      expect(started).toEqual(['npm:plain', 'npm:hangs']);
      expect(crawlRun.ending).toBe(ending);
      expect(crawlRun.servers.map(({ id }) => id)).toEqual(['npm:plain']);
      expect((await store.readServers()).items.map(({ id }) => id)).toEqual(['npm:plain']);
      expect(readdirSync(temporary).filter((name) => name.startsWith('toolwarden-crawl-'))).toEqual(
        [],
      );
    },
  );

  test('keeps the words of a server that writes the time into them, and says so', async () => {
    const clock = `#!/usr/bin/env node
import { list, tool } from './speak.mjs';
list([tool('now', { description: String(process.hrtime.bigint()) }), tool('still')]);
`;
    registry.publish(serverPackage('clock', 'plain', { files: { 'index.mjs': clock } }));
    await run(['clock']);
    const first = await record('npm:clock');
    await run(['clock']);
    const second = await record('npm:clock');
    expect(second.tools).toEqual(first.tools);
    expect(second.findings).toEqual([
      {
        code: 'unstable-list',
        message: 'The words of "now" differ from one start of this version to the next.',
      },
    ]);
    await run(['clock']);
    expect(await record('npm:clock')).toEqual(second);
    expect((await store.readHistory('npm:clock')).items).toEqual([]);
  });

  test('replaces a record that cannot be understood, and clears up after a killed crawler', async () => {
    await run(['plain']);
    const file = readdirSync(join(store.dir, 'servers'), {
      recursive: true,
      encoding: 'utf8',
    }).find((path) => path.endsWith('.json')) as string;
    await writeFile(join(store.dir, 'servers', file), '{"half": ');
    const leftover = join(temporary, 'toolwarden-crawl-4194304999-x');
    await mkdir(leftover);
    await run(['plain']);
    expect(await record('npm:plain')).toMatchObject({ outcome: 'complete' });
    expect(existsSync(leftover)).toBe(false);
  });

  test('stops where records cannot be written', async () => {
    await writeFile(join(store.dir, 'servers'), 'in the way');
    const started: string[] = [];
    await expect(
      run(['plain', 'hangs', 'wants-help'], { onStart: (id) => started.push(id) }),
    ).rejects.toMatchObject({ name: 'StoreError' });
    expect(started).toEqual(['npm:plain', 'npm:hangs']);
    expect((await store.readCrawlRuns()).items).toMatchObject([{ ending: 'interrupted' }]);
  });

  test('goes on after a source that no program can be started with', async () => {
    const { run: crawlRun, results } = await run(
      [
        { id: 'npm:hangs', files: { '../x': 'a' } },
        { id: 'npm:dies', args: ['a\0b'] },
        { id: 'npm:plain' },
      ],
      { concurrency: 1 },
    );
    expect(results.map(({ reason, outcome }) => reason ?? outcome)).toEqual([
      'not-started',
      'not-started',
      'complete',
    ]);
    expect(results[0]?.detail).toContain('"../x" is no path below the folder');
    expect((await store.readCrawlRuns()).items).toEqual([crawlRun]);
  });

  test('writes a change down once, also where a crawler was killed before it wrote the record', async () => {
    const versions = ['1.0.0', '1.1.0'].map((version, index) =>
      serverPackage('killed', 'plain', {
        version,
        files: { 'index.mjs': index === 0 ? lists('a', 'b') : lists('b', 'c') },
      }),
    );
    for (const version of versions) registry.publish(version);
    await run([{ id: 'npm:killed', version: '1.0.0' }]);
    const first = await record('npm:killed');
    await run(['killed']);
    const { items } = await store.readHistory('npm:killed');
    expect(items).toHaveLength(2);
    await store.writeServer(first);
    await run(['killed']);
    expect((await store.readHistory('npm:killed')).items).toEqual(items);
    expect((await record('npm:killed')).version).toBe('1.1.0');
  });

  test('leaves a record that cannot be understood to be mended where the crawl fails', async () => {
    await run(['never-published']);
    const [file = ''] = readdirSync(join(store.dir, 'servers'), {
      recursive: true,
      encoding: 'utf8',
    }).filter((path) => path.endsWith('.json'));
    await writeFile(join(store.dir, 'servers', file), '{"half": ');
    await run(['never-published']);
    expect(readFileSync(join(store.dir, 'servers', file), 'utf8')).toBe('{"half": ');
  });

  test('goes on after a server that says nothing until its deadline', async () => {
    const { results } = await run(['hangs', 'plain'], {
      concurrency: 1,
      limits: { startMs: 12_000, serverMs: 12_500 },
    });
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      'timeout',
      'complete',
    ]);
  });
});

const describeReal = await needs('bubblewrap', 'npm registry');

describeReal('a real server from npm', () => {
  test('is installed, started without network and listed whole', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'toolwarden-store-'));
    const store = openStore(dir);
    await crawl({
      store,
      sandbox: await chooseSandbox({ unsafeNoSandbox: false }),
      targets: [{ id: 'npm:@modelcontextprotocol/server-memory', version: '2026.8.31' }],
    });
    const record = await store.readServer('npm:@modelcontextprotocol/server-memory');
    expect(record?.outcome).toBe('complete');
    expect(record?.tools.map(({ definition }) => definition.name)).toContain('search_nodes');
    expect(record?.tools).toHaveLength(9);
    expect(record?.package?.integrity).toMatch(/^sha512-/);
    await rm(dir, { recursive: true, maxRetries: 20 });
  });
});
