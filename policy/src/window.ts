import * as z from 'zod';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const NAMED: Record<string, number> = { second: SECOND, minute: MINUTE, hour: HOUR, day: DAY };
const UNITS: Record<string, number> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

// Longer memories are accounting, not rate limits, and a store would have to keep every call that long.
const LONGEST_MS = 366 * DAY;

/** A length of time as policies write it: `minute`, `30s`, `15m`, `6h`, `7d`. */
export const windowSchema = z
  .string()
  .regex(
    /^(second|minute|hour|day|[1-9]\d{0,7}[smhd])$/,
    'expected second, minute, hour, day, or a number with s, m, h or d such as 15m',
  )
  .refine(
    (text) => !(windowMs(text) > LONGEST_MS),
    'expected no more than 366 days; a longer window would have to remember every call that long',
  );

/** Milliseconds of a length of time that {@link windowSchema} accepts. */
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
