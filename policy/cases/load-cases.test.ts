import type { JsonValue } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { operators } from '../src/operators/index.ts';
import { parsePath, readSteps } from '../src/path.ts';
import { loadCases, operatorRows } from './load-cases.ts';

type Seen = { path: string; value: JsonValue | undefined; is: string };

/** Each kind of value that every operator must have been asked about. */
const columns: Record<string, (seen: Seen) => boolean> = {
  'an absent value': ({ path, value }) => path === 'args.x' && value === undefined,
  null: ({ value }) => value === null,
  'a nested value': ({ path, value }) => path === 'args.a.b' && value !== undefined,
  'an item of a list': ({ path }) => path.includes('[*]'),
  'another Unicode form': ({ value }) =>
    typeof value === 'string' && value !== value.normalize('NFKC'),
  'a name that every object has, not given': ({ path, value }) =>
    (parsePath(path) ?? []).some((step) => step !== 'each' && step.key in {}) &&
    value === undefined,
  'a name that every object has, given': ({ path, value }) =>
    (parsePath(path) ?? []).some((step) => step !== 'each' && step.key in {}) &&
    value !== undefined,
  'a value that holds': ({ is }) => is === 'true',
  'a value that does not': ({ is }) => is !== 'true',
};

const seen = (op: string): Seen[] =>
  operatorRows()
    .filter(({ condition }) => condition['op'] === op)
    .map(({ condition, row }) => {
      const path = condition['path'] as string;
      return { path, value: readSteps(row.arguments, parsePath(path) ?? [], 0), is: row.is };
    });

test.for(
  Object.keys(operators).flatMap((op) => Object.keys(columns).map((column) => [op, column])),
)('the cases ask %s about %s', ([op, column]) => {
  expect(seen(op as string).some(columns[column as string] as (one: Seen) => boolean)).toBe(true);
});

test.for(Object.keys(operators).filter((op) => op !== 'exists'))(
  'the cases ask %s about a value of another type',
  (op) => {
    const wrong = seen(op).filter(
      ({ value, is }) => value !== undefined && value !== null && is === 'unknown',
    );
    expect(wrong.length).toBeGreaterThan(1);
  },
);

test('at least three hundred cases were written by hand', () => {
  const decisions = loadCases().length - 2 * operatorRows().length;
  expect(operatorRows().length + decisions).toBeGreaterThanOrEqual(300);
});
