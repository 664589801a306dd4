import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test.for([
  ['plain words, ünïcode and 日本', 'plain words, ünïcode and 日本'],
  ['red \u001b[31m and bell \u0007', 'red \\u{1b}[31m and bell \\u{7}'],
  ['two\nlines\tand\r', 'two\\nlines\\tand\\u{d}'],
  ['turned \u202Egnp.exe', 'turned \\u{202e}gnp.exe'],
  ['hidden \u{E0041}\u200B\u2028', 'hidden \\u{e0041}\\u{200b}\\u{2028}'],
  ['half \ud800', 'half \\u{d800}'],
  ['no\u00a0break', 'no\\u{a0}break'],
] as const)('%j hides nothing', ([text, shown]) => {
  expect(plainText(text)).toBe(shown);
});
