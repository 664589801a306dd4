/** How many tokens a text costs an agent. */
export type CountTokens = (text: string) => number;

/** A longer definition is counted so far; nobody reads the number of tokens of what does not fit a window. */
const MAX_TEXT = 400_000;
/** The tokenizer takes the square of the length of a word, so a hostile one is cut. */
const LONG_WORD = /\S{500}/g;

/**
 * A counter by the encoding o200k_base. Models differ by some per cent; the order of magnitude is what matters. Its table takes half
 * a second and 80 MB, so only a process that needs it loads it.
 */
export async function openTokenCounter(): Promise<CountTokens> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // What a publisher writes is text, also where it looks like the end of one.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => countTokens(text.slice(0, MAX_TEXT).replace(LONG_WORD, '$& '), options);
}
