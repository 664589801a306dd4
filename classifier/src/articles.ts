/** "a email", "a NFS": the article that fits what follows; words that may be said either way stay as they are. */
export function withArticles(text: string): string {
  const one = isSeveral(text) ? text.replace(/^an?\s+/i, '') : text;
  return one.replace(/\b(an?) ([\p{L}\p{N}]+)/gu, (whole, article: string, word: string) => {
    const right = articleOf(word);
    return right === undefined || right === article ? whole : `${right} ${word}`;
  });
}

/** "a new personal labels": an article before what is said in the plural. */
function isSeveral(text: string): boolean {
  const words = text.split(' ');
  if (!/^an?$/i.test(words[0] ?? '')) return false;
  const end = words.findIndex((word) => AFTER_OBJECT.test(word) || /[,/]/.test(word));
  const object = words.slice(0, end === -1 ? undefined : end);
  if (object.some((word) => /['’]s$/.test(word))) return false;
  const head = (object.at(-1) ?? '').toLowerCase();
  return (
    /^[a-z-]*[a-z]s$/.test(object.at(-1) ?? '') &&
    !/(?:ss|us|is|as|ics|news|series|species|means|lens|sales|settings|gas|bus|whois|dns|https|kubernetes)$/.test(
      head,
    ) &&
    !/^(?:few|list|set|couple|number|group|pair|series)$/i.test(words[1] ?? '') &&
    !object.includes('of')
  );
}
const AFTER_OBJECT =
  /^(?:from|in|to|for|by|with|of|on|using|at|via|across|against|about|as|into|that|which|within|over|between|based|belonging|including|without|after|before|during|under|per|through|when|where|if|so|and)$/i;

function articleOf(word: string): 'a' | 'an' | undefined {
  const isSpelled =
    /^[A-Z]{2,}\d*s?$/.test(word) && !/^[A-Z][AEIOU]|[AEIOU].$/.test(word.slice(0, 5));
  if (isSpelled) return word === 'SQL' ? undefined : /^[AEFHILMNORSX]/.test(word) ? 'an' : 'a';
  if (!/[aeiouy]/.test(word) || /^[A-Z]{2}/.test(word)) return undefined;
  if (/^(?:uni(?!n)|us[aeiu]|eu|ur[iu]|ut[ei]|uu|one\b|once|ub)/i.test(word)) return 'a';
  if (/^(?:hour|honou?r|honest|heir)/i.test(word)) return 'an';
  return /^[aeiou]/i.test(word) ? 'an' : 'a';
}
