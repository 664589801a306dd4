import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import glob from 'fast-glob';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServerRecord, serverSourceSchema } from './server.ts';
import { openStore, StoreError } from './store.ts';
import { toolDigest } from './tool.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-store-'));
});
afterEach(() => rm(dir, { recursive: true }));

const definition = { name: 'add_note', description: 'Adds a note.' };
const record: ServerRecord = {
  id: 'npm:@acme/notes',
  version: '1.0.0',
  outcome: 'complete',
  configurations: [{ name: 'default', args: [], env: [] }],
  tools: [{ definition, digest: toolDigest(definition), configurations: ['default'] }],
};

test('a record lies in its shard, reads back equal, and is written again only when it changed', async () => {
  const store = openStore(dir);
  expect(await store.writeServer(record)).toBe(true);
  expect(await store.writeServer(record)).toBe(false);
  expect(await store.readServer(record.id)).toEqual(record);
  expect((await store.readServers()).items).toEqual([record]);
  expect(await store.readServer('npm:other')).toBeUndefined();
});

test('a bad file is reported by name and its neighbours are still read', async () => {
  const store = openStore(dir);
  await store.writeServer(record);
  await mkdir(join(dir, 'servers/00'), { recursive: true });
  await writeFile(join(dir, 'servers/00/npm__broken.json'), '{"id": ');
  await writeFile(join(dir, 'servers/00/npm__odd.json'), '{"id": "npm:odd", "colour": "red"}');
  const { items, problems } = await store.readServers();
  expect(items.map(({ id }) => id)).toEqual(['npm:@acme/notes']);
  expect(problems.map(({ file }) => file)).toEqual([
    'servers/00/npm__broken.json',
    'servers/00/npm__odd.json',
  ]);
  expect(problems[0]?.message).toMatch(/is not JSON/);
  expect(problems[1]?.message).toMatch(/^version: .*outcome: .*\(and 2 more\)$/);
});

test('a record in another server’s place is a problem', async () => {
  const store = openStore(dir);
  await store.writeServer(record);
  await mkdir(join(dir, 'servers/00'), { recursive: true });
  await writeFile(join(dir, 'servers/00/npm__stolen.json'), JSON.stringify(record));
  const { problems } = await store.readServers();
  expect(problems[0]?.message).toMatch(
    /the record of npm:@acme\/notes belongs at servers\/[0-9a-f]{2}\/npm__acme__notes\.json/,
  );
});

test('an unreadable single record is an error with a code', async () => {
  const store = openStore(dir);
  await store.writeServer(record);
  const [path] = await glob('servers/**/*.json', { cwd: dir, absolute: true });
  await writeFile(path as string, '[]');
  await expect(store.readServer(record.id)).rejects.toThrow(StoreError);
});

test('entries join records with the judgement of exactly this definition, and a correction wins', async () => {
  const store = openStore(dir);
  await store.writeServer(record);
  const digest = toolDigest(definition);
  const base = {
    tool: 'add_note',
    toolDigest: digest,
    category: 'Read' as const,
    traits: [],
    reason: 'It adds.',
    by: 'A. Reader',
    on: '2026-11-21',
  };
  await mkdir(join(dir, 'corrections'), { recursive: true });
  const corrections = { id: record.id, tools: [{ ...base, category: 'Write' }] };
  await writeFile(join(dir, 'corrections/npm__acme__notes.json'), JSON.stringify(corrections));
  const [entry] = (await store.readEntries()).items;
  expect(entry?.tools[0]?.judgement).toEqual({
    category: 'Write',
    traits: [],
    label: 'Write',
    risk: 'Medium',
    riskRows: ['R2'],
  });

  const stale = {
    ...corrections,
    tools: [{ ...base, toolDigest: toolDigest({ name: 'add_note' }) }],
  };
  await writeFile(join(dir, 'corrections/npm__acme__notes.json'), JSON.stringify(stale));
  expect((await store.readEntries()).items[0]?.tools[0]?.judgement).toBeUndefined();
});

