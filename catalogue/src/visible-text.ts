/** A piece of a text from outside: words, or one character that would not be seen or would turn the words around. */
export type TextPiece = { text: string; hidden?: string };

// Controls, bidi controls, zero-width and filler characters, tags, variation selectors beyond emoji's, lone surrogates.
const HIDDEN =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200C\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\u{E0000}-\u{E0FFF}]|(?<!\p{Extended_Pictographic}\uFE0F?)\u200D|[\uD800-\uDFFF]/gu;

// Most texts are plain ASCII, and telling so costs a tenth of looking for each hidden character.
const MAY_HIDE = /[^\t\n\x20-\x7e]/;

const NAMES: Record<number, string> = {
  0x00ad: 'soft hyphen',
  0x200b: 'zero-width space',
  0x200c: 'zero-width non-joiner',
  0x200d: 'zero-width joiner',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x202a: 'left-to-right embedding',
  0x202b: 'right-to-left embedding',
  0x202c: 'end of direction',
  0x202d: 'left-to-right override',
  0x202e: 'right-to-left override',
  0x2066: 'left-to-right isolate',
  0x2067: 'right-to-left isolate',
  0x2068: 'first strong isolate',
  0x2069: 'end of isolate',
  0x2060: 'word joiner',
  0xfeff: 'byte order mark',
};

/** Splits a text so that what hides in it can be shown: `U+202E` with its name. */
export function visiblePieces(text: string): TextPiece[] {
  if (!MAY_HIDE.test(text)) return text === '' ? [] : [{ text }];
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    const code = match[0].codePointAt(0) ?? 0;
    const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    pieces.push({ text: point, hidden: NAMES[code] ?? 'character that does not show' });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** The same as one plain string, for titles and attributes: `[U+202E]`. */
export function visibleText(text: string): string {
  return visiblePieces(text)
    .map((piece) => (piece.hidden === undefined ? piece.text : `[${piece.text}]`))
    .join('');
}

/** JSON text of a string in which nothing hides: what {@link visiblePieces} marks becomes a `\u` escape. */
export function escapeHidden(json: string): string {
  if (!MAY_HIDE.test(json)) return json;
  return json.replace(HIDDEN, (found) =>
    Array.from({ length: found.length }, (_, i) => `\\u${hex4(found.charCodeAt(i))}`).join(''),
  );
}

function hex4(code: number): string {
  return code.toString(16).padStart(4, '0');
}
