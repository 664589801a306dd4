import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sendingState } from '../testing/checked-states.ts';
import { brokenInvariants, type Happening } from '../testing/invariants.ts';
import { openSqliteState } from './sqlite-state.ts';
import type { Judge, Recorded } from './state.ts';

const WINDOW = 60_000;
const MAX = 3;
const START = 1_800_000_000_000;
const HOUR = 3_600_000;

const judge: Judge = ({ at, counters }) => {
  const used = counters.used('k', WINDOW, at);
  const charge = { key: 'k', charged: 1, used: used + 1, max: MAX, windowMs: WINDOW };
  return {
    ...{ effect: used < MAX ? 'allow' : 'deny', rules: ['/tools/t/limits/0'], reason: '' },
    ...{ counters: [charge], policyDigest: `sha256:${'0'.repeat(64)}` },
  };
};

/** What happens between two calls: real time passes, the clock is set, the gateway starts again. */
const step = fc.record({
  passedMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: WINDOW })),
  jumpMs: fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    fc.constantFrom(HOUR, -HOUR, 24 * HOUR, -24 * HOUR, 10 * 365 * 24 * HOUR, 30_000, -30_000),
  ),
  isRestarted: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
});

type Step = { passedMs: number; jumpMs: number; isRestarted: boolean };
type Allowed = { real: number; forwardJumps: number };

/** Makes a call after each step; when, in real time, one passed, and how often the clock had been set forward by then. */
function allowedCalls(folder: string, steps: Step[]): Allowed[] {
  const happenings: Happening[] = [];
  const open = () => sendingState(openSqliteState({ folder }), happenings);
  let state = open();
  const allowed: Allowed[] = [];
  let [real, clock, forwardJumps] = [0, START, 0];
  for (const [index, { passedMs, jumpMs, isRestarted }] of steps.entries()) {
    real += passedMs;
    clock += passedMs + jumpMs;
    if (jumpMs > 0) forwardJumps++;
    if (isRestarted) {
      state.close();
      state = open();
    }
    const call = {
      ...{ callId: `c${index}`, method: 'tools/call', server: 's', tool: 't', grant: 'local' },
      ...{ at: clock, arguments: {}, argumentsText: '{}', isObserved: false },
    };
    const { decision } = state.record(call, judge) as Recorded;
    if (decision.effect === 'allow') allowed.push({ real, forwardJumps });
  }
  state.close();
  expect(brokenInvariants(happenings)).toEqual([]);
  return allowed;
}

test('P15: in any window of real time no more than the limit pass, and once more for each time the clock is set forward', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const folder = mkdtempSync(join(tmpdir(), 'toolwarden-clock-'));
      try {
        const allowed = allowedCalls(join(folder, 's'), steps);
        for (const [index, first] of allowed.entries()) {
          const within = allowed.slice(index).filter(({ real }) => real - first.real < WINDOW);
          const jumps = (within.at(-1)?.forwardJumps ?? 0) - first.forwardJumps;
          expect(within.length).toBeLessThanOrEqual(MAX * (1 + jumps));
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: 60, seed: 20261121 },
  );
});

test('P15: a clock that stands still lets no more pass, and one set ten years back neither', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolwarden-clock-'));
  const still = Array.from({ length: 10 }, () => ({ passedMs: 0, jumpMs: 0, isRestarted: false }));
  const back = { passedMs: 0, jumpMs: -10 * 365 * 24 * HOUR, isRestarted: true };
  expect(allowedCalls(join(folder, 's'), [...still, back, ...still])).toHaveLength(MAX);
  rmSync(folder, { recursive: true });
});
