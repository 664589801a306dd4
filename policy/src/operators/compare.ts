import * as z from 'zod';
import { truthOf } from '../truth.ts';
import { defineOperator } from './operator.ts';

// One file for four: they differ in one sign. A number too large for JSON's reader (1e999) is refused, because what
// the server will read instead cannot be known.
const ordering = <Id extends string>(
  id: Id,
  says: string,
  compare: (subject: number, value: number) => boolean,
) =>
  defineOperator({
    id,
    meaning: `A number ${says} the value.`,
    value: z.number(),
    words: (value) => `must be a number ${says} ${value}`,
    compile: (value) => (subject) => {
      if (typeof subject !== 'number') return 'unknown';
      return Number.isFinite(subject) ? truthOf(compare(subject, value)) : 'error';
    },
  });

export const lt = ordering('lt', 'below', (subject, value) => subject < value);
export const lte = ordering('lte', 'of at most', (subject, value) => subject <= value);
export const gt = ordering('gt', 'above', (subject, value) => subject > value);
export const gte = ordering('gte', 'of at least', (subject, value) => subject >= value);
