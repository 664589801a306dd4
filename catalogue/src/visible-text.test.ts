import { expect, test } from 'vitest';
import { escapeHidden, visiblePieces, visibleText } from './visible-text.ts';

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
