import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assess } from './risk.ts';
import { type Category, categories, type Level, levels, type Trait, traits } from './taxonomy.ts';

test.for<[Category, Trait[], string, Level]>([
  ['Execute', ['communicates_externally', 'bulk'], 'Execute', 'High'],
  ['Write', [], 'Write', 'Medium'],
  ['Write', ['destructive'], 'Destructive', 'Critical'],
  ['Write', ['destructive', 'contained'], 'Destructive', 'High'],
  ['Execute', ['code_execution', 'contained'], 'Execute', 'High'],
  ['Write', ['financial', 'destructive'], 'Financial', 'Critical'],
  ['Read', ['private_data'], 'Read', 'Medium'],
  ['Read', ['untrusted_content'], 'Read', 'Low'],
  ['Read', ['credential_access', 'bulk'], 'Read', 'High'],
  ['Write', ['credential_access', 'bulk'], 'Write', 'Critical'],
  ['Write', ['contained'], 'Write', 'Medium'],
  ['Read', ['suspicious_definition'], 'Read', 'Medium'],
])('%s with %j is %s %s', ([category, has, label, risk]) => {
  expect(assess(category, has)).toMatchObject({ label, risk });
});

test('the rows that fired are named in the order of the table', () => {
  expect(assess('Write', ['destructive', 'bulk', 'credential_access']).riskRows).toEqual([
    'R2',
    'R7',
    'R8',
    'R9',
    'R12',
  ]);
});

const height = (level: Level) => levels.findIndex(({ id }) => id === level);
test('a further trait never lowers a level, except contained', () => {
  const ids = traits.map(({ id }) => id).filter((id) => id !== 'contained');
  fc.assert(
    fc.property(
      fc.constantFrom(...categories.map(({ id }) => id)),
      fc.subarray(ids),
      fc.constantFrom(...ids),
      (category, has, more) => {
        expect(height(assess(category, [...has, more]).risk)).toBeGreaterThanOrEqual(
          height(assess(category, has).risk),
        );
      },
    ),
  );
});
