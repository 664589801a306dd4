/** How many tokens a text costs an agent. */
export type CountTokens = (text: string) => number;

/** A longer definition is counted so far; nobody reads the number of tokens of what does not fit a window. */
const MAX_TEXT = 400_000;
/** The tokenizer takes the square of the length of a word, so a hostile one is cut. */
const MAX_WORD = 500;
/** Pieces longer than this hardly ever come again. */
const MAX_KNOWN_LENGTH = 48;
const MAX_KNOWN = 250_000;

/**
 * A counter by the encoding o200k_base. Models differ by some per cent; the order of magnitude is what matters. Its table takes half
 * a second and 80 MB, so only a process that needs it loads it.
 */
export async function openTokenCounter(): Promise<CountTokens> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // What a publisher writes is text, also where it looks like the end of one.
  const options = { disallowedSpecial: new Set<string>() };
  return countByPieces((text) => countTokens(text, options));
}

/** Counts a text piece by piece and remembers short pieces: definitions are made of the same words again and again. */
export function countByPieces(countTokens: CountTokens): CountTokens {
  const known = new Map<string, number>();
  const countPiece = (piece: string): number => {
    const before = known.get(piece);
    if (before !== undefined) return before;
    if (piece.length > MAX_KNOWN_LENGTH) return countLong(piece, countTokens);
    const count = countTokens(piece);
    if (known.size >= MAX_KNOWN) known.clear();
    // A copy: a slice would keep the text alive that it was cut from.
    known.set(structuredClone(piece), count);
    return count;
  };
  return (text) => {
    const end = Math.min(text.length, MAX_TEXT);
    let [count, start] = [0, 0];
    for (let at = 1; at < end; at++)
      if (endsWord(text, at)) {
        count += countPiece(text.slice(start, at));
        start = at;
      }
    return start < end ? count + countPiece(text.slice(start, end)) : count;
  };
}

function countLong(piece: string, countTokens: CountTokens): number {
  let count = 0;
  for (let start = 0; start < piece.length; start += MAX_WORD)
    count += countTokens(piece.slice(start, start + MAX_WORD));
  return count;
}

const APOSTROPHE = 0x27;

// INVARIANT: no token of o200k_base goes on where an ASCII letter meets an ASCII character that is neither a letter nor an
// apostrophe, and none looks back over that place; so the sum over the pieces is the count of the whole.
function endsWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 0x80 && code !== APOSTROPHE && !isLetter(code) && isLetter(text.charCodeAt(at - 1));
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
