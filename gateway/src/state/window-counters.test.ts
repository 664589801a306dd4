import { expect, test } from 'vitest';
import { createWindowCounters } from './window-counters.ts';

test('I8: counters that nobody charges any more are forgotten, as those of sessions that are over', () => {
  const counters = createWindowCounters();
  const charge = (key: string, windowMs: number, at: number) =>
    counters.add({ at, call: `call of ${key}`, charges: [{ key, charged: 1, windowMs }] });
  charge('of a day', 86_400_000, 0);
  for (let n = 0; n < 10_000; n++) charge(`session ${n}`, 60_000, n * 1_000);
  const now = 10_000 * 1_000;
  const known = Array.from({ length: 10_000 }, (_, n) => counters.hasCall(`call of session ${n}`));
  const kept = known.filter(Boolean).length;
  expect(kept).toBeLessThan(3_000);
  // Whatever still counts is there.
  expect(known.slice(-60)).not.toContain(false);
  expect(counters.used('session 9999', 60_000, now)).toBe(1);
  expect(counters.used('of a day', 86_400_000, now)).toBe(1);
  expect(counters.isCharged('call of of a day')).toBe(true);
  counters.add({ at: now, givesBack: 'call of of a day' });
  expect(counters.used('of a day', 86_400_000, now)).toBe(0);
});
