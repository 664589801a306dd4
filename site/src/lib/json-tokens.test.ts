import type { JsonValue } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { joinTokens, jsonTokens } from './json-tokens.ts';

const textOf = (value: JsonValue, marks: Parameters<typeof jsonTokens>[1] = []) =>
  joinTokens(jsonTokens(value, marks))
    .map(({ text }) => text)
    .join('');

test('what is printed parses back to the same value', () => {
  const value: JsonValue = {
    name: 'a"\\\n\u202E</script>',
    list: [1, -0.5, true, null, [], {}, ['x', { y: 'z'.repeat(200) }]],
    __proto__x: { constructor: 1 },
  };
  expect(JSON.parse(textOf(value))).toEqual(value);
});

test('short lists and objects take one line, the document and long ones do not', () => {
  expect(textOf({ limits: [{ window: 'minute', max: 5 }] })).toBe(
    '{\n  "limits": [\n    { "window": "minute", "max": 5 }\n  ]\n}',
  );
  expect(textOf({ required: ['a', 'b'] })).toBe('{\n  "required": ["a", "b"]\n}');
});

test('a quote inside a string is a token of its own, escapes whole', () => {
  const tokens = jsonTokens({ d: 'say "go" now' }, [
    { number: 1, pointer: '/d', in: 'value', start: 4, end: 8 },
  ]);
  expect(tokens.filter(({ marks }) => marks)).toEqual([
    { kind: 'string', text: '\\"go\\"', marks: [1] },
  ]);
});

test('quotes that overlap share the part they have in common', () => {
  const marks = [
    { number: 1, pointer: '/d', in: 'value' as const, start: 0, end: 4 },
    { number: 2, pointer: '/d', in: 'value' as const, start: 2, end: 6 },
  ];
  const found = jsonTokens({ d: 'abcdef' }, marks).filter((token) => token.marks);
  expect(found.map(({ text, marks: of }) => [text, of])).toEqual([
    ['ab', [1]],
    ['cd', [1, 2]],
    ['ef', [2]],
  ]);
});

test('keys and scalars can be marked', () => {
  const tokens = jsonTokens({ 'a/b': true }, [
    { number: 1, pointer: '/a~1b', in: 'key', start: 0, end: 3 },
    { number: 2, pointer: '/a~1b', in: 'value', start: 0, end: 4 },
  ]);
  expect(tokens.filter(({ marks }) => marks).map(({ text }) => text)).toEqual(['a/b', 'true']);
});

test('a value nested too deep is cut and does not exhaust the stack', () => {
  let value: JsonValue = 'x';
  for (let i = 0; i < 5000; i++) value = [value, { a: 1 }];
  expect(textOf(value)).toContain('…');
});
