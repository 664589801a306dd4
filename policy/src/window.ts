const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const NAMED: Record<string, number> = { second: SECOND, minute: MINUTE, hour: HOUR, day: DAY };
const UNITS: Record<string, number> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

// Longer memories are accounting, not rate limits, and a store would have to keep every call that long.
const LONGEST_MS = 366 * DAY;

/** How lengths of time are written. */
export const WINDOW = /^(second|minute|hour|day|[1-9]\d{0,7}[smhd])$/;

/** True unless it is longer than a counter may remember. */
export const isShortEnough = (text: string) => !(windowMs(text) > LONGEST_MS);

/** Milliseconds of a length of time as policies write it. */
export function windowMs(text: string): number {
  if (Object.hasOwn(NAMED, text)) return NAMED[text] as number;
  return Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? Number.NaN);
}

/** The one way to write a length of time: a name where there is one, else the largest unit that divides it. */
export function windowText(ms: number): string {
  const named = Object.entries(NAMED).find(([, length]) => length === ms);
  if (named) return named[0];
  const [unit, length] = Object.entries(UNITS).findLast(([, size]) => ms % size === 0) ?? ['s', 1];
  return `${ms / length}${unit}`;
}

/** A length of time for a reader: `minute`, `15 minutes`. */
export function windowWords(ms: number): string {
  const [name, length] = Object.entries(NAMED).findLast(([, size]) => ms % size === 0) ?? [
    'second',
    SECOND,
  ];
  return ms === length ? name : `${ms / length} ${name}s`;
}
