// Servers of the catalogue with their recommended policies, and a client that is not an SDK's.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../../..');
const BIN = join(ROOT, 'cli/bin/toolwarden.js');
const MODULES = join(ROOT, 'node_modules');
const run = promisify(execFile);

/** The server by itself and behind its recommended policy, as mcporter knows them. */
function setUp(server: string) {
  const folder = temporaryFolder();
  const id = `npm:@modelcontextprotocol/${server}`;
  const args = [BIN, 'policy', 'recommend', '--server', id, '--data', join(ROOT, 'data')];
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, execFileSync('node', args));
  const state = ['--state', join(folder, 'state')];
  const wrap = ['node', BIN, 'wrap', '--policy', policy, ...state, '--'];
  const mcpServers = Object.fromEntries(
    [
      ['direct', []],
      ['wrapped', wrap],
    ].map(([name, before]) => {
      const start = join(MODULES, '@modelcontextprotocol', server, 'dist/index.js');
      const words = [...(before as string[]), 'node', start].map((word) => `'${word}'`);
      const script = join(folder, `${name}.sh`);
      const memory = join(folder, `${name}.jsonl`);
      writeFileSync(script, `#!/bin/sh\nMEMORY_FILE_PATH='${memory}' exec ${words.join(' ')}\n`);
      chmodSync(script, 0o755);
      return [name, { command: script }];
    }),
  );
  const config = join(folder, 'mcporter.json');
  writeFileSync(config, JSON.stringify({ mcpServers }));
  /** What a call prints; a refused one makes mcporter exit with 1. */
  const call = async (which: 'direct' | 'wrapped', tool: string, given: object) => {
    const rest = ['--args', JSON.stringify(given), '--output', 'json'];
    const command = [join(MODULES, 'mcporter/dist/cli.js'), '--config', config, 'call'];
    const { stdout } = await run('node', [...command, `${which}.${tool}`, ...rest], {
      cwd: folder,
    }).catch((error: { stdout: string }) => error);
    return JSON.parse(stdout);
  };
  const both = async (tool: string, given: object) =>
    Promise.all([call('direct', tool, given), call('wrapped', tool, given)]);
  const approve = (asked: object) => {
    const approval = /approvals (approve [0-9a-f]+)/.exec(JSON.stringify(asked))?.[1] ?? '';
    execFileSync('node', [BIN, 'approvals', ...approval.split(' '), ...state]);
  };
  return { call, both, approve };
}

test('mcporter and server-memory with its recommended policy: as direct, refused, approved once', {
  timeout: 300_000,
}, async () => {
  const { call, both, approve } = setUp('server-memory');
  const entity = { name: 'Ada', entityType: 'person', observations: ['counts'] };
  for (const [tool, given] of [
    ['create_entities', { entities: [entity] }],
    ['search_nodes', { query: 'Ada' }],
  ] as const) {
    const [direct, wrapped] = await both(tool, given);
    expect(wrapped).toEqual(direct);
    expect(wrapped.entities).toEqual([entity]);
  }
  const many = { entities: Array.from({ length: 26 }, (_, n) => ({ ...entity, name: `n${n}` })) };
  expect(await call('wrapped', 'create_entities', many)).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('at most 25 items') }],
  });
  const removal = ['delete_entities', { entityNames: ['Ada'] }] as const;
  const asked = await call('wrapped', ...removal);
  expect(asked).toMatchObject({ isError: true });
  approve(asked);
  expect(await call('wrapped', ...removal)).toEqual(await call('direct', ...removal));
  expect(await call('wrapped', ...removal)).toMatchObject({ isError: true });
  expect(await call('wrapped', 'read_graph', {})).toEqual({ entities: [], relations: [] });
});

test('mcporter and server-sequential-thinking with its recommended policy answer as direct', {
  timeout: 300_000,
}, async () => {
  const { call, both } = setUp('server-sequential-thinking');
  const thought = {
    ...{ thought: 'hm', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 },
  };
  const [direct, wrapped] = await both('sequentialthinking', thought);
  expect(wrapped).toEqual(direct);
  expect(wrapped).toMatchObject({ thoughtNumber: 1 });
  expect(await call('wrapped', 'no_such_tool', {})).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('no rule allows this tool') }],
  });
});
