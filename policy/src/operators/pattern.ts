import type { JsonValue } from '@toolwarden/catalogue';
import * as z from 'zod';
import { type Truth, truthOf } from '../truth.ts';

// Cost of a match grows with pattern × text even in a linear-time engine, so both are bounded.
export const MAX_PATTERN = 1024;
export const MAX_SUBJECT = 65_536;

/** A pattern in RE2's syntax: no look-around, no back-references. */
export const patternSchema = z
  .string()
  .min(1)
  .max(MAX_PATTERN)
  .describe(`A regular expression in RE2 syntax, at most ${MAX_PATTERN} characters.`);

/** Judges a text by a prepared test; a text over the cap is refused rather than judged in part. */
export function testText(test: (text: string) => boolean): (subject: JsonValue) => Truth {
  return (subject) => {
    if (typeof subject !== 'string') return 'unknown';
    return subject.length > MAX_SUBJECT ? 'error' : truthOf(test(subject));
  };
}
