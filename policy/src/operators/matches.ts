import { defineOperator } from './operator.ts';
import { judgeText, patternSchema } from './pattern.ts';

export const matches = defineOperator({
  id: 'matches',
  meaning: 'A text that the pattern matches as a whole.',
  value: patternSchema,
  words: (pattern) => `must match ${pattern}`,
  compile: (pattern, patterns) => judgeText(patterns.whole(pattern)),
});
