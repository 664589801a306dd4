import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@toolwarden/catalogue/store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { faults, row, startMcpRegistry } from '../../fixtures/loopback-mcp-registry.ts';
import { importRegistry } from './import-registry.ts';
import { registryLimits, world } from './registry-client.ts';

const names = Array.from({ length: 40 }, (_, index) => `io.github.acme/s${index + 10}`);
const rows = names.map((name) => row(name));
const id = (index: number) => `registry:${names[index]}` as const;

describe('an import of a registry', () => {
  let registry: Awaited<ReturnType<typeof startMcpRegistry>>;
  let store: Store;
  const given = { ...world, limits: { ...registryLimits, pageMs: 2000 }, sleep: async () => {} };
  beforeEach(async () => {
    registry = await startMcpRegistry(rows, 15);
    store = openStore(await mkdtemp(join(tmpdir(), 'toolwarden-store-')));
  });
  afterEach(async () => {
    await registry.close();
    await rm(store.dir, { recursive: true });
  });
  const load = (more = {}, options = {}) =>
    importRegistry(store, { baseUrl: registry.url, ...more }, { given, ...options });

  test('writes a source for each server, and nothing the second time', async () => {
    expect((await load()).added).toHaveLength(40);
    expect(await store.readSource(id(0))).toMatchObject({
      packages: [{ registry: 'npm', name: 's10' }],
    });
    expect(await load()).toMatchObject({ added: [], changed: [], unchanged: 40, vanished: [] });
  });

  test('keeps what a person added to a source', async () => {
    await load();
    const source = await store.readSource(id(0));
    if (source === undefined) throw new Error('no source');
    await store.writeSource({ ...source, area: 'knowledge', env: { NOTES_KEY: 'placeholder' } });
    registry.state.rows = [
      row(names[0] as string, {
        packages: [{ registryType: 'npm', identifier: 'new', version: '2.0.0' }],
      }),
      ...rows.slice(1),
    ];
    expect((await load()).changed).toEqual([id(0)]);
    expect(await store.readSource(id(0))).toMatchObject({
      version: '2.0.0',
      packages: [{ name: 'new' }],
      area: 'knowledge',
      env: { NOTES_KEY: 'placeholder' },
    });
  });

  test('CR24: an entry that vanishes becomes a tombstone, and comes back', async () => {
    await load();
    registry.state.rows = rows.slice(1);
    expect(await load()).toMatchObject({ vanished: [id(0)], unchanged: 39 });
    expect(await store.readSource(id(0))).toMatchObject({
      status: 'vanished',
      packages: [{ name: 's10' }],
    });
    expect((await load()).vanished).toEqual([]);
    registry.state.rows = rows;
    expect((await load()).changed).toEqual([id(0)]);
    expect((await store.readSource(id(0)))?.status).toBeUndefined();
  });

  test('CR24: an entry that was deleted keeps its source, with that status', async () => {
    await load();
    const later = { status: 'deleted', updatedAt: '2026-11-20T00:00:00Z' };
    registry.state.rows = [row(names[0] as string, { packages: [] }, later), ...rows.slice(1)];
    const result = await load({ updatedSince: '2026-11-19T00:00:00Z' });
    expect(result).toMatchObject({ deleted: [id(0)], vanished: [], unchanged: 0 });
    expect(await store.readSource(id(0))).toMatchObject({
      status: 'deleted',
      packages: [{ name: 's10' }],
    });
  });

  test('CR24: more than a fifth gone changes nothing, unless a person accepts it', async () => {
    await load();
    const before = await store.readSources();
    registry.state.rows = rows.slice(9);
    await expect(load()).rejects.toMatchObject({
      code: 'drop-refused',
      message: expect.stringContaining('9 of 40'),
    });
    expect(await store.readSources()).toEqual(before);
    expect((await load({}, { acceptDrop: true })).vanished).toHaveLength(9);
  });

  test('CR24: of a few servers not all go at once', async () => {
    registry.state.rows = rows.slice(0, 3);
    await load();
    registry.state.rows = [];
    await expect(load()).rejects.toMatchObject({
      code: 'drop-refused',
      message: expect.stringContaining('all of them'),
    });
  });

  test('CR24: a fifth said to be deleted at once is refused as well', async () => {
    await load();
    const later = { status: 'deleted', updatedAt: '2026-11-20T00:00:00Z' };
    registry.state.rows = names.map((name) => row(name, {}, later));
    await expect(load({ updatedSince: '2026-11-19T00:00:00Z' })).rejects.toMatchObject({
      code: 'drop-refused',
    });
  });

  test('CR23: a page that cannot be had leaves every source as it was', async () => {
    await load();
    const before = await store.readSources();
    registry.state.rows = rows.map((_, index) => row(`io.github.other/n${index}`));
    registry.state.faults = [undefined, ...Array(20).fill(faults.truncated)];
    await expect(load()).rejects.toMatchObject({ code: 'registry-unreachable' });
    expect(await store.readSources()).toEqual(before);
  });

  test('CR20: an entry named after a part of every object is one like any other', async () => {
    const packages = [{ registryType: 'npm', identifier: 'constructor' }];
    registry.state.rows = ['constructor/__proto__', 'toString/valueOf'].map((name) =>
      row(name, { packages }),
    );
    expect((await load()).added).toEqual([
      'registry:constructor/__proto__',
      'registry:toString/valueOf',
    ]);
    expect(({} as Record<string, unknown>)['packages']).toBeUndefined();
  });
});
