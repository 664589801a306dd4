import { compactJson } from '@toolwarden/catalogue';
import type { ArgumentTest, Condition } from '../condition.ts';
import type { Problem } from '../finding.ts';
import { isTest } from '../is-test.ts';
import type { Scalar } from '../operators/scalar.ts';
import { error, type PlacedRule } from './places.ts';

/** Requirements of one rule that no call can meet together. Looks at plain tests, not into groups. */
export function findContradictions({ pointer, rule }: PlacedRule): Problem[] {
  const tests = (rule.require ?? []).map((condition, index) => ({ condition, index }));
  const byPath = Map.groupBy(
    tests.flatMap(({ condition, index }) =>
      isTest(condition) ? [{ test: condition, index }] : [],
    ),
    ({ test }) => test.path,
  );
  const impossible = [...byPath.values()].flatMap((group) => {
    const last = group.at(-1);
    return last && isImpossible(group.map(({ test }) => test))
      ? [
          error(
            `${pointer}/require/${last.index}`,
            'contradiction',
            `no value of ${last.test.path} meets this and the other requirements, so every call is refused`,
          ),
        ]
      : [];
  });
  return [...impossible, ...deniedRequirements(pointer, rule.require ?? [], rule.deny_if ?? [])];
}

function deniedRequirements(
  pointer: string,
  require: readonly Condition[],
  denyIf: readonly { conditions: readonly Condition[] }[],
): Problem[] {
  const required = new Set(require.map((condition) => compactJson(condition)));
  return denyIf.flatMap(({ conditions }, index) =>
    conditions.length > 0 && conditions.every((condition) => required.has(compactJson(condition)))
      ? [
          error(
            `${pointer}/deny_if/${index}`,
            'contradiction',
            'refuses exactly what "require" asks for, so every call is refused',
          ),
        ]
      : [],
  );
}

function isImpossible(tests: readonly ArgumentTest[]): boolean {
  return hasEmptyRange(tests) || hasNoValueLeft(tests) || hasAbsentValue(tests);
}

function hasEmptyRange(tests: readonly ArgumentTest[]): boolean {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let isOpen = false;
  for (const { op, value } of tests) {
    if (op === 'gt' || op === 'gte') low = Math.max(low, value);
    if (op === 'lt' || op === 'lte') high = Math.min(high, value);
  }
  for (const { op, value } of tests) {
    if ((op === 'gt' && value === low) || (op === 'lt' && value === high)) isOpen = true;
  }
  return low > high || (low === high && isOpen);
}

function hasNoValueLeft(tests: readonly ArgumentTest[]): boolean {
  const lists = tests.flatMap((test): Scalar[][] => {
    if (test.op === 'eq') return [[test.value]];
    return test.op === 'in' ? [test.value] : [];
  });
  const [first, ...rest] = lists;
  if (first === undefined) return false;
  const refused = tests.flatMap((test): Scalar[] => {
    if (test.op === 'neq') return [test.value];
    return test.op === 'not_in' ? test.value : [];
  });
  return !first.some(
    (value) => rest.every((list) => list.includes(value)) && !refused.includes(value),
  );
}

function hasAbsentValue(tests: readonly ArgumentTest[]): boolean {
  const mustBeAbsent = tests.some(({ op, value }) => op === 'exists' && value === false);
  return mustBeAbsent && tests.some(({ op, value }) => op !== 'exists' || value !== false);
}
