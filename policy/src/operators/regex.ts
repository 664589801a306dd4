import { defineOperator } from './operator.ts';
import { judgeText, patternSchema } from './pattern.ts';

export const regex = defineOperator({
  id: 'regex',
  meaning: 'A text in which the pattern is found anywhere; prefer `matches`.',
  value: patternSchema,
  words: (pattern) => `must have a part that matches ${pattern}`,
  compile: (pattern, patterns) => judgeText(patterns.search(pattern)),
});
