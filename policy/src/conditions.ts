import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';
import { type ArgumentTest, type Condition, isTest } from './condition.ts';
import { operators } from './operators/index.ts';
import type { PatternEngine } from './operators/operator.ts';
import { parsePath, readSteps, type Step } from './path.ts';
import { all, negate, some, type Truth, truthOf } from './truth.ts';

/** Judges the arguments of one call. */
export type Judge = (args: JsonValue) => Truth;

/** Whether every item of a list must satisfy a test, or one is enough. */
export type Quantifier = 'every' | 'any';

const QUANTIFIED = { every: all, any: some } as const;

/** Prepares conditions that must all hold; none always hold. */
export function compileAll(
  conditions: readonly Condition[],
  quantifier: Quantifier,
  patterns: PatternEngine,
): Judge {
  const judges = conditions.map((condition) => compileCondition(condition, quantifier, patterns));
  const [first, ...rest] = judges;
  if (first !== undefined && rest.length === 0) return first;
  return (args) => all(judges.map((judge) => judge(args)));
}

/** Prepares one condition. Its depth is bounded, because the document's is. */
function compileCondition(
  condition: Condition,
  quantifier: Quantifier,
  patterns: PatternEngine,
): Judge {
  if (isTest(condition)) return compileTest(condition, quantifier, patterns);
  if ('any' in condition) {
    const judges = condition.any.map((part) => compileCondition(part, quantifier, patterns));
    return (args) => some(judges.map((judge) => judge(args)));
  }
  // "Not every item is listed" is what `not` of "one is not listed" must mean, so the quantifier turns with it.
  const inner = compileCondition(condition.not, quantifier === 'every' ? 'any' : 'every', patterns);
  return (args) => negate(inner(args));
}

function compileTest(test: ArgumentTest, quantifier: Quantifier, patterns: PatternEngine): Judge {
  const steps = parsePath(test.path) as Step[];
  const judgeValue = compileOperator(test, patterns);
  const [only] = steps;
  // Nearly every path is one plain name; this is the engine's innermost loop.
  if (only !== undefined && only !== 'each' && steps.length === 1) {
    const { key } = only;
    const { absent, present } = judgeValue;
    return (args) => {
      const value = isJsonObject(args) && Object.hasOwn(args, key) ? args[key] : undefined;
      return value === undefined ? absent : present(value);
    };
  }
  if (!steps.includes('each')) return (args) => judged(judgeValue, readSteps(args, steps, 0));
  return (args) => judgeItems(args, steps, 0, judgeValue, QUANTIFIED[quantifier]);
}

/** What an absent value comes to, and what judges one that is there. */
type JudgeValue = { absent: Truth; present: (value: JsonValue) => Truth };

function judged({ absent, present }: JudgeValue, value: JsonValue | undefined): Truth {
  return value === undefined ? absent : present(value);
}

function compileOperator(test: ArgumentTest, patterns: PatternEngine): JudgeValue {
  if (test.op === 'exists') {
    const mustExist = test.value !== false;
    return { absent: truthOf(!mustExist), present: () => truthOf(mustExist) };
  }
  // The schema has tied each operator's value to its type; here only the pair is known.
  const { compile } = operators[test.op];
  return { absent: 'unknown', present: compile(test.value as never, patterns) };
}

// Recursion is bounded by the steps of the path, and the work by the size of the arguments.
function judgeItems(
  value: JsonValue | undefined,
  steps: readonly Step[],
  from: number,
  judge: JudgeValue,
  combine: (truths: Iterable<Truth>) => Truth,
): Truth {
  const each = steps.indexOf('each', from);
  if (each === -1) return judged(judge, readSteps(value, steps, from));
  const list = readSteps(value, steps.slice(0, each), from);
  if (!Array.isArray(list)) return judge.absent;
  return combine(list.map((item) => judgeItems(item, steps, each + 1, judge, combine)));
}
