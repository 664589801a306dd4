import { expect, test } from 'vitest';
import {
  clip,
  escapeHidden,
  shorten,
  visiblePieces,
  visibleText,
  withoutGaps,
} from './visible-text.ts';

test('plain text, accents, other scripts and emoji are one piece', () => {
  for (const text of ['send_campaign', 'déjà vu', 'שלום', '家', '👩‍💻 ❤️', 'a\tb\nc'])
    expect(visiblePieces(text)).toEqual([{ text }]);
});

test('what turns text around, hides or is no character is named', () => {
  expect(visibleText('a\u202Eb')).toBe('a[U+202E]b');
  for (const hidden of [
    '\u200B',
    '\u2066',
    '\u0007',
    '\uFEFF',
    '\u00AD',
    '\u{E0041}',
    '\uD800',
    '\u2028',
    'x\u200D',
  ])
    expect(
      visiblePieces(hidden).some((piece) => piece.hidden !== undefined),
      JSON.stringify(hidden),
    ).toBe(true);
});

test('a long text of hidden characters is read in one pass', () => {
  expect(visiblePieces('\u202E'.repeat(50_000))).toHaveLength(50_000);
});

test('hidden characters in JSON become escapes that parse back to them', () => {
  const text = 'a\u202E\u{E0041}b';
  const shown = escapeHidden(JSON.stringify(text));
  expect(shown).toBe('"a\\u202e\\udb40\\udc41b"');
  expect(JSON.parse(shown)).toBe(text);
});

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
