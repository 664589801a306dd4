import type { JsonValue } from '@toolwarden/catalogue';
import { type Truth, truthOf } from '../truth.ts';
import type { TextTest, Zod } from './operator.ts';

const MAX_PATTERN = 1024;
const MAX_SUBJECT = 65_536;
// Steps are instructions × characters. Where a pattern has too many states to remember (`[ab]*a[ab]{30}x`) the engine takes
// up to 85 ns a step on a busy core, measured: this keeps one match under 50 ms.
const MAX_STEPS = 500_000;

/** How long a text may be for a pattern of so many instructions: linear time is not yet short time. */
export function longestText(instructions: number): number {
  return Math.min(MAX_SUBJECT, Math.floor(MAX_STEPS / Math.max(1, instructions)));
}

/** A pattern in RE2's syntax: no look-around, no back-references. */
export const patternSchema = (z: Zod) =>
  z
    .string()
    .min(1)
    .max(MAX_PATTERN)
    .describe(`A regular expression in RE2 syntax, at most ${MAX_PATTERN} characters.`);

/** Judges a text by a prepared pattern; a text that is too long is refused rather than judged in part. */
export function judgeText({ test, longest }: TextTest): (subject: JsonValue) => Truth {
  return (subject) => {
    if (typeof subject !== 'string') return 'unknown';
    return subject.length > longest ? 'error' : truthOf(test(subject));
  };
}
