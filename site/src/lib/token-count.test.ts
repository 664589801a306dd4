import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { countByPieces } from './token-count.ts';

const whole = (text: string) => countTokens(text, { disallowedSpecial: new Set() });
const byPieces = countByPieces(whole);

const bits = fc.constantFrom(
  ...["'s", "'LL", "'", '"', '":{"', ' ', '  ', '\n', '\t', '\r\n', '/', '-', '_', ',', '1', '234'],
  ...[
    'a',
    'the',
    'getUser',
    'HTTP',
    'é',
    'e\u0301',
    'ß',
    '家',
    '家族',
    '\u00a0',
    '\u{1f600}',
    '\ud800',
  ],
  '<|endoftext|>',
);

test('counting by pieces gives what counting the whole gives', () => {
  const text = fc.array(bits, { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary', maxLength: 60 })), (each) => {
      expect(byPieces(each)).toBe(whole(each));
    }),
    { numRuns: 2000 },
  );
});

test('a word of any length is counted in linear time', () => {
  let longest = 0;
  const count = countByPieces((text) => {
    longest = Math.max(longest, text.length);
    return 1;
  });
  expect(count('x'.repeat(1_000_000))).toBe(800);
  expect(longest).toBe(500);
});
