import { expect, test } from 'vitest';
import { Starts } from './starts.ts';

test('G2: the wait doubles from a second to a minute, is each server’s own, and ends with a long life', () => {
  const starts = new Starts();
  const waits: number[] = [];
  let now = 0;
  for (let n = 0; n < 9; n++) {
    starts.ended('a', 100, now);
    waits.push(starts.waitMs('a', now));
    now += starts.waitMs('a', now);
    expect(starts.waitMs('a', now)).toBe(0);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
  expect(starts.waitMs('b', now)).toBe(0);
  starts.ended('a', 10_000, now);
  starts.ended('a', 100, now);
  expect(starts.waitMs('a', now)).toBe(1_000);
});
