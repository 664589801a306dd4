import { negate } from '../truth.ts';
import { scalarsSchema } from './in.ts';
import { defineOperator } from './operator.ts';
import { listWords, oneOf } from './scalar.ts';

export const notIn = defineOperator({
  id: 'not_in',
  meaning: 'Of a type the values have, but equal to none of them.',
  value: scalarsSchema,
  words: (values) => `must not be one of ${listWords(values)}`,
  compile: (values) => {
    const isListed = oneOf(values);
    return (subject) => negate(isListed(subject));
  },
});
