// Controls and all that does not show or turns a line around; spaces other than the common one look like it and are not.
const HIDDEN =
  /[\p{C}\p{Zl}\p{Zp}\u00a0\u034f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200a\u202f\u205f\u3000\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/gu;

/** A text from outside as one line that hides nothing from a person at a terminal: what does not show becomes `\u{…}`. */
export function plainText(text: string): string {
  return text.replaceAll(HIDDEN, (char) => {
    if (char === '\n') return '\\n';
    if (char === '\t') return '\\t';
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
