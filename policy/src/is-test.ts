import type { ArgumentTest, Condition } from './condition.ts';

/** True for a single test, false for a group. */
export function isTest(condition: Condition): condition is ArgumentTest {
  return Object.hasOwn(condition, 'op');
}
