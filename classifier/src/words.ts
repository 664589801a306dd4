/** A word of a text, in lower case, with its place in the original. */
export type Word = { text: string; start: number; end: number };

const PART = /[\p{Lu}]+(?![\p{Ll}])|[\p{Lu}]?[\p{Ll}]+|\p{Lo}+|\d+/gu;

/** The words of a name in camelCase, snake_case, kebab-case or dotted form: `getURLList` → get, url, list. */
export function nameWords(name: string): Word[] {
  return [...name.slice(0, 256).matchAll(PART)].map((match) => ({
    text: match[0].toLowerCase(),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

const PLAIN_WORD = /[\p{L}\p{N}][\p{L}\p{N}'’_-]*/gu;

/** The first words of running text; hyphened ones stay whole. */
export function textWords(text: string, limit = Number.POSITIVE_INFINITY): Word[] {
  const words: Word[] = [];
  PLAIN_WORD.lastIndex = 0;
  while (words.length < limit) {
    const match = PLAIN_WORD.exec(text);
    if (match === null) break;
    const word = match[0].toLowerCase();
    words.push({
      text: word.includes('’') ? word.replaceAll('’', "'") : word,
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return words;
}

const IRREGULAR: Record<string, string> = {
  people: 'person',
  children: 'child',
  indices: 'index',
  matrices: 'matrix',
  vertices: 'vertex',
  statuses: 'status',
  aliases: 'alias',
  buses: 'bus',
  data: 'data',
  news: 'news',
  sms: 'sms',
  dns: 'dns',
  has: 'has',
  is: 'is',
};

/** A noun's singular, well enough to look it up. */
export function singular(word: string): string {
  const known = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined;
  if (known !== undefined) return known;
  if (word.length < 4 || !word.endsWith('s')) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ss|us|is)$/.test(word)) return word;
  if (/(?:ch|sh|x|ss|zz)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}

/** A set of words from a text of them; lines and runs of blanks do not matter. */
export function wordSet(...lists: string[]): ReadonlySet<string> {
  return new Set(lists.join(' ').split(/\s+/).filter(Boolean));
}

/** Inflections of a verb that may begin a description: create, creates, creating. */
export function inflections(verb: string): { finite: string[]; gerund: string } {
  const third = /(?:s|x|z|ch|sh|o)$/.test(verb)
    ? `${verb}es`
    : /[^aeiou]y$/.test(verb)
      ? `${verb.slice(0, -1)}ies`
      : `${verb}s`;
  return { finite: [verb, third], gerund: gerundOf(verb) };
}

const DOUBLING = wordSet(
  'get set put run stop cut plan scan tag map log ship swap zip unzip tap plot drop chat submit commit',
  'rip flag pin unpin trim pop grep control cancel transfer skip drag hit ban unban dig sit begin crop',
  'clip wrap unwrap snap step stub squat flip tip star defer refer permit spin strip split quit bid',
);

function gerundOf(verb: string): string {
  if (DOUBLING.has(verb)) return `${verb}${verb.at(-1)}ing`;
  if (verb.endsWith('ie')) return `${verb.slice(0, -2)}ying`;
  if (verb.endsWith('e') && !/(?:ee|oe|ye)$/.test(verb)) return `${verb.slice(0, -1)}ing`;
  return `${verb}ing`;
}
