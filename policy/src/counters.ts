import { addAmounts } from './amounts.ts';

/** What a call costs in one counter, or would cost. */
export type Charge = {
  key: string;
  /** What this decision charges: 0 unless it allows the call. */
  charged: number;
  /** What the window holds once the decision has been carried out. */
  used: number;
  max: number;
  windowMs: number;
};

/** Reads counters; all that `decide` needs. `at` is in milliseconds. */
export type CounterReader = {
  /** What the window of this length that ends at `at` holds. */
  used(key: string, windowMs: number, at: number): number;
};

/** Proof of a charge, to give it back. */
export type Receipt = { readonly id: number };

/** Counters in which calls are charged. Stores of other kinds keep the same laws, see counter-testkit.ts. */
export type Counters = CounterReader & {
  /** Charges all or nothing; `undefined` where one limit would be exceeded. */
  charge(charges: readonly Charge[], at: number): Receipt | undefined;
  /** Gives a charge back, for a call that certainly never left; a second time does nothing. */
  undo(receipt: Receipt): void;
};

type Event = { at: number; amount: number };

/**
 * Counters in memory, exact: every charged call is remembered while its window lasts. Time never runs backwards here:
 * an `at` before the latest charge counts as that time, so a clock set back refills nothing.
 */
export function createMemoryCounters(): Counters {
  const events = new Map<string, Event[]>();
  const receipts = new Map<number, { key: string; event: Event }[]>();
  let latest = Number.NEGATIVE_INFINITY;
  let lastId = 0;

  const within = (key: string, windowMs: number, at: number) => {
    const list = events.get(key) ?? [];
    return list.slice(firstAfter(list, Math.max(at, latest) - windowMs));
  };
  const used = (key: string, windowMs: number, at: number) =>
    within(key, windowMs, at).reduce((sum, { amount }) => addAmounts(sum, amount), 0);

  return {
    used,
    charge(charges, at) {
      const fits = charges.every(
        ({ key, charged, max, windowMs }) => addAmounts(used(key, windowMs, at), charged) <= max,
      );
      if (!fits) return undefined;
      if (charges.length > 0) latest = Math.max(at, latest);
      const made = charges.map(({ key, charged, windowMs }) => {
        const event = { at: latest, amount: charged };
        events.set(key, [...within(key, windowMs, latest), event]);
        return { key, event };
      });
      lastId++;
      receipts.set(lastId, made);
      return { id: lastId };
    },
    undo({ id }) {
      for (const { key, event } of receipts.get(id) ?? []) {
        events.set(
          key,
          (events.get(key) ?? []).filter((each) => each !== event),
        );
      }
      receipts.delete(id);
    },
  };
}

// INVARIANT: events of a key are sorted by time, because time never runs backwards here.
function firstAfter(events: readonly Event[], start: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle] as Event).at > start) high = middle;
    else low = middle + 1;
  }
  return low;
}
