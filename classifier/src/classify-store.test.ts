import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerRecord, type ToolDefinition, toolDigest } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { classifyStore } from './classify-store.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-classify-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function recordOf(name: string, description: string): ServerRecord {
  const definition: ToolDefinition = { name, description };
  return {
    id: 'npm:notes',
    version: '1.0.0',
    outcome: 'complete',
    configurations: [],
    tools: [{ definition, digest: toolDigest(definition), configurations: ['default'] }],
  };
}

test('classifies what is new once, and again only when its definition changes', async () => {
  const store = openStore(dir);
  await store.writeServer(recordOf('get_note', 'Get a note'));
  expect(await classifyStore(store)).toEqual({
    servers: 1,
    tools: 1,
    changed: 1,
    problems: [],
    stale: [],
  });
  expect(await classifyStore(store)).toMatchObject({ changed: 0 });
  await store.writeServer(recordOf('get_note', 'Delete a note'));
  expect(await classifyStore(store)).toMatchObject({ changed: 1 });
  const stored = await store.readClassifications('npm:notes');
  expect(stored?.tools.map(({ tool, category }) => [tool, category])).toEqual([
    ['get_note', 'Write'],
  ]);
});

test('an aborted run stops before the next server and leaves what it has', async () => {
  const store = openStore(dir);
  await store.writeServer(recordOf('get_note', 'Get a note'));
  const run = await classifyStore(store, { signal: AbortSignal.abort() });
  expect(run.servers).toBe(0);
});
