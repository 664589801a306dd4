import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePolicy } from './compile.ts';
import { counterLaws } from './counter-testkit.ts';
import { createMemoryCounters } from './counters.ts';
import { createRunner } from './run-calls.ts';

test.for(counterLaws)('in memory, $name', ({ check }) => check(createMemoryCounters()));

test('a store that forgets is found by the laws', async () => {
  const forgetful = { ...createMemoryCounters(), used: () => 0, charge: () => ({ id: 1 }) };
  const broken = [];
  for (const { name, check } of counterLaws) {
    await check(forgetful).catch(() => broken.push(name));
  }
  expect(broken.length).toBeGreaterThan(8);
});

const WINDOW = 1000;
const times = fc.array(fc.nat(5000), { maxLength: 60 }).map((list) => list.sort((a, b) => a - b));
const charge = (max: number, charged = 1) => ({
  key: 'k',
  charged,
  used: 0,
  max,
  windowMs: WINDOW,
});

test('in no window of the length do more calls pass than the limit, and none is refused that would fit', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 5 }), (calls, max) => {
      const counters = createMemoryCounters();
      const passed: number[] = [];
      for (const at of calls) {
        // Counted anew from what passed, by the definition of the window.
        const inWindow = passed.filter((time) => time > at - WINDOW).length;
        const isCharged = counters.charge([charge(max)], at) !== undefined;
        expect(isCharged).toBe(inWindow + 1 <= max);
        if (isCharged) passed.push(at);
      }
      for (const start of passed) {
        expect(
          passed.filter((at) => at >= start && at < start + WINDOW).length,
        ).toBeLessThanOrEqual(max);
      }
    }),
  );
});

test('the same holds for sums, with amounts given back now and then', () => {
  const step = fc.record({ at: fc.nat(100), amount: fc.nat(6), isUndone: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const counters = createMemoryCounters();
      let passed: { at: number; amount: number }[] = [];
      let now = 0;
      for (const { at, amount, isUndone } of steps) {
        now += at;
        const held = () =>
          passed
            .filter((each) => each.at > now - WINDOW)
            .reduce((sum, each) => sum + each.amount, 0);
        const fits = held() + amount <= 10;
        const receipt = counters.charge([charge(10, amount)], now);
        expect(receipt !== undefined).toBe(fits);
        if (receipt && isUndone) counters.undo(receipt);
        else if (receipt) passed = [...passed, { at: now, amount }];
        expect(counters.used('k', WINDOW, now)).toBe(held());
      }
    }),
  );
});

test('the same holds of decisions: no 60 seconds hold more than the limit, and no call that fits is refused', async () => {
  const limits = [{ counter: 'send_campaign', window: 'minute', max: 10, scope: 'grant' }];
  const policy = await compilePolicy({
    version: '1',
    default: 'deny',
    tools: { send_campaign: { limits } },
  });
  const calls = fc
    .array(fc.record({ at: fc.nat(150_000), grant: fc.constantFrom('g', 'h') }), { maxLength: 80 })
    .map((list) => list.sort((a, b) => a.at - b.at));
  fc.assert(
    fc.property(calls, (calls) => {
      const decide = createRunner(policy);
      const passed: { at: number; grant: string }[] = [];
      for (const { at, grant } of calls) {
        const held = passed.filter((one) => one.grant === grant && one.at > at - 60_000).length;
        const { effect } = decide({ server: 's', tool: 'send_campaign', grant, at });
        expect(effect).toBe(held < 10 ? 'allow' : 'deny');
        if (effect === 'allow') passed.push({ at, grant });
      }
    }),
  );
});
