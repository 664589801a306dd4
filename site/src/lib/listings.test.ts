import { join } from 'node:path';
import type { HistoryEvent } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { expect, test } from 'vitest';
import { compareServers } from './compare-servers.ts';
import { earlierListings, entryUntil, readToolEvents, toolEvents } from './listings.ts';
import { readServerData, serverData } from './server-data.ts';

const FIXTURES = join(import.meta.dirname, '../../../catalogue/fixtures');

async function notes() {
  const store = openStore(FIXTURES);
  const { items } = await store.readEntries();
  const entry = items.find(({ record }) => record.id === 'npm:@fixture/notes');
  if (entry === undefined) throw new Error('the fixture is gone');
  return { entry, history: (await store.readHistory(entry.record.id)).items };
}

test('a server with a history has a listing before each change, the latest first', async () => {
  const { history } = await notes();
  expect(earlierListings(history)).toEqual([
    { until: '2026-11-20T04:00:00.000Z', version: '1.2.2' },
    { until: '2026-11-02T04:00:00.000Z' },
  ]);
  expect(earlierListings([])).toEqual([]);
});

test('an earlier listing has the definitions of then, without a judgement that is not theirs', async () => {
  const { entry, history } = await notes();
  const [before, first] = earlierListings(history).map((listing) =>
    entryUntil(entry, toolEvents(history), listing),
  );
  const then = before?.tools.find(({ definition }) => definition.name === 'delete_note');
  expect(then).toMatchObject({
    slug: 'delete_note',
    definition: { description: 'Move a note to the bin.' },
  });
  expect(then?.judgement).toBeUndefined();
  expect(before?.tools.find(({ definition }) => definition.name === 'create_note')).toHaveProperty(
    'judgement',
  );
  expect(first?.tools.map(({ definition }) => definition.name)).not.toContain('delete_note');
  expect(before?.record.version).toBe('1.2.2');
});

test('what was removed is there again, and two versions are compared like two servers', async () => {
  const { entry } = await notes();
  const at = { at: '2026-11-21T04:00:00.000Z', version: '2.0.0' };
  const [tool] = entry.tools;
  if (tool === undefined) throw new Error('the fixture has no tools');
  const old = { name: 'archive_note', description: 'Put a note away.' };
  const events: HistoryEvent[] = [
    { ...at, event: 'tool-removed', tool: 'archive_note', oldDigest: tool.digest, old },
  ];
  const earlier = entryUntil(entry, readToolEvents(events), { until: at.at });
  const row = compareServers(earlier, entry).tools.find(({ name }) => name === 'archive_note');
  expect(row).toMatchObject({ a: { slug: '', definition: old }, b: undefined });
});

test('a changed description stands on each side with what went and what came', async () => {
  const { entry, history } = await notes();
  const [listing] = earlierListings(history);
  if (listing === undefined) throw new Error('the fixture has no history');
  const { tools } = compareServers(entryUntil(entry, toolEvents(history), listing), entry);
  const [changed] = tools.filter(({ differences }) => differences.length > 0);
  expect(changed?.name).toBe('delete_note');
  expect(changed?.differences).toContain('description');
});

test('the data of a server tells its earlier listings, so that nothing is asked for in vain', async () => {
  const { entry, history } = await notes();
  const read = (events: readonly HistoryEvent[]) =>
    readServerData(JSON.parse(JSON.stringify(serverData(entry, (text) => text.length, events))));
  expect(read(history).listings).toEqual(earlierListings(history));
  expect(read([]).listings).toEqual([]);
});
