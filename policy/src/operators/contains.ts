import { some, truthOf } from '../truth.ts';
import { defineOperator } from './operator.ts';
import { equals, scalarSchema } from './scalar.ts';

export const contains = defineOperator({
  id: 'contains',
  meaning: 'A text that has the value in it, or a list that has it as an item.',
  value: scalarSchema,
  words: (value) => `must contain ${JSON.stringify(value)}`,
  compile: (value) => (subject) => {
    if (Array.isArray(subject)) return some(subject.map((item) => equals(item, value)));
    if (typeof subject !== 'string' || typeof value !== 'string') return 'unknown';
    return truthOf(subject.includes(value));
  },
});
