import type { CounterReader } from '@toolwarden/policy';
import { addAmounts } from '@toolwarden/policy/amounts';

/** What one call was charged, and when. */
export type ChargedCall = { at: number; call: string; charges: readonly Amount[] };

/** That a call gets back what it was charged. */
export type GivenBack = { at: number; givesBack: string };

/** So much of one counter, for as long as its window. */
type Amount = { key: string; charged: number; windowMs: number };

/**
 * The calls of one counter, in lists side by side: an object a call would cost as much again. `totals` are the sums up to
 * and with each; exact while all amounts are whole.
 */
type Series = {
  calls: string[];
  times: number[];
  amounts: number[];
  totals: number[];
  windowMs: number;
  isWhole: boolean;
};

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

/** With fewer counters than this it is not looked whether some are over. */
const FEW = 1_024;

/** Exact sliding windows over calls; the sum of a window is found without walking through it. */
export function createWindowCounters(): WindowCounters {
  const series = new Map<string, Series>();
  // By call: the counter that it is charged to the longest; then it is forgotten.
  const calls = new Map<string, string>();
  const givenBack = new Set<string>();
  let latest = Number.NEGATIVE_INFINITY;
  let many = FEW;

  const forget = (gone: readonly string[], key: string) => {
    for (const call of gone) {
      if (calls.get(call) !== key) continue;
      calls.delete(call);
      givenBack.delete(call);
    }
  };
  // Sessions have counters of their own and come and go; looking at all each time their number doubles costs little a call.
  const forgetOver = () => {
    for (const [key, { times, windowMs, calls: gone }] of series) {
      if ((times.at(-1) ?? latest) > latest - windowMs) continue;
      series.delete(key);
      forget(gone, key);
    }
    many = Math.max(FEW, 2 * series.size);
  };
  const seriesOf = (key: string): Series => {
    let one = series.get(key);
    if (one === undefined) {
      if (series.size >= many) forgetOver();
      one = { calls: [], times: [], amounts: [], totals: [], windowMs: 0, isWhole: true };
      series.set(key, one);
    }
    return one;
  };
  const charge = (call: string, { key, charged, windowMs }: Amount) => {
    const one = seriesOf(key);
    one.windowMs = Math.max(one.windowMs, windowMs);
    forget(dropExpired(one, latest), key);
    const total = (one.totals.at(-1) ?? 0) + charged;
    one.isWhole &&= Number.isSafeInteger(charged) && Number.isSafeInteger(total);
    one.calls.push(call);
    one.times.push(latest);
    one.amounts.push(charged);
    one.totals.push(total);
  };
  const giveBack = (call: string) => {
    if (!calls.has(call) || givenBack.has(call)) return;
    givenBack.add(call);
    for (const one of series.values()) giveBackIn(one, call);
  };

  return {
    get latest() {
      return latest;
    },
    hasCall: (call) => calls.has(call),
    isCharged: (call) => calls.has(call) && !givenBack.has(call),
    used(key, windowMs, at) {
      const one = series.get(key);
      if (one === undefined) return 0;
      const from = firstAfter(one.times, Math.max(at, latest) - windowMs);
      return one.isWhole ? wholeSum(one, from) : one.amounts.slice(from).reduce(addAmounts, 0);
    },
    add(entry) {
      latest = Math.max(latest, entry.at);
      if ('givesBack' in entry) return giveBack(entry.givesBack);
      const { call, charges } = entry;
      calls.set(call, longestOf(charges));
      for (const amount of charges) charge(call, amount);
    },
    advance(at) {
      latest = Math.max(latest, at);
    },
  };
}

function longestOf(charges: readonly Amount[]): string {
  let longest = charges[0];
  for (const amount of charges) if (amount.windowMs > (longest?.windowMs ?? 0)) longest = amount;
  return longest?.key ?? '';
}

function giveBackIn(one: Series, call: string): void {
  const from = one.calls.lastIndexOf(call);
  if (from === -1) return;
  one.amounts[from] = 0;
  let total = one.totals[from - 1] ?? 0;
  for (let at = from; at < one.amounts.length; at++) {
    total += one.amounts[at] as number;
    one.totals[at] = total;
  }
}

// Totals are differences: what was dropped before the first still counts in both.
function wholeSum({ totals, amounts }: Series, from: number): number {
  const last = totals.at(-1);
  return from >= totals.length || last === undefined
    ? 0
    : last - (totals[from] as number) + (amounts[from] as number);
}

const NOTHING: readonly string[] = [];

// Only when half is gone, so that dropping costs nothing a call. Totals go on: sums are differences.
function dropExpired(one: Series, at: number): readonly string[] {
  const { times } = one;
  const middle = times.length < 128 ? undefined : times[times.length >> 1];
  if (middle === undefined || middle > at - one.windowMs) return NOTHING;
  const gone = firstAfter(times, at - one.windowMs);
  times.splice(0, gone);
  one.amounts.splice(0, gone);
  one.totals.splice(0, gone);
  return one.calls.splice(0, gone);
}

// INVARIANT: times are sorted, because every writer charges at the latest time known or later.
function firstAfter(times: readonly number[], start: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) > start) high = middle;
    else low = middle + 1;
  }
  return low;
}
