// Most definitions are plain ASCII, and telling so costs far less than looking for each kind.
const MAY_HIDE = /[^\x20-\x7e]/;

// Characters that no script and no emoji needs: fillers, direction controls, zero-width spaces, invisible operators.
const ALWAYS =
  /[\u115F\u1160\u17B4\u17B5\u180B-\u180E\u200B\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{1D173}-\u{1D17A}]/u;
// Tags, apart from those that spell the flag of a region after a black flag.
const TAG = /(?<!\u{1F3F4}[\u{E0020}-\u{E007E}]{0,6})[\u{E0000}-\u{E007F}]/u;
// Variation selectors, apart from one that follows a symbol, a key, a letter of Asia or mathematics.
const SELECTOR =
  /(?<![\p{S}\p{P}\p{Extended_Pictographic}\p{Emoji}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Myanmar}\p{Script=Phags_Pa}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/u;
// A joiner shapes emoji and the letters of many scripts, but does nothing to a Latin letter or a space.
const JOINER =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]|[\p{L}\p{M}](?<![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]))[\u200C\u200D]/u;
// A mark of direction means something only beside a script that is written from the right.
const DIRECTION = /[\u200E\u200F\u061C]/u;
const FROM_RIGHT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** The first character of each kind that has no visible form and that no honest text needs there, as `U+200B`. */
export function firstHiddenCharacter(text: string): string | undefined {
  if (!MAY_HIDE.test(text)) return undefined;
  const kinds = FROM_RIGHT.test(text)
    ? [TAG, ALWAYS, SELECTOR, JOINER]
    : [TAG, ALWAYS, SELECTOR, JOINER, DIRECTION];
  for (const kind of kinds) {
    const code = kind.exec(text)?.[0].codePointAt(0);
    if (code !== undefined) return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return undefined;
}

// Controls but line ends and tabs, private use, halves of characters, and line ends that most readers do not take for such.
const CONTROL = /(?![\n\t]|\r\n)[\p{Cc}\p{Co}\p{Cs}\u2028\u2029]/u;
const everyOf = (pattern: RegExp) => new RegExp(pattern.source, 'gu');
const EVERY = [CONTROL, TAG, ALWAYS, SELECTOR, JOINER].map(everyOf);
const EVERY_DIRECTION = everyOf(DIRECTION);
const MAY_NEED_SHOWING = /[^\x20-\x7e\n\t]/;

/** The text with everything written out as `\u{…}` that has no visible form and that no honest text needs there. */
export function showHidden(text: string): string {
  if (!MAY_NEED_SHOWING.test(text)) return text;
  const show = (char: string) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  const kinds = FROM_RIGHT.test(text) ? EVERY : [...EVERY, EVERY_DIRECTION];
  return kinds.reduce((shown, kind) => shown.replaceAll(kind, show), text);
}
