import { escapePointer, type JsonPointer } from '@toolwarden/catalogue';
import type { ArgumentTest, Condition } from '../condition.ts';
import type { FindingCode, Problem } from '../finding.ts';
import { isTest } from '../is-test.ts';
import type { Policy, Rule } from '../policy.ts';

/** A rule object and where it stands. */
export type PlacedRule = {
  pointer: JsonPointer;
  rule: Rule;
  /** The part of the document: only `tools` allows by naming. */
  part: 'all_tools' | 'tools' | 'classes';
  /** Key in `tools` or `classes`. */
  key?: string;
};

/** All rule objects that judge calls of tools. */
export function placedRules(policy: Policy): PlacedRule[] {
  const { all_tools, tools = {}, classes = {} } = policy;
  const of = (part: 'tools' | 'classes', rules: Partial<Record<string, Rule>>) =>
    Object.entries(rules).flatMap(([key, rule]): PlacedRule[] =>
      rule ? [{ pointer: `/${part}/${escapePointer(key)}`, rule, part, key }] : [],
    );
  return [
    ...(all_tools ? [{ pointer: '/all_tools', rule: all_tools, part: 'all_tools' as const }] : []),
    ...of('tools', tools),
    ...of('classes', classes),
  ];
}

/** A test in a rule, and what meeting it does. */
export type PlacedTest = {
  pointer: JsonPointer;
  test: ArgumentTest;
  under: 'require' | 'deny_if' | 'approve_if';
  /** True inside an odd number of `not`. */
  isNegated: boolean;
  /** The outermost condition that the test is part of. */
  condition: Condition;
};

/** All tests of a rule, groups opened. */
export function placedTests({ pointer, rule }: PlacedRule): PlacedTest[] {
  const lists = [
    { under: 'require' as const, at: '/require', conditions: rule.require ?? [] },
    ...(['deny_if', 'approve_if'] as const).flatMap((under) =>
      (rule[under] ?? []).map(({ conditions }, index) => ({
        under,
        at: `/${under}/${index}/conditions`,
        conditions,
      })),
    ),
  ];
  return lists.flatMap(({ under, at, conditions }) =>
    conditions.flatMap((condition, index) =>
      testsIn(condition, `${pointer}${at}/${index}`, false).map((found) => ({
        ...found,
        under,
        condition,
      })),
    ),
  );
}

// Bounded by the depth of the document, which the schema checks first.
function testsIn(
  condition: Condition,
  pointer: JsonPointer,
  isNegated: boolean,
): { pointer: JsonPointer; test: ArgumentTest; isNegated: boolean }[] {
  if (isTest(condition)) return [{ pointer, test: condition, isNegated }];
  if ('not' in condition) return testsIn(condition.not, `${pointer}/not`, !isNegated);
  return condition.any.flatMap((part, index) =>
    testsIn(part, `${pointer}/any/${index}`, isNegated),
  );
}

/** True where a rule refuses every call it applies to. */
export function refusesAlways({ action, deny_if = [] }: Rule): boolean {
  return action === 'deny' || deny_if.some(({ conditions }) => conditions.length === 0);
}

/** A warning: the document works, but probably not as meant. */
export const warning = (pointer: JsonPointer, code: FindingCode, message: string): Problem => ({
  pointer,
  severity: 'warning',
  code,
  message,
});

/** An error: the rule cannot do what it says. */
export const error = (pointer: JsonPointer, code: FindingCode, message: string): Problem => ({
  pointer,
  severity: 'error',
  code,
  message,
});
