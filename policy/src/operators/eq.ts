import { defineOperator } from './operator.ts';
import { equalTo, scalarSchema } from './scalar.ts';

export const eq = defineOperator({
  id: 'eq',
  meaning: 'Equal, in type and value.',
  value: scalarSchema,
  words: (value) => `must be ${JSON.stringify(value)}`,
  compile: equalTo,
});
