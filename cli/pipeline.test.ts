import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '@toolwarden/catalogue/store';
import { compilePolicy, createMemoryCounters, decide, recommend } from '@toolwarden/policy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const hasSandbox = existsSync('/usr/bin/bwrap');
const SERVER = 'npm:@modelcontextprotocol/server-memory';
const toolwarden = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, 'bin/toolwarden.js'), ...args], {
    maxBuffer: 2 ** 24,
  });

/** The whole way, as its user walks it: a real package, listed in the sandbox, judged, rendered, and decided on. */
describe.skipIf(!hasSandbox)('from a package name to a decision (bubblewrap)', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'toolwarden-pipeline-'));
  });
  afterAll(() => rm(dir, { recursive: true, maxRetries: 20 }));

  test('crawl, classify and build print one JSON object a line and leave a site', {
    timeout: 300_000,
  }, async () => {
    const data = join(dir, 'data');
    const crawled = await toolwarden('crawl', SERVER, '--data', data, '--json');
    expect(JSON.parse(crawled.stdout)).toMatchObject({
      server: SERVER,
      outcome: 'complete',
      tools: 9,
      help: [],
    });
    expect(Object.keys(JSON.parse(crawled.stdout))).toEqual([
      'server',
      'version',
      'outcome',
      'tools',
      'help',
      'durationMs',
    ]);

    const classified = await toolwarden('classify', '--data', data, '--json');
    expect(JSON.parse(classified.stdout)).toEqual({ server: SERVER, tools: 9, changed: true });
    const again = await toolwarden('classify', '--data', data, '--json');
    expect(JSON.parse(again.stdout)).toEqual({ server: SERVER, tools: 9, changed: false });

    const built = await toolwarden('build', '--data', data, '--out', join(dir, 'site'), '--json');
    expect(JSON.parse(built.stdout)).toMatchObject({ tools: 9, servers: 1, problems: 0 });
    const index = await readFile(join(dir, 'site/api/v1/tools.jsonl'), 'utf8');
    const line = index
      .split('\n')
      .map((text) => (text === '' ? undefined : JSON.parse(text)))
      .find((entry) => entry?.tool === 'delete_entities');
    expect(line).toMatchObject({ server: SERVER, level: 'Critical' });
    expect(
      existsSync(join(dir, 'site', `${new URL(line.url, 'http://localhost').pathname}.html`)),
    ).toBe(true);
  });

  test('the recommended policy asks before entities are deleted, lets them be read, and knows no other tool', async () => {
    const entry = (await openStore(join(dir, 'data')).readEntries()).items[0];
    if (entry === undefined) throw new Error('nothing was crawled');
    const decideFor = async (policyOf: string, tool: string, args: Record<string, string[]>) => {
      const compiled = await compilePolicy(recommend(entry, policyOf).policy);
      const classification = entry.tools.find(
        ({ definition }) => definition.name === tool,
      )?.judgement;
      const counters = createMemoryCounters();
      return decide(
        compiled,
        { server: SERVER, tool, arguments: args },
        { at: Date.now(), counters, ...(classification && { classification }) },
      ).effect;
    };
    expect(await decideFor('delete_entities', 'delete_entities', { entityNames: ['a'] })).toBe(
      'approve',
    );
    expect(await decideFor('open_nodes', 'open_nodes', { names: ['a'] })).toBe('allow');
    expect(await decideFor('open_nodes', 'delete_entities', { entityNames: ['a'] })).toBe('deny');
  });
});
