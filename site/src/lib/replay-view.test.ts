import type { Replay } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { replayView } from './replay-view.ts';

const run = (happened: boolean, ...lines: string[]) => ({
  happened,
  transcript: lines.map((what) => ({ who: 'server' as const, what })),
});
const replay = (runs: Partial<Replay['runs']> = {}): Replay => ({
  ...{ id: 'x', family: 'rug-pull', story: 'A story.', against: 'policy', controls: ['hide'] },
  policy: { version: '1', default: 'deny' },
  runs: { without: run(true), with: run(false), benign: run(true), ...runs },
});

test('an attack counts as reproduced only where each run came out as it must', () => {
  expect(replayView(replay()).isReproduced).toBe(true);
  for (const wrong of [
    { without: run(false) },
    { with: run(true) },
    { benign: run(false) },
    { passes: { ...run(false), what: 'w' } },
  ])
    expect(replayView(replay(wrong)).isReproduced).toBe(false);
});

test('what hides in a transcript is shown, and a long one is cut and says so', () => {
  const lines = Array.from({ length: 40 }, () => 'a\u202eb\u001b[2J');
  const [first] = replayView(replay({ without: run(true, ...lines) })).runs;
  expect(first?.lines[0]?.what).toBe('a[U+202E]b[U+001B][2J');
  expect(first?.lines).toHaveLength(25);
  expect(first?.lines.at(-1)?.what).toBe('and 16 lines more');
});

test('what still passes is told in its own words', () => {
  const passes = { ...run(true, 'x'), what: 'A link leads out.' };
  expect(replayView(replay({ passes })).runs.at(-1)).toMatchObject({
    title: 'What still passes',
    result: 'A link leads out.',
  });
});

test('the same over stdio is said only where each of those runs came out as it must', () => {
  const told = (stdio: Replay['stdio'], runs: Partial<Replay['runs']> = {}) =>
    replayView({ ...replay(runs), ...(stdio && { stdio }) }).isOverStdio;
  const right = { without: true, with: false, benign: true };
  const passes = { ...run(true), what: 'w' };
  expect(told(right)).toBe(true);
  expect(told({ ...right, passes: true }, { passes })).toBe(true);
  expect(told(undefined)).toBe(false);
  expect(told(right, { passes })).toBe(false);
  for (const wrong of [{ without: false }, { with: true }, { benign: false }])
    expect(told({ ...right, ...wrong }), JSON.stringify(wrong)).toBe(false);
});
