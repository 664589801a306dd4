import { negate } from '../truth.ts';
import { defineOperator } from './operator.ts';
import { equalTo, scalarSchema } from './scalar.ts';

export const neq = defineOperator({
  id: 'neq',
  meaning: 'Of the same type, but not equal.',
  value: scalarSchema,
  words: (value) => `must not be ${JSON.stringify(value)}`,
  compile: (value) => {
    const isEqual = equalTo(value);
    return (subject) => negate(isEqual(subject));
  },
});
