import type { HistoryEvent } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { historyRows } from './history-rows.ts';

const digest = `sha256:${'0'.repeat(64)}` as const;
const at = (day: string) => ({ at: `${day}T23:59:59.000Z`, version: '1.0.0' });
const events: HistoryEvent[] = [
  { ...at('2026-11-01'), event: 'tool-added', tool: 'a', newDigest: digest },
  { ...at('2026-11-02'), event: 'tool-added', tool: 'b', newDigest: digest },
  { ...at('2026-11-03'), event: 'instructions-changed', new: 'x' },
  {
    ...at('2026-11-04'),
    event: 'tool-changed',
    tool: 'a',
    oldDigest: digest,
    newDigest: digest,
    old: { name: 'a', description: 'before', title: 'A' },
    new: { name: 'a', description: 'after', inputSchema: {} },
  },
  { ...at('2026-11-05'), event: 'server-gone' },
];

test('a tool’s history has its own events and its server’s absence, the newest first', () => {
  expect(historyRows(events, 'a').map(({ day, what }) => [day, what])).toEqual([
    ['2026-11-05', 'The server was no longer at its source'],
    ['2026-11-04', 'Changed: description, inputSchema, title'],
    ['2026-11-01', 'Added'],
  ]);
});

test('a changed description is shown before and after', () => {
  const [, row] = historyRows(events, 'a');
  expect(row?.words).toEqual([
    { text: 'before', kind: 'gone' },
    { text: 'after', kind: 'new' },
  ]);
  expect(row?.values).toEqual([
    { place: 'inputSchema', before: undefined, after: '{}' },
    { place: 'title', before: '"A"', after: undefined },
  ]);
});

test('without events there is no history', () => {
  expect(historyRows([], 'a')).toEqual([]);
});
