import { defineOperator, type Zod } from './operator.ts';
import { listWords, oneOf, scalarSchema } from './scalar.ts';

/** The values of a list condition. */
export const scalarsSchema = (z: Zod) => z.array(scalarSchema(z)).min(1).max(10_000);

export const isIn = defineOperator({
  id: 'in',
  meaning: 'Equal to one of the values, in type and value.',
  value: scalarsSchema,
  words: (values) => `must be one of ${listWords(values)}`,
  compile: oneOf,
});
