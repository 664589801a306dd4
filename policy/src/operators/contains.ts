import { some, truthOf } from '../truth.ts';
import { defineOperator } from './operator.ts';
import { equalTo, scalarSchema } from './scalar.ts';

export const contains = defineOperator({
  id: 'contains',
  meaning: 'A text that has the value in it, or a list that has it as an item.',
  value: scalarSchema,
  words: (value) => `must contain ${JSON.stringify(value)}`,
  compile: (value) => {
    const isEqual = equalTo(value);
    return (subject) => {
      if (Array.isArray(subject)) return some(subject.map(isEqual));
      if (typeof subject !== 'string' || typeof value !== 'string') return 'unknown';
      return truthOf(subject.includes(value));
    };
  },
});
