/** One sentence or line of a description, with its place in it. */
export type Sentence = { text: string; start: number };

const MAX_SENTENCES = 400;
// Points that end no sentence.
const ABBREVIATIONS: ReadonlySet<string> = new Set([
  'e.g',
  'i.e',
  'etc',
  'vs',
  'approx',
  'incl',
  'no',
  'max',
  'min',
  'resp',
  'u.s',
  'u.k',
]);

/** Whether the point at a place belongs to an abbreviation or an initial. */
function isAbbreviation(text: string, from: number, at: number): boolean {
  let start = at;
  while (start > from && at - start < 8 && /[A-Za-z.]/.test(text[start - 1] as string)) start--;
  const word = text.slice(start, at).toLowerCase();
  return ABBREVIATIONS.has(word) || (word.length === 1 && /[a-z]/.test(word));
}

// "… resources.This tool is …": a point whose blank was forgotten.
const RUN_ON = /^[a-z)]\.(?:This|The|These|Use|It|Returns?|Requires?|Supports?|Note|For|If|Only)\s/;

/** Splits at line breaks and at points followed by a blank; one pass, places kept. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  const add = (end: number) => {
    const raw = text.slice(start, end);
    const lead = raw.length - raw.trimStart().length;
    const trimmed = raw.trim();
    if (trimmed !== '') sentences.push({ text: trimmed, start: start + lead });
    start = end;
  };
  for (let at = 0; at < text.length && sentences.length < MAX_SENTENCES; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) {
      // A line that only wraps goes on in lower case: one sentence over two lines.
      if (code === 10 && isWrap(text, start, at)) continue;
      add(at + 1);
    } else if (code === 0x3002 || code === 0xff01) add(at + 1);
    else if (code === 46 && RUN_ON.test(text.slice(at - 1, at + 12))) add(at + 1);
    else if ((code === 46 || code === 33 || code === 63) && isBlank(text.charCodeAt(at + 1))) {
      if (code === 46 && isAbbreviation(text, start, at)) continue;
      add(at + 1);
    }
  }
  if (sentences.length < MAX_SENTENCES) add(text.length);
  return sentences;
}

function isBlank(code: number): boolean {
  return Number.isNaN(code) || code === 32 || code === 10 || code === 9 || code === 13;
}

function isWrap(text: string, start: number, at: number): boolean {
  if (at === start) return false;
  let next = at + 1;
  while (next < text.length && next < at + 80 && (text[next] === ' ' || text[next] === '\t'))
    next++;
  const first = text[next];
  const last = text[at - 1];
  if (first === undefined || last === undefined) return false;
  return /[a-z(]/.test(first) && /[\w,;)’'"`-]/.test(last);
}
