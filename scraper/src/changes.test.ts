import { type ServerRecord, toolDigest } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { changesBetween, withoutKnown } from './changes.ts';

const record = (tools: [string, string][], instructions?: string): ServerRecord => ({
  id: 'npm:notes',
  version: '1.0.0',
  outcome: 'complete',
  configurations: [],
  tools: tools.map(([name, description]) => {
    const definition = { name, description };
    return { definition, digest: toolDigest(definition), configurations: ['default'] };
  }),
  ...(instructions !== undefined && {
    instructions,
    instructionsDigest: toolDigest({ name: instructions }),
  }),
});
const at = '2026-11-21T03:15:00.000Z';
const events = (before: ServerRecord, after: ServerRecord) =>
  changesBetween(before, after, at).map((event) => [event.event, 'tool' in event && event.tool]);

test('equal listings have no history', () => {
  expect(events(record([['a', 'x']]), record([['a', 'x']]))).toEqual([]);
});

test('added, removed and changed tools are told by name', () => {
  const before = record([
    ['a', '1'],
    ['b', '1'],
  ]);
  const after = record([
    ['b', '2'],
    ['c', '1'],
  ]);
  expect(events(before, after)).toEqual([
    ['tool-removed', 'a'],
    ['tool-changed', 'b'],
    ['tool-added', 'c'],
  ]);
});

test('of a name listed twice only what differs is told', () => {
  const before = record([
    ['a', '1'],
    ['a', '2'],
  ]);
  expect(events(before, record([['a', '2']]))).toEqual([['tool-removed', 'a']]);
});

test('new instructions are told with the old ones', () => {
  expect(changesBetween(record([], 'old'), record([], 'new'), at)).toMatchObject([
    { event: 'instructions-changed', old: 'old', new: 'new' },
  ]);
  expect(events(record([]), record([], 'new'))).toEqual([['instructions-changed', false]]);
});

test('what a killed crawler wrote down already is left out, and the rest is not', () => {
  const after = record([
    ['b', '1'],
    ['c', '1'],
  ]);
  const changes = changesBetween(record([['a', '1']]), after, at);
  const earlier = changesBetween(record([]), record([['z', '1']]), '2026-11-20T03:15:00.000Z');
  const seen = (count: number) => [
    ...earlier,
    ...changes.slice(0, count).map((event) => ({ ...event, at: '2026-11-20T03:15:00.000Z' })),
  ];
  expect(changes).toHaveLength(3);
  for (const count of [0, 1, 2, 3])
    expect(withoutKnown(seen(count), changes)).toEqual(changes.slice(count));
  expect(withoutKnown([...changes, ...earlier], changes)).toEqual(changes);
});

test('tools that show only because the server was also started in another way are no news', () => {
  const way = (name: string) => ({ name, args: [], env: [] });
  const before = { ...record([['a', 'x']]), configurations: [way('default')] };
  const both = record([
    ['a', 'x'],
    ['b', 'x'],
  ]);
  const [a, b] = both.tools as [(typeof both.tools)[0], (typeof both.tools)[0]];
  const more = { ...both, configurations: [way('default'), way('most rights')] };
  const hidden = { ...more, tools: [a, { ...b, configurations: ['most rights'] }] };
  expect(events(before, hidden)).toEqual([]);
  expect(events(hidden, before)).toEqual([]);
  expect(events(before, more)).toEqual([['tool-added', 'b']]);
});
