import { truthOf } from '../truth.ts';
import { defineOperator } from './operator.ts';

// The one operator that speaks of absence: conditions.ts asks it also where nothing is there, as `false`.
export const exists = defineOperator({
  id: 'exists',
  meaning: 'The argument is there, whatever its value (null too); with `false`, it is not.',
  value: (z) => z.boolean().optional(),
  words: (value) => (value === false ? 'must be left out' : 'must be given'),
  compile: (value) => () => truthOf(value !== false),
});
