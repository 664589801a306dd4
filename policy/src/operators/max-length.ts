import { truthOf } from '../truth.ts';
import { defineOperator } from './operator.ts';

export const maxLength = defineOperator({
  id: 'max_length',
  meaning: 'A text of at most so many characters (Unicode code points).',
  value: (z) => z.int().nonnegative(),
  words: (value) => `must have at most ${value} characters`,
  compile: (value) => (subject) => {
    if (typeof subject !== 'string') return 'unknown';
    if (subject.length <= value) return 'true';
    // A code point takes at most two units, so longer texts need no counting.
    return truthOf(subject.length <= 2 * value && codePoints(subject) <= value);
  },
});

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
