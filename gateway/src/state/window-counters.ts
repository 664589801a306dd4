import type { CounterReader } from '@toolwarden/policy';
import { addAmounts } from '@toolwarden/policy/amounts';

/** What one call was charged, and when. */
export type ChargedCall = { at: number; call: string; charges: readonly Amount[] };

/** That a call gets back what it was charged. */
export type GivenBack = { at: number; givesBack: string };

/** So much of one counter, for as long as its window. */
type Amount = { key: string; charged: number; windowMs: number };

/** `total` is the sum up to and with this event; exact while all amounts are whole. */
type Event = { call: string; at: number; amount: number; total: number; isLongest: boolean };
type Series = { events: Event[]; windowMs: number; isWhole: boolean };

/** A copy in memory of the charges in the store, fed with its records in their order. */
export type WindowCounters = CounterReader & {
  /** The latest time that was charged: the time to judge by is never before it. */
  readonly latest: number;
  /** Whether a call was charged, while that counts. */
  hasCall(call: string): boolean;
  /** Whether what it was charged still counts. */
  isCharged(call: string): boolean;
  /** Charges a call, or gives back what one was charged; that stays known, so that it is not charged again. */
  add(charge: ChargedCall | GivenBack): void;
  /** Nothing is charged before this time any more. */
  advance(at: number): void;
};

/** Exact sliding windows over calls; the sum of a window is found without walking through it. */
export function createWindowCounters(): WindowCounters {
  const series = new Map<string, Series>();
  // By call: the counters it was charged to.
  const calls = new Map<string, readonly Amount[]>();
  let latest = Number.NEGATIVE_INFINITY;

  const charge = (call: string, at: number, amount: Amount, isLongest: boolean) => {
    const { key, charged, windowMs } = amount;
    let one = series.get(key);
    if (one === undefined) {
      one = { events: [], windowMs, isWhole: true };
      series.set(key, one);
    }
    one.windowMs = Math.max(one.windowMs, windowMs);
    for (const gone of dropExpired(one, at)) if (gone.isLongest) calls.delete(gone.call);
    const total = (one.events.at(-1)?.total ?? 0) + charged;
    one.isWhole &&= Number.isSafeInteger(charged) && Number.isSafeInteger(total);
    one.events.push({ call, at, amount: charged, total, isLongest });
  };
  const giveBack = (one: Series, call: string) => {
    const from = one.events.findLastIndex((event) => event.call === call);
    if (from === -1) return;
    let total = one.events[from - 1]?.total ?? 0;
    (one.events[from] as Event).amount = 0;
    for (const event of one.events.slice(from)) {
      total += event.amount;
      event.total = total;
    }
  };

  return {
    get latest() {
      return latest;
    },
    hasCall: (call) => calls.has(call),
    isCharged: (call) => (calls.get(call)?.length ?? 0) > 0,
    used(key, windowMs, at) {
      const one = series.get(key);
      if (one === undefined) return 0;
      const from = firstAfter(one.events, Math.max(at, latest) - windowMs);
      return one.isWhole
        ? wholeSum(one.events, from)
        : one.events.slice(from).reduce((sum, { amount }) => addAmounts(sum, amount), 0);
    },
    add(entry) {
      latest = Math.max(latest, entry.at);
      if ('givesBack' in entry) {
        for (const { key } of calls.get(entry.givesBack) ?? []) {
          const one = series.get(key);
          if (one !== undefined) giveBack(one, entry.givesBack);
        }
        if (calls.has(entry.givesBack)) calls.set(entry.givesBack, []);
        return;
      }
      const { call, charges } = entry;
      calls.set(call, charges);
      const longest = longestOf(charges);
      for (const amount of charges) charge(call, latest, amount, amount === longest);
    },
    advance(at) {
      latest = Math.max(latest, at);
    },
  };
}

function longestOf(charges: readonly Amount[]): Amount | undefined {
  let longest = charges[0];
  for (const amount of charges) {
    if (amount.windowMs > (longest?.windowMs ?? 0)) longest = amount;
  }
  return longest;
}

function wholeSum(events: readonly Event[], from: number): number {
  const [first, last] = [events[from], events.at(-1)];
  return first === undefined || last === undefined ? 0 : last.total - first.total + first.amount;
}

// Only when half is gone, so that dropping costs nothing a call. Totals go on: sums are differences.
function dropExpired(one: Series, at: number): readonly Event[] {
  const { events, windowMs } = one;
  const [middle] = events.length < 128 ? [] : [events[events.length >> 1]];
  if (middle === undefined || middle.at > at - windowMs) return NOTHING;
  return events.splice(0, firstAfter(events, at - windowMs));
}

const NOTHING: readonly Event[] = [];

// INVARIANT: events are sorted by time, because every writer charges at the latest time known or later.
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
