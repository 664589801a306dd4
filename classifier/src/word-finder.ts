/** What one pass over a text found. */
export type Found = {
  /** One mark for each group of words: 1 where the text holds one of them. */
  groups: Uint8Array;
  /** True where the text has characters beyond ASCII. */
  isForeign: boolean;
};

const CODES = 128;
/** ’ is the one sign beyond ASCII that words may have; it takes the place of a control character. */
const APOSTROPHE = 0x2019;
const APOSTROPHE_CODE = 1;

/**
 * Looks for all words of all groups in one pass (Aho and Corasick's automaton); letters of ASCII match in either case.
 * A hundred searches for one word each took longer than the patterns they saved.
 */
export function wordFinder(groups: readonly (readonly string[])[]): (text: string) => Found {
  const { next, ends } = automaton(groups);
  return (text) => {
    const found = new Uint8Array(groups.length);
    let isForeign = false;
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = codeOf(text.charCodeAt(at));
      if (code === -1) isForeign = true;
      state = code === -1 ? 0 : (next[state * CODES + code] as number);
      const ended = ends[state];
      if (ended !== undefined) for (const group of ended) found[group] = 1;
    }
    return { groups: found, isForeign: isForeign || text.includes('\u2019') };
  };
}

function codeOf(code: number): number {
  if (code < CODES) return code >= 65 && code <= 90 ? code + 32 : code;
  return code === APOSTROPHE ? APOSTROPHE_CODE : -1;
}

type Automaton = {
  next: Int32Array;
  /** The groups of the words that end in a state; `undefined` in most. */
  ends: (readonly number[] | undefined)[];
};

function automaton(groups: readonly (readonly string[])[]): Automaton {
  const size = groups.flat().reduce((sum, word) => sum + word.length, 1);
  const next = new Int32Array(size * CODES).fill(-1);
  const ends: (number[] | undefined)[] = [undefined];
  let states = 1;
  for (const [group, words] of groups.entries())
    for (const word of words) {
      let state = 0;
      for (let at = 0; at < word.length; at++) {
        const place = state * CODES + codeOf(word.charCodeAt(at));
        if (next[place] === -1) {
          ends.push(undefined);
          next[place] = states++;
        }
        state = next[place] as number;
      }
      ends[state] = [...new Set([...(ends[state] ?? []), group])];
    }
  return { next, ends: withSuffixes(next, ends) };
}

/** Breadth first: where no word goes on, the longest suffix that begins one does. */
function withSuffixes(next: Int32Array, ends: (number[] | undefined)[]): Automaton['ends'] {
  const fallback = new Int32Array(ends.length);
  const queue: number[] = [];
  for (let code = 0; code < CODES; code++) {
    const state = next[code] as number;
    if (state === -1) next[code] = 0;
    else queue.push(state);
  }
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] as number;
    const back = fallback[state] as number;
    if (ends[back] !== undefined)
      ends[state] = [...new Set([...(ends[state] ?? []), ...ends[back]])];
    for (let code = 0; code < CODES; code++) {
      const place = state * CODES + code;
      const onward = next[back * CODES + code] as number;
      if (next[place] === -1) next[place] = onward;
      else {
        fallback[next[place] as number] = onward;
        queue.push(next[place] as number);
      }
    }
  }
  return ends;
}
