import fc from 'fast-check';
import { expect, test } from 'vitest';
import { triedAgain } from '../vitest.config.ts';
import { countTests, lastLine } from './test-counts.ts';

const file = (status: string, ...statuses: string[]) => ({
  status,
  assertionResults: statuses.map((each, index) => ({ status: each, fullName: `test ${index}` })),
});

test('skipped tests are counted by name and never as passed', () => {
  const counts = countTests({
    numPassedTests: 1,
    numFailedTests: 0,
    testResults: [file('passed', 'passed', 'skipped', 'pending', 'todo')],
  });
  expect(counts).toEqual({
    passed: 1,
    failed: 0,
    skipped: 3,
    skippedNames: ['test 1', 'test 2', 'test 3'],
    secondTries: [],
  });
  expect(lastLine(counts)).toBe('1 passed, 0 failed, 3 skipped');
});

test('a test file that could not be loaded counts as a failure', () => {
  const counts = countTests({
    numPassedTests: 4,
    numFailedTests: 1,
    testResults: [file('failed'), file('failed', 'failed'), file('passed', 'passed')],
  });
  expect(lastLine(counts)).toBe('4 passed, 2 failed');
});

test('a test that passed at the second try only is named, with what failed', () => {
  const assertionResults = [
    { status: 'passed', fullName: 'steady', failureMessages: [] },
    { status: 'passed', fullName: 'shaky', failureMessages: ['it came late'] },
    { status: 'failed', fullName: 'broken', failureMessages: ['it never came', 'it never came'] },
  ];
  const counts = countTests({
    numPassedTests: 2,
    numFailedTests: 1,
    testResults: [{ status: 'failed', assertionResults }],
  });
  expect(counts.secondTries).toEqual([{ name: 'shaky', failure: 'it came late' }]);
  expect(lastLine(counts)).toBe('2 passed, 1 failed');
});

const wrong: [what: string, check: () => void, isTriedAgain: boolean][] = [
  ['a broken invariant', () => expect(['I2: over the limit']).toEqual([]), false],
  ['many broken invariants', () => expect(Array(50).fill({ what: 'I2' })).toEqual([]), false],
  [
    'a limit that a sweep saw passed',
    () =>
      expect({ overLimit: 1, broken: [], reached: 3 }).toMatchObject({ overLimit: 0, broken: [] }),
    false,
  ],
  [
    'work that a sweep saw done twice',
    () =>
      expect({ kills: 20, repeated: ['a'], different: [], seed: 1 }).toMatchObject({
        ...{ repeated: [], different: [], kills: 20 },
      }),
    false,
  ],
  ['a law that has an exception', () => fc.assert(fc.property(fc.nat(), (n) => n < 5)), false],
  ['a value that is not there yet', () => expect(1).toBe(2), true],
  ['a list that lacks something', () => expect(['a']).toEqual(['a', 'b']), true],
];
test.for(wrong)(
  '%s: in CI it is tried again only if it may be of chance',
  ([, check, expected]) => {
    let message = '';
    try {
      check();
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).not.toBe('');
    expect(triedAgain.test(message)).toBe(expected);
  },
);
