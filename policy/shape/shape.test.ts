import { isJsonObject, type JsonObject, type JsonValue } from '@toolwarden/catalogue';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { loadCases } from '../cases/load-cases.ts';
import { arbitraryPolicy } from '../reference/arbitrary-policy.ts';
import { isPolicy, isPolicyText } from '../src/is-policy.ts';
import { policySchema } from '../src/policy.ts';
import { policyShape, shapes } from '../src/policy-shape.ts';
import { schemaProblems } from '../src/schema-problems.ts';
import { shapeOf } from './shape-of-schema.ts';

test('policy-shape.ts is what the schema says (npm run fix:policy-shape writes it)', () => {
  expect({ shape: policyShape, shapes }).toEqual(shapeOf(policySchema));
});

const isValid = (document: JsonValue) => schemaProblems(document).length === 0;
const policies = [
  ...new Map(loadCases().map(({ policy }) => [JSON.stringify(policy), policy])).values(),
] as unknown as JsonObject[];

test('of policies the shape says what the schema says', () => {
  expect(policies.length).toBeGreaterThan(200);
  expect(policies.filter((document) => !isPolicy(document))).toEqual([]);
  fc.assert(
    fc.property(arbitraryPolicy, (policy) => isPolicy(policy) === isValid(policy as JsonObject)),
  );
});

const odd: JsonValue[] = [
  ...[null, true, -1, 0, 1.5, 2 ** 53, Number.POSITIVE_INFINITY, 1e308, '', 'x', '\0', 'é'],
  ...['minute', '30s', '366d', '367d', '99999999d', 'args', 'args.a', 'args.', 'arg', 'args["'],
  ...['/srv', '../up', 'a\\b', '%', 'a.b', 'https://a.b', '*.a.b:80', 'deny', 'allow', 'approve'],
  ...['x'.repeat(257), 'x'.repeat(2001), 'args.'.repeat(40), 'secrets', 'bulk', '(?=a)'],
  ...[[], [''], [1, 'a', null], [[]], {}, { any: [] }, { not: {} }, { conditions: [] }],
  ...[
    { path: 'args.a', op: 'eq' },
    { path: 'args.a', op: 'exists' },
    { window: '1s', max: 1.5 },
  ],
  ...[{ window: '1s', max: 1.5, sum: 'args.a' }, { preset: 'secrets' }, ['/srv'], ['a.b', '']],
];
const keys = ['extra', 'constructor', '__proto__', 'sum', 'value', 'reason', 'any', 'marks', ''];

/** Documents that differ from one in one place. */
function* spoilt(value: JsonValue): Generator<JsonValue> {
  yield* odd;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield value.toSpliced(index, 1);
      for (const other of spoilt(item)) yield value.with(index, other);
    }
  } else if (isJsonObject(value)) {
    for (const key of keys) yield withKey(value, key, odd[key.length] ?? null);
    for (const [key, inner] of Object.entries(value)) {
      const { [key]: _, ...without } = value;
      yield without;
      for (const other of spoilt(inner)) yield withKey(value, key, other);
    }
  }
}

// As JSON.parse makes it: `__proto__` is a key like others.
const withKey = (object: JsonObject, key: string, value: JsonValue): JsonObject =>
  Object.fromEntries([...Object.entries(object).filter(([name]) => name !== key), [key, value]]);

test('of documents that differ from a policy in one place it says what the schema says', () => {
  let [turn, count, valid] = [0, 0, 0];
  for (const policy of policies) {
    for (const document of spoilt(policy)) {
      // Some thousands of all of them, others for each policy.
      if (turn++ % 67 !== 0) continue;
      const expected = isValid(document);
      if (isPolicy(document) !== expected)
        expect([document, isPolicy(document)]).toEqual([document, expected]);
      count++;
      valid += Number(expected);
    }
  }
  expect(count).toBeGreaterThan(3000);
  expect(valid).toBeGreaterThan(100);
});

test('of texts it takes what reads as one policy in every reader', () => {
  const text = JSON.stringify(policies[0]);
  expect(isPolicyText(text)).toBe(true);
  expect(isPolicyText(`\uFEFF${text}`)).toBe(true);
  for (const broken of ['', text.slice(1), `${text}{}`, text.replace('{', '{"version":"1",')]) {
    expect(isPolicyText(broken)).toBe(false);
  }
});

test.for([
  ['a check that is not listed', z.strictObject({ a: z.string().refine(() => true) })],
  ['a change of what it is given', z.strictObject({ a: z.string().trim() })],
  ['another kind of schema', z.strictObject({ a: z.string().transform(Number) })],
  ['a word that shapes lack', z.strictObject({ a: z.number().multipleOf(3) })],
  ['a pattern that its flags change', z.strictObject({ a: z.string().regex(/^.$/u) })],
  ['a choice of exactly one', z.strictObject({ a: z.xor([z.string(), z.string().max(3)]) })],
] as const)('a schema with %s has no shape', ([, schema]) => {
  expect(() => shapeOf(schema)).toThrow(/shape/);
});
