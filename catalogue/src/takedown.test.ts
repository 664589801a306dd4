import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from './store.ts';
import { type Takedown, withoutTakenDown } from './takedown.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const notes = async () => {
  const { items } = await openStore(FIXTURES).readEntries();
  const entry = items.find(({ record }) => record.id === 'npm:@fixture/notes');
  if (entry === undefined) throw new Error('no fixture');
  return entry;
};
const why = { reason: 'asks for passwords', by: 'a person', on: '2026-11-21' };

test('a tool taken down is missing from the server and its history; its neighbours keep their addresses', async () => {
  const entry = await notes();
  const [gone] = entry.tools;
  const tool = gone?.definition.name ?? '';
  const at = '2026-11-21T00:00:00Z';
  const history = [
    { event: 'tool-added' as const, at, version: '1', tool, newDigest: gone?.digest ?? 'sha256:' },
    { event: 'server-back' as const, at, version: '1' },
  ] as Parameters<typeof withoutTakenDown>[0]['history'];
  const left = withoutTakenDown({ entry, history }, [
    { server: 'npm:@fixture/notes', tool, ...why },
  ]);
  expect(left?.entry.tools).toEqual(entry.tools.slice(1));
  expect(JSON.stringify(left?.entry.record.tools)).not.toContain(`"${tool}"`);
  expect(left?.history.map(({ event }) => event)).toEqual(['server-back']);
});

test('a server taken down is nothing; another one’s takedown changes nothing', async () => {
  const entry = await notes();
  const whole = (server: Takedown['server']) => [{ server, ...why }];
  expect(withoutTakenDown({ entry, history: [] }, whole('npm:@fixture/notes'))).toBeUndefined();
  expect(withoutTakenDown({ entry, history: [] }, whole('npm:other'))?.entry).toEqual(entry);
});

test('a list of takedowns that cannot be read is an error, never an empty list', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'takedowns-'));
  const store = openStore(dir);
  try {
    expect(await store.readTakedowns()).toEqual([]);
    await writeFile(join(dir, 'takedowns.json'), '{"takedowns": [{"server": "npm:x"}]}');
    await expect(store.readTakedowns()).rejects.toMatchObject({
      code: 'invalid',
      file: 'takedowns.json',
    });
  } finally {
    await rm(dir, { recursive: true });
  }
});