test('a server read by itself is as it is among all, and its fingerprint changes with its files alone', async () => {
  const store = openStore(dir);
  await store.writeServer({ ...record, id: 'npm:one' });
  await store.writeServer({ ...record, id: 'npm:two' });
  const [one, two] = await store.fingerprints();
  expect([one?.name, two?.name]).toEqual(['npm__one', 'npm__two']);
  const whole = (await store.readEntries()).items;
  if (one === undefined) throw new Error('nothing was written');
  expect((await store.readGroup(one)).entry).toEqual(whole[0]);
  const at = '2026-11-21T00:00:00Z';
  await store.appendHistory('npm:one', [{ event: 'server-gone', at, version: '1.0.0' }]);
  const after = await store.fingerprints();
  expect(after[0]?.digest).not.toBe(one.digest);
  expect(after[1]).toEqual(two);
  await writeFile(join(dir, one.files[0] ?? ''), '{}');
  expect(await store.readGroup(one)).toMatchObject({
    entry: undefined,
    problems: [{ file: one.files[0] }],
  });
});

test('history is only appended, and a broken line is a problem of that line', async () => {
  const store = openStore(dir);
  const at = '2026-11-21T03:15:00.000Z';
  await store.appendHistory(record.id, [{ event: 'server-gone', at, version: '1.0.0' }]);
  await store.appendHistory(record.id, [{ event: 'server-back', at, version: '1.0.1' }]);
  const { items, problems } = await store.readHistory(record.id);
  expect(items.map(({ event }) => event)).toEqual(['server-gone', 'server-back']);
  expect(problems).toEqual([]);
});

test('a run is named by its start', async () => {
  const store = openStore(dir);
  const file = await store.writeCrawlRun({
    startedAt: '2026-11-21T03:15:00.000Z',
    endedAt: '2026-11-21T03:16:00.000Z',
    ending: 'completed',
    counts: { servers: 0, complete: 0, partial: 0, failed: 0, tools: 0 },
    failuresByReason: {},
    versions: { node: '24' },
    servers: [],
  });
  expect(file).toBe(join(dir, 'crawls/2026-11-21T031500Z.json'));
  expect((await stat(file)).isFile() && (await readFile(file, 'utf8')).endsWith('}\n')).toBe(true);
});

test('a line that a killed writer left half does not swallow the next', async () => {
  const store = openStore(dir);
  const gone = { event: 'server-gone', at: '2026-11-21T05:00:00.000Z', version: '1' } as const;
  await store.appendHistory(record.id, [gone]);
  const [file = ''] = await glob('history/**/*.jsonl', { cwd: dir, absolute: true });
  await appendFile(file, '{"event":"server-b');
  await store.appendHistory(record.id, [{ ...gone, event: 'server-back' }]);
  const { items, problems } = await store.readHistory(record.id);
  expect(items.map(({ event }) => event)).toEqual(['server-gone', 'server-back']);
  expect(problems).toHaveLength(1);
});

test('a data folder that cannot be written or read is one clear line', async () => {
  await writeFile(join(dir, 'file'), '');
  const store = openStore(join(dir, 'file'));
  const gone = { event: 'server-gone', at: '2026-11-21T05:00:00.000Z', version: '1' } as const;
  await expect(store.appendHistory(record.id, [gone])).rejects.toMatchObject({
    name: 'StoreError',
    code: 'unwritable',
  });
  await mkdir(join(dir, 'blocked'));
  await writeFile(join(dir, 'blocked/sources'), '');
  await expect(openStore(join(dir, 'blocked')).writeSource({ id: 'npm:a' })).rejects.toMatchObject({
    name: 'StoreError',
    code: expect.stringMatching(/^un(read|writ)able$/),
  });
  await expect(store.readServer(record.id)).rejects.toMatchObject({ code: 'unreadable' });
});

test.for([
  { files: { '../x': 'a' } },
  { files: { '{dir}/../x': 'a' } },
  { files: { '/etc/x': 'a' } },
  { files: { 'a\0b': 'a' } },
  { args: ['a\0b'] },
  { env: { 'A=B': 'x' } },
  { env: { A: 'x\0' } },
])('a source with %j is no source', (odd) => {
  expect(serverSourceSchema.safeParse({ id: 'npm:a', ...odd }).success).toBe(false);
});

test('a source may name its files with and without {dir}', () => {
  const files = { '{dir}/a/b.json': '{}', 'c.txt': 'with a \0' };
  expect(serverSourceSchema.parse({ id: 'npm:a', files })).toEqual({ id: 'npm:a', files });
});
