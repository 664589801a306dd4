import type { CatalogueTool, CrawlRun, HistoryEvent, ServerRecord } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { definitionSince, listingDates, listingFacts } from './listing-dates.ts';

const ID = 'npm:notes';
const digest = (letter: string) => `sha256:${letter.repeat(64)}` as CatalogueTool['digest'];

function run(
  endedAt: string,
  outcome: 'complete' | 'failed',
  more: { version?: string; isFromNamesAlone?: true } = {},
): CrawlRun {
  const { version = '1.0.0', ...rest } = more;
  const zero = { servers: 1, complete: 0, partial: 0, failed: 0, tools: 0 };
  return {
    startedAt: endedAt,
    endedAt,
    ending: 'completed',
    counts: zero,
    failuresByReason: {},
    versions: {},
    servers: [{ id: ID, version, outcome, tools: 0, durationMs: 1 }],
    ...rest,
  };
}
const datesOf = (...runs: CrawlRun[]) => listingDates(runs).get(ID);
const factsOf = (...runs: CrawlRun[]) =>
  listingFacts({ version: '1.0.0' } as ServerRecord, datesOf(...runs)).map(({ label, value }) => [
    label,
    value,
  ]);

test('S9: a server has the days of its version’s first and of its last listing, in whatever order runs are read', () => {
  const runs = [
    run('2026-11-03T10:00:00.000Z', 'complete'),
    run('2026-11-01T10:00:00.000Z', 'complete', { version: '0.9.0' }),
    run('2026-11-02T10:00:00.000Z', 'complete'),
  ];
  const facts = [
    ['This version first listed', '2026-11-02'],
    ['Last listed', '2026-11-03'],
  ];
  expect(factsOf(...runs)).toEqual(facts);
  expect(factsOf(...runs.toReversed())).toEqual(facts);
});

test('S9: a server that stopped answering says when it was asked since', () => {
  expect(
    factsOf(run('2026-11-02T10:00:00.000Z', 'complete'), run('2026-11-09T10:00:00.000Z', 'failed')),
  ).toEqual([
    ['This version first listed', '2026-11-02'],
    ['Last listed', '2026-11-02'],
    ['Asked since, without success', '2026-11-09'],
  ]);
  expect(datesOf(run('2026-11-09T10:00:00.000Z', 'failed'))).toMatchObject({
    asked: '2026-11-09',
    isOld: false,
  });
});

test('what was listed from names alone is no listing of the record', () => {
  expect(
    datesOf(run('2026-11-02T10:00:00.000Z', 'complete', { isFromNamesAlone: true })),
  ).toBeUndefined();
});

test('S9: a listing is old beside the newest crawl, not beside the day of the build', () => {
  const other = { ...run('2026-12-15T10:00:00.000Z', 'complete') };
  other.servers = other.servers.map((server) => ({ ...server, id: 'npm:other' as const }));
  expect(datesOf(run('2026-11-02T10:00:00.000Z', 'complete'), other)?.isOld).toBe(true);
  expect(datesOf(run('2026-11-20T10:00:00.000Z', 'complete'), other)?.isOld).toBe(false);
  expect(datesOf(run('2020-01-01T10:00:00.000Z', 'complete'))?.isOld).toBe(false);
});

test('a definition is dated by the listing that first saw it, and one the history does not know by none', () => {
  const tool = { definition: { name: 'get_note' }, digest: digest('b') } as CatalogueTool;
  const changed = (at: string, newDigest: string): HistoryEvent => ({
    at,
    version: '1',
    event: 'tool-changed',
    tool: 'get_note',
    oldDigest: digest('a'),
    newDigest: newDigest as CatalogueTool['digest'],
    old: { name: 'get_note' },
    new: { name: 'get_note' },
  });
  const dates = datesOf(run('2026-11-02T10:00:00.000Z', 'complete'));
  expect(definitionSince(tool, [], dates)).toBe('2026-11-02');
  expect(definitionSince(tool, [], undefined)).toBeUndefined();
  const known = [
    changed('2026-11-05T10:00:00.000Z', digest('b')),
    changed('2026-11-03T10:00:00.000Z', digest('c')),
  ];
  expect(definitionSince(tool, known, dates)).toBe('2026-11-05');
  expect(
    definitionSince(tool, [changed('2026-11-05T10:00:00.000Z', digest('c'))], dates),
  ).toBeUndefined();
  const other = [{ ...changed('2026-11-05T10:00:00.000Z', digest('c')), tool: 'other' }];
  expect(definitionSince(tool, other as HistoryEvent[], dates)).toBe('2026-11-02');
});
