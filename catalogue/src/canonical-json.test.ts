import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, compactJson, jsonDepth, MAX_JSON_DEPTH } from './canonical-json.ts';

test('keys are sorted at every depth and indented by two spaces', () => {
  expect(canonicalJson({ b: [{ z: 1, a: 2 }], a: null })).toBe(
    '{\n  "a": null,\n  "b": [\n    {\n      "a": 2,\n      "z": 1\n    }\n  ]\n}',
  );
});

test('integer-like keys and __proto__ keep their sorted place and their value', () => {
  const hostile = JSON.parse('{"a":1,"10":2,"9":3,"__proto__":{"x":1}}');
  expect(compactJson(hostile)).toBe('{"10":2,"9":3,"__proto__":{"x":1},"a":1}');
});

test('printing and reading again gives the same value, whatever the JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(plain);
      expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(plain));
    }),
  );
});

test('nesting beyond the limit is refused instead of exhausting the stack', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(() => canonicalJson(deep)).toThrow(RangeError);
  expect(jsonDepth(deep)).toBe(MAX_JSON_DEPTH + 1);
});

test('depth counts containers', () => {
  expect([1, [], [1], { a: [{}] }].map((value) => jsonDepth(value))).toEqual([0, 1, 1, 3]);
});

test('what JSON cannot hold is refused rather than printed as null', () => {
  expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
  expect(() => canonicalJson([1n])).toThrow(TypeError);
});
