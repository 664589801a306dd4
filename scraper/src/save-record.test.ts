import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerRecord, toolDigest } from '@toolwarden/catalogue';
import { openStore, type Store } from '@toolwarden/catalogue/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { saveRecord } from './save-record.ts';

const definition = { name: 'read', inputSchema: { type: 'object' } };
const listed: ServerRecord = {
  id: 'npm:notes',
  version: '1.0.0',
  outcome: 'complete',
  configurations: [],
  tools: [{ definition, digest: toolDigest(definition), configurations: [] }],
};
const missing: ServerRecord = {
  ...listed,
  version: '',
  outcome: 'failed',
  reason: 'not-found',
  tools: [],
};
let store: Store;
beforeEach(async () => {
  store = openStore(await mkdtemp(join(tmpdir(), 'toolwarden-save-')));
});
afterEach(() => rm(store.dir, { recursive: true }));

/** Saves one record a day, and gives what the history says happened. */
async function historyOf(...records: ServerRecord[]) {
  for (const [day, record] of records.entries())
    await saveRecord(store, record, `2026-11-0${day + 1}T00:00:00.000Z`);
  const { items, problems } = await store.readHistory('npm:notes');
  expect(problems).toEqual([]);
  return items.map(({ at, event }) => `${at.slice(0, 10)} ${event}`);
}

test('CR24: a server that vanishes keeps its record, and goes and comes back once each', async () => {
  expect(await historyOf(listed, missing, missing, listed, listed, missing)).toEqual([
    '2026-11-02 server-gone',
    '2026-11-04 server-back',
    '2026-11-06 server-gone',
  ]);
  expect(await store.readServer('npm:notes')).toEqual(listed);
});

test('CR24: a server that never listed is not gone, and one that only fails is not either', async () => {
  expect(await historyOf(missing, missing)).toEqual([]);
  expect(await historyOf(listed, { ...missing, reason: 'timeout' })).toEqual([]);
});

test('CR24: a tool that vanishes leaves its definition behind, and comes back as added', async () => {
  const other = { name: 'write', inputSchema: { type: 'object' } };
  const both: ServerRecord = {
    ...listed,
    tools: [...listed.tools, { definition: other, digest: toolDigest(other), configurations: [] }],
  };
  expect(await historyOf(both, listed, both)).toEqual([
    '2026-11-02 tool-removed',
    '2026-11-03 tool-added',
  ]);
  expect((await store.readHistory('npm:notes')).items[0]).toMatchObject({ old: other });
});

test('saved twice, because the crawler died in between, a record is saved once', async () => {
  const changed = { ...definition, description: 'Reads.' };
  const later: ServerRecord = {
    ...listed,
    version: '1.1.0',
    tools: [{ definition: changed, digest: toolDigest(changed), configurations: [] }],
  };
  await saveRecord(store, missing, '2026-10-01T00:00:00.000Z');
  await saveRecord(store, listed, '2026-10-02T00:00:00.000Z');
  await saveRecord(store, later, '2026-10-03T00:00:00.000Z');
  const before = await store.readHistory('npm:notes');
  expect(before.items.map(({ event }) => event)).toEqual(['tool-changed']);
  await saveRecord(store, later, '2026-10-03T00:00:00.000Z');
  expect(await store.readHistory('npm:notes')).toEqual(before);
});

test('an unchanged server is an untouched file', async () => {
  await saveRecord(store, listed, '2026-10-01T00:00:00.000Z');
  const file = join(store.dir, 'servers', ...((await record()) as [string]));
  const { mtimeMs, ino } = await stat(file);
  await saveRecord(store, listed, '2026-10-02T00:00:00.000Z');
  expect(await stat(file)).toMatchObject({ mtimeMs, ino });
});

test('a line of the history that a killed writer left half is cut off and written whole', async () => {
  await historyOf(listed, missing);
  const [history = ''] = (await paths()).filter((path) => path.endsWith('.jsonl'));
  await writeFile(join(store.dir, history), '{"at":"2026-11-02T00:00:00.000Z","event":"ser');
  await saveRecord(store, missing, '2026-11-02T00:00:00.000Z');
  const { items, problems } = await store.readHistory('npm:notes');
  expect(problems).toEqual([]);
  expect(items).toEqual([
    { at: '2026-11-02T00:00:00.000Z', event: 'server-gone', version: '1.0.0' },
  ]);
});

async function paths(): Promise<string[]> {
  return readdir(store.dir, { recursive: true });
}

async function record(): Promise<string[]> {
  const found = (await paths()).find((path) => /^servers\/.*\.json$/.test(path)) ?? '';
  return found.split('/').slice(1);
}
