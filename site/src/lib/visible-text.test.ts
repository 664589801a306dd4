import { expect, test } from 'vitest';
import { clip, shorten, withoutGaps } from './visible-text.ts';

test('a long name says how long it is, and no character is cut in two', () => {
  expect(shorten('n'.repeat(10_000), 5)).toBe('nnnnn… (10,000 characters)');
  expect(shorten('abcd😀', 5)).toBe('abcd… (6 characters)');
  expect(clip('abcd 😀', 6)).toBe('abcd…');
  expect(shorten('abc', 3)).toBe('abc');
});

test('empty lines are taken out of a text for reading, in linear time', () => {
  expect(withoutGaps('\n\n a\n \n\t\nb\nc \n')).toBe('a\n\nb\nc');
  const many = `${'\n \t'.repeat(100_000)}x`;
  expect(withoutGaps(`a${many}`)).toBe('a\n\nx');
});
