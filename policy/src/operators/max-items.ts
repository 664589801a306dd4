import { truthOf } from '../truth.ts';
import { defineOperator } from './operator.ts';

export const maxItems = defineOperator({
  id: 'max_items',
  meaning: 'A list of at most so many items.',
  value: (z) => z.int().nonnegative(),
  words: (value) => `must have at most ${value} items`,
  compile: (value) => (subject) =>
    Array.isArray(subject) ? truthOf(subject.length <= value) : 'unknown',
});
