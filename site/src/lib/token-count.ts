/** How many tokens a text costs an agent. */
export type CountTokens = (text: string) => number;

/** A longer definition is counted so far; nobody reads the number of tokens of what does not fit a window. */
const MAX_TEXT = 400_000;
/** The tokenizer takes the square of the length of a word, so a hostile one is cut. */
const MAX_WORD = 500;

/**
 * A counter by the encoding o200k_base. Models differ by some per cent; the order of magnitude is what matters. Its table takes half
 * a second and 80 MB, so only a process that needs it loads it.
 */
export async function openTokenCounter(): Promise<CountTokens> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // What a publisher writes is text, also where it looks like the end of one.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => countTokens(withoutLongWords(text.slice(0, MAX_TEXT)), options);
}

// Split at spaces: a pattern for long words would look at each letter of each word again.
function withoutLongWords(text: string): string {
  const words = text.split(' ');
  if (words.every((word) => word.length <= MAX_WORD)) return text;
  return words.map((word) => word.match(/[\s\S]{1,500}/g)?.join(' ') ?? '').join(' ');
}
