import { expect, test } from 'vitest';
import { figureParts } from './accuracy.ts';
import { distributionBars } from './distribution.ts';
import { interval } from './interval.ts';
import { compareText, counted, nameWords } from './names.ts';
import { paged } from './paging.ts';

test('names come apart at underscores, humps and marks', () => {
  expect(nameWords('send_campaign')).toEqual(['send', 'campaign']);
  expect(nameWords('getUserById')).toEqual(['get', 'user', 'by', 'id']);
  expect(nameWords('API-delete.aBlock')).toEqual(['api', 'delete', 'a', 'block']);
  expect(nameWords('HTTPServer2Go')).toEqual(['http', 'server2', 'go']);
  expect(nameWords('家族を送る')).toEqual(['家族を送る']);
});

test('the order of texts does not depend on the locale', () => {
  expect(['b', 'a', 'Z', 'é'].sort(compareText)).toEqual(['Z', 'a', 'b', 'é']);
});

test('one is singular', () => {
  expect([0, 1, 2, 1204].map((n) => counted(n, 'tool'))).toEqual([
    '0 tools',
    '1 tool',
    '2 tools',
    '1,204 tools',
  ]);
});

test('a list is cut into pages that hold all of it', () => {
  const items = Array.from({ length: 201 }, (_, i) => i);
  const pages = paged(items);
  expect(pages.map(({ page, pages: of, items: part }) => [page, of, part.length])).toEqual([
    [1, 3, 100],
    [2, 3, 100],
    [3, 3, 1],
  ]);
  expect(pages.flatMap((page) => page.items)).toEqual(items);
  expect(paged([])).toEqual([{ items: [], page: 1, pages: 1, total: 0 }]);
});

test('the bars of a distribution fill the drawing and leave out empty levels', () => {
  const { bars, label } = distributionBars([
    { level: 'Critical', count: 1 },
    { level: 'High', count: 0 },
    { level: 'Low', count: 3 },
    { level: undefined, count: 1 },
  ]);
  expect(bars.map(({ level }) => level)).toEqual(['Critical', 'Low', undefined]);
  const last = bars.at(-1);
  expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(200, 1);
  expect(label).toBe('Tools by level: 1 Critical, 3 Low, 1 Not classified');
  expect(distributionBars([]).label).toBe('No tools');
});

test('a share’s interval stays within 0 and 1 and holds the share', () => {
  expect(interval(0, 10).low).toBe(0);
  expect(interval(0, 10).high).toBeCloseTo(0.2775, 3);
  expect(interval(50, 100)).toMatchObject({
    low: expect.closeTo(0.4038, 3),
    high: expect.closeTo(0.5962, 3),
  });
});

test('a measured share is taken apart into the figure and what it rests on', () => {
  expect(figureParts('99.3 % (437 of 440, 98.0 to 99.8)')).toEqual({
    figure: '99.3 %',
    restsOn: '437 of 440, 98.0 to 99.8',
  });
  expect(figureParts('none')).toEqual({ figure: 'none', restsOn: '' });
});
