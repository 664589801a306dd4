import type { Attack } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import type { ChangeLine } from '../change-lines.ts';
import { attacksOverTime } from './attacks-over-time.ts';
import { barPlot } from './bar-plot.ts';
import { changesOverTime } from './changes-over-time.ts';
import { columnPlot } from './column-plot.ts';

const parts = (high: number, low: number) => [
  { key: 'high', title: 'High', count: high },
  { key: 'low', title: 'Low', count: low },
  { key: 'none', title: 'None', count: 0 },
];

test('parts of a bar lie side by side, as long as their numbers, and all is said in words', () => {
  const {
    rows,
    parts: known,
    ticks,
  } = barPlot(
    [
      { title: 'Bulk', parts: parts(30, 70) },
      { title: 'Financial', parts: parts(0, 50) },
    ],
    'tool',
  );
  expect(rows.map(({ bars }) => bars)).toEqual([
    [
      { key: 'high', x: 0, width: 30 },
      { key: 'low', x: 30, width: 70 },
    ],
    [{ key: 'low', x: 0, width: 50 }],
  ]);
  expect(rows.map(({ label }) => label)).toEqual([
    'Bulk: 100 tools: 30 High, 70 Low',
    'Financial: 50 tools: 50 Low',
  ]);
  expect(known.map(({ key }) => key)).toEqual(['high', 'low']);
  expect(ticks.at(-1)).toEqual({ x: 100, text: '100' });
});

test('a plot of nothing draws nothing', () => {
  expect(barPlot([], 'tool').rows).toEqual([]);
  const empty = barPlot([{ title: 'Bulk', parts: parts(0, 0) }], 'tool');
  expect(empty.rows[0]).toMatchObject({ bars: [], label: 'Bulk: 0 tools: none' });
  expect(changesOverTime([])).toBeUndefined();
  expect(attacksOverTime([])).toBeUndefined();
});

test('columns stand on one line and stay within the drawing', () => {
  const { columns, height } = columnPlot(
    [
      { title: 'one', parts: parts(1, 3) },
      { title: 'two', parts: parts(2, 0) },
    ],
    'tool',
  );
  const feet = columns.map(({ bars }) => Math.max(...bars.map((bar) => bar.y + bar.height)));
  expect(new Set(feet).size).toBe(1);
  expect(feet[0]).toBeLessThan(height);
  for (const { x, width } of columns) expect(x + width).toBeLessThanOrEqual(100);
});

const change = (at: string, what: string): ChangeLine => ({
  at: `${at}T04:00:00.000Z`,
  serverName: 's',
  serverUrl: '/s',
  version: '1.0.0',
  what,
  tool: 't',
  url: '/t',
});

test('changes are drawn by day, and over longer spans by week or month, quiet days included', () => {
  const days = changesOverTime([
    change('2026-11-01', 'added'),
    change('2026-11-03', 'changed: description'),
    change('2026-11-03', 'removed'),
  ]);
  expect(days?.columns.map(({ label }) => label)).toEqual([
    '2026-11-01: 1 tool: 1 added',
    '2026-11-02: 0 tools: none',
    '2026-11-03: 2 tools: 1 changed, 1 removed',
  ]);
  const year = changesOverTime([change('2025-11-01', 'added'), change('2026-11-03', 'added')]);
  expect(year?.columns.length).toBeLessThan(60);
  expect(year?.columns[0]?.label).toContain('30 days from 2025-11-01');
});

test('attacks are drawn by quarter, and those without a month are counted, not guessed', () => {
  const attack = (kind: Attack['kind'], disclosure: string) =>
    ({ kind, dates: { disclosure } }) as Attack;
  const found = attacksOverTime([
    attack('cve', '2025-12-31'),
    attack('incident', '2026-04'),
    attack('technique', '2025'),
  ]);
  expect(found?.undated).toBe(1);
  expect(found?.plot.columns.map(({ label }) => label)).toEqual([
    '2025, quarter 4: 1 attack: 1 CVEs',
    '2026, quarter 1: 0 attacks: none',
    '2026, quarter 2: 1 attack: 1 Incidents',
  ]);
  expect(found?.plot.ticks.map(({ text }) => text)).toEqual(['2026']);
});
