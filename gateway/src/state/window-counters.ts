import type { CounterReader } from '@toolwarden/policy';
import { addAmounts } from '@toolwarden/policy/amounts';

/**
 * A charge as the store holds it. `undoes` names the charge that this row takes back; `call` the call that was charged,
 * in the one of its rows that counts longest.
 */
export type ChargeRow = {
  id: number;
  key: string;
  at: number;
  amount: number;
  windowMs: number;
  undoes: number | null;
  call: string | null;
};

/** `total` is the sum up to and with this event; exact while all amounts are whole. */
type Event = { id: number; at: number; amount: number; total: number; call: string | null };
type Series = { events: Event[]; windowMs: number; isWhole: boolean };

/** A copy in memory of the charges in the store, fed with its rows in their order. */
export type WindowCounters = CounterReader & {
  /** The latest row this knows. */
  readonly lastId: number;
  /** The latest time that was charged: the time to judge by is never before it. */
  readonly latest: number;
  /** Whether a call was charged, while that counts. */
  hasCall(call: string): boolean;
  add(row: ChargeRow): void;
};

/** Exact sliding windows over rows; the sum of a window is found without walking through it. */
export function createWindowCounters(): WindowCounters {
  const series = new Map<string, Series>();
  const keyOf = new Map<number, string>();
  const calls = new Set<string>();
  let lastId = 0;
  let latest = Number.NEGATIVE_INFINITY;

  const charge = ({ id, key, at, amount, windowMs, call }: ChargeRow) => {
    const one = series.get(key) ?? { events: [], windowMs, isWhole: true };
    series.set(key, one);
    one.windowMs = Math.max(one.windowMs, windowMs);
    for (const { id, call } of dropExpired(one, at)) {
      keyOf.delete(id);
      if (call !== null) calls.delete(call);
    }
    const total = (one.events.at(-1)?.total ?? 0) + amount;
    one.isWhole &&= Number.isSafeInteger(amount) && Number.isSafeInteger(total);
    one.events.push({ id, at, amount, total, call });
    keyOf.set(id, key);
    if (call !== null) calls.add(call);
  };
  const takeBack = (undone: number) => {
    const one = series.get(keyOf.get(undone) ?? '');
    if (one === undefined) return;
    one.events = one.events.filter(({ id }) => id !== undone);
    keyOf.delete(undone);
    let total = 0;
    for (const event of one.events) {
      total += event.amount;
      event.total = total;
    }
  };

  return {
    get lastId() {
      return lastId;
    },
    get latest() {
      return latest;
    },
    hasCall: (call) => calls.has(call),
    used(key, windowMs, at) {
      const one = series.get(key);
      if (one === undefined) return 0;
      const from = firstAfter(one.events, Math.max(at, latest) - windowMs);
      return one.isWhole
        ? wholeSum(one.events, from)
        : one.events.slice(from).reduce((sum, { amount }) => addAmounts(sum, amount), 0);
    },
    add(row) {
      lastId = row.id;
      latest = Math.max(latest, row.at);
      if (row.undoes === null) charge(row);
      else takeBack(row.undoes);
    },
  };
}

function wholeSum(events: readonly Event[], from: number): number {
  const [first, last] = [events[from], events.at(-1)];
  return first === undefined || last === undefined ? 0 : last.total - first.total + first.amount;
}

// Only when half is gone, so that dropping costs nothing a call. Totals go on: sums are differences.
function dropExpired(one: Series, at: number): Event[] {
  const gone = firstAfter(one.events, at - one.windowMs);
  if (gone < 64 || gone < one.events.length / 2) return [];
  return one.events.splice(0, gone);
}

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
