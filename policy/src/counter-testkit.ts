import type { Charge, Receipt } from './counters.ts';

type Eventually<Value> = Value | Promise<Value>;

/** Counters of any store: in memory, SQLite, Redis. */
export type CountersUnderTest = {
  used(key: string, windowMs: number, at: number): Eventually<number>;
  charge(charges: readonly Charge[], at: number): Eventually<Receipt | undefined>;
  undo(receipt: Receipt): Eventually<void>;
};

/** A law that counters keep; `check` throws where they do not. Each wants counters of its own. */
export type CounterLaw = { name: string; check(counters: CountersUnderTest): Promise<void> };

const MINUTE = 60_000;
const START = 1_800_000_000_000;

const charge = (key: string, max: number, charged = 1, windowMs = MINUTE): Charge => ({
  key,
  charged,
  used: 0,
  max,
  windowMs,
});

async function isCharged(counters: CountersUnderTest, one: Charge, at: number): Promise<boolean> {
  return (await counters.charge([one], at)) !== undefined;
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`${what}: expected ${wanted}, found ${found}`);
}

/**
 * The laws of the sliding window; every store of counters must keep them.
 *
 * @example test.for(counterLaws)('$name', ({ check }) => check(openCounters()));
 */
export const counterLaws: readonly CounterLaw[] = [
  {
    name: 'a fresh counter holds nothing',
    async check(counters) {
      same(await counters.used('a', MINUTE, START), 0, 'used');
    },
  },
  {
    name: 'as many calls pass as the limit says, and not one more',
    async check(counters) {
      const passed = [];
      for (let call = 0; call < 5; call++) {
        passed.push(await isCharged(counters, charge('a', 3), START + call));
      }
      same(passed, [true, true, true, false, false], 'passed');
      same(await counters.used('a', MINUTE, START + 5), 3, 'used');
    },
  },
  {
    name: 'a call leaves the window after exactly its length',
    async check(counters) {
      await counters.charge([charge('a', 1)], START);
      same(await isCharged(counters, charge('a', 1), START + MINUTE - 1), false, 'one ms before');
      same(await isCharged(counters, charge('a', 1), START + MINUTE), true, 'at its length');
    },
  },
  {
    name: 'no double burst passes at a boundary of the clock',
    async check(counters) {
      const boundary = Math.ceil(START / MINUTE) * MINUTE;
      for (let call = 0; call < 3; call++) await counters.charge([charge('a', 3)], boundary - 10);
      same(await isCharged(counters, charge('a', 3), boundary + 10), false, 'after the boundary');
    },
  },
  {
    name: 'keys share nothing',
    async check(counters) {
      await counters.charge([charge('a', 1)], START);
      same(await isCharged(counters, charge('b', 1), START), true, 'another key');
    },
  },
  {
    name: 'charges of one call are made all, or not at all',
    async check(counters) {
      await counters.charge([charge('full', 1)], START);
      const refused = await counters.charge([charge('a', 5), charge('full', 1)], START);
      same(refused, undefined, 'receipt');
      same(await counters.used('a', MINUTE, START), 0, 'the counter with room');
    },
  },
  {
    name: 'amounts are summed, and one that would go over is refused whole',
    async check(counters) {
      same(await isCharged(counters, charge('a', 100, 60), START), true, 'first');
      same(await isCharged(counters, charge('a', 100, 41), START), false, 'too much');
      same(await isCharged(counters, charge('a', 100, 40), START), true, 'exactly the rest');
      same(await counters.used('a', MINUTE, START), 100, 'used');
    },
  },
  {
    name: 'decimal amounts add up as a person would add them',
    async check(counters) {
      for (let call = 0; call < 3; call++) await counters.charge([charge('a', 0.3, 0.1)], START);
      same(await counters.used('a', MINUTE, START), 0.3, 'used');
    },
  },
  {
    name: 'a charge is given back once, however often it is asked',
    async check(counters) {
      const first = await counters.charge([charge('a', 2)], START);
      await counters.charge([charge('a', 2)], START);
      if (first === undefined) throw new Error('the first charge was refused');
      await counters.undo(first);
      await counters.undo(first);
      same(await counters.used('a', MINUTE, START), 1, 'used');
    },
  },
  {
    name: 'what is given back can be charged again',
    async check(counters) {
      const receipt = await counters.charge([charge('a', 1)], START);
      if (receipt === undefined) throw new Error('the first charge was refused');
      await counters.undo(receipt);
      same(await isCharged(counters, charge('a', 1), START + 1), true, 'charged again');
    },
  },
  {
    name: 'hole: what is given back after its window has passed refills no later one',
    async check(counters) {
      const first = await counters.charge([charge('a', 2)], START);
      if (first === undefined) throw new Error('the first charge was refused');
      const later = START + 2 * MINUTE;
      for (let call = 0; call < 2; call++) await counters.charge([charge('a', 2)], later + call);
      await counters.undo(first);
      same(await counters.used('a', MINUTE, later + 2), 2, 'used');
      same(await isCharged(counters, charge('a', 2), later + 3), false, 'a third call');
    },
  },
  {
    name: 'a clock that is set back refills nothing',
    async check(counters) {
      await counters.charge([charge('a', 1)], START);
      same(await isCharged(counters, charge('a', 1), START - 10 * MINUTE), false, 'back in time');
      await counters.charge([charge('b', 1)], START - 10 * MINUTE);
      same(await isCharged(counters, charge('b', 1), START - 9 * MINUTE), false, 'still back');
    },
  },
  {
    name: 'a clock that is set forward empties a window once',
    async check(counters) {
      await counters.charge([charge('a', 1)], START);
      same(await isCharged(counters, charge('a', 1), START + 60 * MINUTE), true, 'forward');
      same(await isCharged(counters, charge('a', 1), START + 1), false, 'and back');
    },
  },
  {
    name: 'read over a shorter time than it was charged for, a counter holds what lies in that',
    async check(counters) {
      await counters.charge([charge('a', 9, 1, 10 * MINUTE)], START);
      await counters.charge([charge('a', 9, 1, 10 * MINUTE)], START + 2 * MINUTE);
      same(await counters.used('a', MINUTE, START + 2 * MINUTE), 1, 'of the last minute');
      same(await counters.used('a', 10 * MINUTE, START + 2 * MINUTE), 2, 'of ten minutes');
    },
  },
  {
    name: 'a limit of nothing lets nothing pass',
    async check(counters) {
      same(await isCharged(counters, charge('a', 0), START), false, 'charged');
    },
  },
];
