import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  assess,
  type ServerRecord,
  TAXONOMY_VERSION,
  type ToolDefinition,
  toolDigest,
} from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ClassifierInput, classify, RULESET_VERSION } from './classify.ts';
import { classifyStore, toolsToAsk } from './classify-store.ts';

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

/** A model that says of everything that it is an execution. */
const model = {
  identity: { model: 'scripted', promptVersion: '1' },
  judge: async (input: ClassifierInput) => ({
    ...classify(input),
    category: 'Execute' as const,
    ...assess('Execute', []),
    traits: [],
    provenance: {
      taxonomyVersion: TAXONOMY_VERSION,
      rulesetVersion: RULESET_VERSION,
      profile: 'standard',
      method: 'model+rules' as const,
      ...{ model: 'scripted', promptVersion: '1', samples: 1 },
    },
  }),
};

test('what a model judged stays in a run without one, until the definition changes', async () => {
  const store = openStore(dir);
  const [one, two] = [recordOf('get_note', 'Get a note'), recordOf('set_note', 'Set a note')];
  await store.writeServer({ ...one, tools: [...one.tools, ...two.tools] });
  await classifyStore(store, { model });
  expect(await classifyStore(store)).toMatchObject({ changed: 0 });
  expect(await classifyStore(store, { model })).toMatchObject({ changed: 0 });

  const changed = recordOf('set_note', 'Set one note');
  await store.writeServer({ ...one, tools: [...one.tools, ...changed.tools] });
  expect(await classifyStore(store)).toMatchObject({ changed: 1 });
  const stored = await store.readClassifications('npm:notes');
  expect(
    stored?.tools.map(({ tool, category, provenance }) => [tool, category, provenance.method]),
  ).toEqual([
    ['get_note', 'Execute', 'model+rules'],
    ['set_note', 'Write', 'rules'],
  ]);
  expect(await toolsToAsk(store, model)).toHaveLength(2);
});

test('a run with another model judges anew', async () => {
  const store = openStore(dir);
  await store.writeServer(recordOf('get_note', 'Get a note'));
  await classifyStore(store, { model });
  const other = { ...model, identity: { model: 'other', promptVersion: '1' } };
  expect(await toolsToAsk(store, model)).toEqual([]);
  expect(await toolsToAsk(store, other)).toHaveLength(1);
});
