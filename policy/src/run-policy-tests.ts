import type { CompiledPolicy } from './compile.ts';
import type { Decision } from './decision.ts';
import type { PolicyTest } from './recorded-call.ts';
import { createRunner, type RecordedCall } from './run-calls.ts';

/** A call of a policy test that came to something else than expected. */
export type TestFailure = {
  /** Which call of the test, from 0. */
  call: number;
  tool: string;
  expected: Partial<Decision>;
  actual: Decision;
};

/** What came of one policy test. */
export type TestResult = { name: string; failures: TestFailure[] };

/** Runs tests of a policy; each begins with empty counters, and its calls follow each other. */
export function runPolicyTests(policy: CompiledPolicy, tests: readonly PolicyTest[]): TestResult[] {
  return tests.map(({ name, calls }) => {
    const run = createRunner(policy);
    let now = 0;
    const failures = calls.flatMap(({ expect, at, ...call }, index): TestFailure[] => {
      // A call without a time comes right after the one before.
      now = at ?? now;
      const actual = run({ ...call, at: now } as RecordedCall);
      const expected = typeof expect === 'string' ? { effect: expect } : expect;
      return isAsExpected(actual, expected as Partial<Decision>)
        ? []
        : [{ call: index, tool: call.tool, expected: expected as Partial<Decision>, actual }];
    });
    return { name, failures };
  });
}

function isAsExpected(actual: Decision, { effect, rules, reason }: Partial<Decision>): boolean {
  return (
    actual.effect === effect &&
    (rules === undefined || rules.toSorted().join('\n') === actual.rules.join('\n')) &&
    (reason === undefined || reason === actual.reason)
  );
}
