import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readStrictJson } from './strict-json.ts';

const refused: [name: string, text: string, kind: string][] = [
  ['a key twice', '{"a":1,"a":1}', 'ambiguous'],
  ['a key twice, once with an escape', '{"a":1,"\\u0061":2}', 'ambiguous'],
  ['a key twice, deep inside', '{"x":[{"y":{"a":1,"b":2,"a":3}}]}', 'ambiguous'],
  ['__proto__ twice', '{"__proto__":1,"__proto__":2}', 'ambiguous'],
  ['an integer above 2^53', '[9007199254740993]', 'ambiguous'],
  ['an integer below -2^53', '[-9007199254740993]', 'ambiguous'],
  ['1e400', '{"a":1e400}', 'ambiguous'],
  ['1e300, an integer no double holds exactly', '[1e300]', 'ambiguous'],
  ['half a character', '["\\ud800"]', 'ambiguous'],
  ['half a character in a key', '{"\\udfff":1}', 'ambiguous'],
  ['a NUL', '["a\\u0000b"]', 'ambiguous'],
  ['100,000 levels', '['.repeat(100_000), 'too-large'],
  ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`, 'too-large'],
  ['10,001 keys', `{${Array.from({ length: 10_001 }, (_, i) => `"k${i}":0`).join()}}`, 'too-large'],
  ['a text above 1 MiB', `"${'x'.repeat(1024 * 1024 + 2)}"`, 'too-large'],
  ['an open string', '{"a', 'syntax'],
  ['an escaped end', '{"a\\"', 'syntax'],
  ['a comma too many', '{"a":1,}', 'syntax'],
  ['a comment', '{/**/}', 'syntax'],
  ['two values', '{}{}', 'syntax'],
  ['NaN', '[NaN]', 'syntax'],
  ['nothing', '', 'syntax'],
];

test.for(refused)('G11: refuses %s', ([, text, kind]) => {
  expect(readStrictJson(text)).toMatchObject({ ok: false, problem: { kind } });
});

test('G12: keys that mean something to JavaScript are data, and pollute nothing', () => {
  const read = readStrictJson('{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":1}}}');
  expect(read.ok && JSON.stringify(read.value)).toBe(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":1}}}',
  );
  expect({}).not.toHaveProperty('polluted');
});

const exact = fc.jsonValue({ maxDepth: 6 }).filter((value) => {
  const text = JSON.stringify(value);
  return !text.includes('\\u') && !/\d{16}|e\+/.test(text);
});

test('G11: reads what is plain as every other reader does, however it is spaced', () => {
  fc.assert(
    fc.property(exact, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      expect(readStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
});

test('G11: finds a doubled key wherever it stands', () => {
  const key = fc.string({ maxLength: 6 });
  const text = (value: unknown) => JSON.stringify(value);
  fc.assert(
    fc.property(key, exact, exact, fc.nat(5), (name, first, second, depth) => {
      const inner = `{${text(name)}:${text(first)},"other\\"}:{":[],${text(name)}:${text(second)}}`;
      const nested = '{"in":'.repeat(depth) + inner + '}'.repeat(depth);
      expect(readStrictJson(nested).ok).toBe(false);
    }),
  );
});
