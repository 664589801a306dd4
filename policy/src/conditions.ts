import { type JsonValue, own } from '@toolwarden/catalogue';
import type { ArgumentTest, Condition } from './condition.ts';
import { isTest } from './is-test.ts';
import { operators } from './operators/index.ts';
import type { PatternEngine } from './operators/operator.ts';
import { isInherited } from './own-read.ts';
import { parsePath, readSteps, type Step } from './path.ts';
import { all, negate, some, type Truth, truthOf } from './truth.ts';

/** A condition, prepared: which argument it reads, and what that comes to. */
export type CompiledCondition = {
  /** Name of the argument; without one, all of the arguments are judged. A name that every object has is never here. */
  key: string | undefined;
  /** What it comes to where the argument is not there. */
  absent: Truth;
  present: (value: JsonValue) => Truth;
};

/** Whether every item of a list must satisfy a test, or one is enough. */
export type Quantifier = 'every' | 'any';

const QUANTIFIED = { every: all, any: some } as const;

/** Prepares conditions that must all hold; none always hold. */
export function compileAll(
  conditions: readonly Condition[],
  quantifier: Quantifier,
  patterns: PatternEngine,
): CompiledCondition {
  const compiled = conditions.map((condition) => compileCondition(condition, quantifier, patterns));
  const [first, ...rest] = compiled;
  if (first !== undefined && rest.length === 0) return first;
  return ofAll((args) => all(compiled.map((each) => judge(each, args))));
}

/** Prepares one condition. Its depth is bounded, because the document's is. */
function compileCondition(
  condition: Condition,
  quantifier: Quantifier,
  patterns: PatternEngine,
): CompiledCondition {
  if (isTest(condition)) return compileTest(condition, quantifier, patterns);
  if ('any' in condition) {
    const parts = condition.any.map((part) => compileCondition(part, quantifier, patterns));
    return ofAll((args) => some(parts.map((part) => judge(part, args))));
  }
  // "Not every item is listed" is what `not` of "one is not listed" must mean, so the quantifier turns with it.
  const inner = compileCondition(condition.not, quantifier === 'every' ? 'any' : 'every', patterns);
  return {
    key: inner.key,
    absent: negate(inner.absent),
    present: (value) => negate(inner.present(value)),
  };
}

function judge({ key, absent, present }: CompiledCondition, args: JsonValue): Truth {
  const value = key === undefined ? args : own(args, key);
  return value === undefined ? absent : present(value);
}

// Arguments are always there, so what judges all of them never meets an absence.
const ofAll = (present: CompiledCondition['present']): CompiledCondition => ({
  key: undefined,
  absent: 'unknown',
  present,
});

function compileTest(
  test: ArgumentTest,
  quantifier: Quantifier,
  patterns: PatternEngine,
): CompiledCondition {
  const steps = parsePath(test.path) as Step[];
  const judgeValue = compileOperator(test, patterns);
  const [first] = steps;
  const hasKey = first !== undefined && first !== 'each' && !isInherited(first.key);
  const rest = hasKey ? steps.slice(1) : steps;
  const { absent } = judgeValue;
  return {
    key: hasKey ? first.key : undefined,
    absent,
    present:
      rest.length === 0
        ? judgeValue.present
        : (value) => judgeItems(value, rest, 0, judgeValue, QUANTIFIED[quantifier]),
  };
}

/** What an absent value comes to, and what judges one that is there. */
type JudgeValue = Pick<CompiledCondition, 'absent' | 'present'>;

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
