import { expect, test } from 'vitest';
import { paceOf } from './progress.ts';

test.for([
  [0, 100, 5000, ''],
  [10, 100, 60_000, '10/min, 9 min 0 s left'],
  [1, 3, 40_000, '1.5/min, 1 min 20 s left'],
  [90, 100, 45_000, '120/min, 5 s left'],
  [100, 43_000, 60_000, '100/min, 7 h 9 min left'],
] as const)('%i of %i done after %i ms is a pace of "%s"', ([done, total, elapsedMs, pace]) => {
  expect(paceOf(done, total, elapsedMs)).toBe(pace);
});
