import type { JsonValue } from '@toolwarden/catalogue';
import { type Truth, truthOf } from '../truth.ts';
import { defineOperator, type Zod } from './operator.ts';

// One file for four: they differ in one sign. Each writes its own comparison out, because a shared one that takes the
// sign as a function costs a second call in the engine's innermost loop.
const ordering = <Id extends string>(
  id: Id,
  says: string,
  compile: (value: number) => (subject: JsonValue) => Truth,
) =>
  defineOperator({
    id,
    meaning: `A number ${says} the value.`,
    value: (z: Zod) => z.number(),
    words: (value) => `must be a number ${says} ${value}`,
    compile,
  });

export const lt = ordering(
  'lt',
  'below',
  (value) => (subject) => (isComparable(subject) ? truthOf(subject < value) : unfit(subject)),
);
export const lte = ordering(
  'lte',
  'of at most',
  (value) => (subject) => (isComparable(subject) ? truthOf(subject <= value) : unfit(subject)),
);
export const gt = ordering(
  'gt',
  'above',
  (value) => (subject) => (isComparable(subject) ? truthOf(subject > value) : unfit(subject)),
);
export const gte = ordering(
  'gte',
  'of at least',
  (value) => (subject) => (isComparable(subject) ? truthOf(subject >= value) : unfit(subject)),
);

const isComparable = (subject: JsonValue): subject is number =>
  typeof subject === 'number' && Number.isFinite(subject);

// A number too large for JSON's reader (1e999) is refused, because what the server will read instead cannot be known.
const unfit = (subject: JsonValue): Truth => (typeof subject === 'number' ? 'error' : 'unknown');
