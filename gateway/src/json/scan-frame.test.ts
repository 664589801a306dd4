import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scanFrame } from './scan-frame.ts';

const scan = (text: string) => scanFrame(Buffer.from(text));

test('finds each top-level value exactly, whatever is inside', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue()), (object) => {
      const text = JSON.stringify(object);
      const fields = scan(text)?.fields ?? new Map();
      const bytes = Buffer.from(text);
      const found = [...fields].map(([key, { start, end }]) => [
        key,
        JSON.parse(bytes.subarray(start, end).toString()),
      ]);
      expect(Object.fromEntries(found)).toEqual(JSON.parse(text));
    }),
  );
});

test('long strings full of quotes and backslashes end where they end', () => {
  for (const filler of ['\\\\', '\\"', 'x', '\\\\\\"', '"}'.replace('"', '\\"')]) {
    const text = `{"result":{"text":"${filler.repeat(200)}"},"id":7}`;
    const span = scan(text)?.fields.get('id');
    expect(text.slice(span?.start, span?.end)).toBe('7');
  }
});

const refused = [
  ['a key twice', '{"id":1,"result":{},"id":2}'],
  ['a key with an escape', '{"\\u0069d":1}'],
  ['brackets that do not match', '{"result":[}],"id":1}'],
  ['something after the end', '{"id":1}{"method":"x"}'],
  ['an open object', '{"id":1'],
  ['an open string', '{"id":"1}'],
  ['a list', '[{"id":1}]'],
  ['nothing', ''],
  ['a banner', 'server started'],
  ['a byte order mark', '\uFEFF{"id":1}'],
  ['a missing value', '{"id":,"result":{}}'],
  ['no colon', '{"id" 1}'],
] as const;

test.for(refused)('T15: gives nothing for %s', ([, text]) => {
  expect(scan(text)).toBeUndefined();
});

test('deeper than any message is, it gives nothing, without recursing', () => {
  expect(scan(`{"result":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toBeUndefined();
});
