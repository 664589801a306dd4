import type { Act } from './act.ts';
import { saidOf } from './clause.ts';
import { isUnfinished } from './phrase.ts';
import { orderIn } from './steering.ts';

/** Words that turn an act away. */
export const DENIED = /\b(?:not|never|cannot|without|\w+n't)\b/i;

/** Words of the description in quotation marks; `isWhole` where they are all that the sentence says of the act. */
export type Quotation = { text: string; isWhole: boolean };

/** The description's own words on an act, where they are fit to stand in quotation marks. */
export function quotationOf(act: Act): Quotation | undefined {
  const { quote, source, isAdvice } = act;
  if ((source !== 'description' && source !== 'title') || isAdvice === true) return undefined;
  return DENIED.test(quote) ? undefined : quotationFrom(saidOf(act));
}

const MAX_QUOTATION = 165;
const MAX_QUOTED_WORDS = 26;

/** As much of a sentence as can be quoted: all of it, else up to a mark that ends a part of it. */
export function quotationFrom(sentence: string): Quotation | undefined {
  const text = sentence
    .slice(0, 600)
    .replace(/\s+/g, ' ')
    .replace(/[\s.,:;!?]+$/, '');
  if (isQuotable(text)) return { text, isWhole: true };
  const marks = [...text.slice(0, MAX_QUOTATION + 1).matchAll(/[,;:](?=\s)|\s(?=[(—–]|- )/g)];
  for (const { index } of marks.reverse()) {
    const part = text.slice(0, index);
    // A list is quoted whole or not at all, and a remark in brackets at the end may be left out.
    const last = part.split(/[,:] /).at(-1) ?? '';
    if (part.split(' ').length < 4 || last.split(' ').length < 4 || !isQuotable(part)) continue;
    return { text: part, isWhole: /^\s\([^()]*\)$/.test(text.slice(index)) };
  }
  return undefined;
}

function isQuotable(text: string): boolean {
  return (
    text.length <= MAX_QUOTATION &&
    text.split(' ').length <= MAX_QUOTED_WORDS &&
    text.includes(' ') &&
    QUOTABLE.test(text) &&
    text !== text.toUpperCase() &&
    !PRAISE.test(text) &&
    // "…usageThis tool is": a sentence that runs into the next.
    !/[a-z]This\b/.test(text) &&
    !/^\S+ (?:it|them)$/i.test(text) &&
    !isUnfinished(text) &&
    orderIn(text) === undefined
  );
}
const QUOTABLE = /^[\p{L}\p{N} .,/'’&%+()_:;@#=–—-]+$/u;
/** What a definition says for itself, and what it forbids, is not repeated even in quotation marks. */
const PRAISE =
  /\b(?:safe(?:ly)?|harmless|trusted|approved|trustworthy|never|not|don't|always|must|mandatory|required|important)\b/i;
