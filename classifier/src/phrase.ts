import type { Act } from './act.ts';
import { orderIn } from './steering.ts';
import { thirdPerson } from './third-person.ts';

/** The act as its sentence states it, in the third person; `undefined` where its words are not fit to repeat. */
export function phraseOf({ verb, objectText, clause, source, quote }: Act): string | undefined {
  if (source !== 'description' && source !== 'title') return undefined;
  if (clause === undefined) return undefined;
  // "Power cycle a machine": a verb of two words.
  const cycled = verb === 'power' ? /^cycle\s+(.{1,100})$/i.exec(clause)?.[1] : undefined;
  if (cycled !== undefined && isPlain(cycled)) return `power-cycles ${tidy(cycled)}`;
  const texts = [clause, objectText].map(tidy).filter((text) => !JOINED_FIRST.test(text));
  const object = texts.find(
    (text) =>
      text.length > 0 &&
      text.length <= 112 &&
      isPlain(text) &&
      /[a-z]{2}/i.test(text) &&
      !UNFINISHED.test(text) &&
      !text.endsWith('/') &&
      !BARE_PLACE.test(text),
  );
  if (object === undefined) return undefined;
  if (isBareNoun(object)) return undefined;
  return `${again(verb, quote)}${thirdPerson(verb)} ${withArticles(object)}`;
}
/** What ends in an adjective, a number or a little word was cut off before its noun. */
export const UNFINISHED =
  /(?:^|\s)(?:\d+\.\d+|new|existing|exact|specific|specified|given|custom|current|single|multiple|several|various|full|active|private|public|latest|recent|other|own|same|different|optional|available|detailed|complete|entire|whole|additional|external|internal|related|selected|advanced|basic|more|most|each|every|any|all|this|these|is|are|be|not|no|into|onto|between|through|about|per|than|over|under|double|long|short|personal|authenticated|local|remote|global|discovered|obtained|previously \w+)$|^(?:it|them)$/i;
/** "Re-invite", "reactivate": that it is done once more belongs to the verb, which is known without. */
export function again(verb: string, text: string): string {
  return (
    new RegExp(`(?:^|[^a-z])(re-?)${verb}`, 'i').exec(text.slice(0, 100))?.[1]?.toLowerCase() ?? ''
  );
}

/** Words that turn an act away. */
export const DENIED = /\b(?:not|never|cannot|without|\w+n't)\b/i;

/** "a email", "a NFS": the article that fits what follows; words that may be said either way stay as they are. */
function withArticles(text: string): string {
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
  const end = words.findIndex((word) => LITTLE_WORD.test(word) || /[,/]/.test(word));
  const head = (words[end === -1 ? words.length - 1 : end - 1] ?? '').toLowerCase();
  return (
    /^(?:labels|items|users|files|messages|tasks|records|rows|entries|events|notes|tags|comments|pages|documents|issues|fields|columns|members|contacts|images|keys|results|logs|links)$/.test(
      head,
    ) && !/^(?:few|list|set|couple|number|group)$/i.test(words[1] ?? '')
  );
}

function articleOf(word: string): 'a' | 'an' | undefined {
  const isSpelled =
    /^[A-Z]{2,}\d*s?$/.test(word) && !/^[A-Z][AEIOU]|[AEIOU].$/.test(word.slice(0, 5));
  if (isSpelled) return word === 'SQL' ? undefined : /^[AEFHILMNORSX]/.test(word) ? 'an' : 'a';
  if (!/[aeiouy]/.test(word) || /^[A-Z]{2}/.test(word)) return undefined;
  if (/^(?:uni(?!n)|us[aeiu]|eu|ur[iu]|ut[ei]|uu|one\b|once|ub)/i.test(word)) return 'a';
  if (/^(?:hour|honou?r|honest|heir)/i.test(word)) return 'an';
  return /^[aeiou]/i.test(word) ? 'an' : 'a';
}
// "and filters pages" goes on after "lists"; what the verbs were not put into the same form of does not.
const JOINED_FIRST = /^(?:and|or|then)\s+(?!\w+s\s)|^[,/]|^of\s/i;

// "chats that the user takes part in" ends where it should.
const RELATIVE = /\b(?:that|which|whom?)\b[^,]*\s\w{3,}\s(?:in|on|to|of|with|from|for|by|at)$/i;

function tidy(text: string): string {
  if (RELATIVE.test(text)) return text.replace(/\s+/g, ' ').trim();
  return text
    .replace(/\s+/g, ' ')
    .replace(/(?:\s+\S+['’]s)?[.,:;]*$/, '')
    .replace(
      /(?:(?<!\bbelongs?)\s+to|\s+(?:the|an?|of|for|in|on|at|as|by|with|from|using|via|within|based|and|or|that|which|when|if|its|their|belonging|running|its own))+$/i,
      '',
    )
    .trim();
}

/** "branch from project": a single thing without an article reads badly after a verb in the third person. */
function isBareNoun(text: string): boolean {
  // "existing template by id" is as bare as "template by id".
  const words = text.replace(/^(?:new|existing)\s+/i, '').split(' ');
  const [first = '', second = ''] = words;
  if (
    /^(?:an?|the|all|any|this|that|these|those|your|one|two|multiple|several|available|for|up|to|through|in|on|its|their|each|every|more|details?|information|data|metadata|whether|if|how)$/i.test(
      first,
    )
  )
    return false;
  if (/s$/i.test(first) || /^[A-Z]/.test(first)) return false;
  // The noun that the words before the first little word end in.
  const end = words.findIndex((word) => LITTLE_WORD.test(word));
  const head = words[end === -1 ? words.length - 1 : end - 1] ?? '';
  if (end === 0 || second === '') return second === '' && !UNCOUNTED.test(first);
  return !UNCOUNTED.test(head) && !/^[A-Z]{2,}$/.test(head);
}
const LITTLE_WORD =
  /^(?:from|in|to|for|by|with|of|on|using|at|via|across|against|about|as|into|that|which|within|over|between|based|including|without|after|before|during|under|per|through|when|where|if|so)$/i;
const UNCOUNTED =
  /(?:s|ing|data|information|metadata|content|text|code|access|feedback|usage|software|documentation|history|output|input|help|advice|support|research|storage|memory|traffic|availability|performance|context|guidance|knowledge|progress|hardware|connectivity|people|info|schema)$/i;
/** "in browser", "on device": telegrams, fit to be quoted and not to be told. */
const BARE_PLACE =
  /\b(?:in|on|from|to|into|of|for|against|via|using|with) (?!(?:the|an?|your|its|this|that|each|any|all|one|another|their|some|every|no|multiple|natural|which|whose|[\w-]+['’]s) )(?:[\w.-]+ ){0,2}(?:browser|device|project|page|element|file|database|table|list|user|server|repository|account|task|item|message|issue|record|document|board|sheet|team|channel|group|folder|workspace|session|cluster|branch|api|engine|registry|index|agent)\b(?! (?!(?:with|by|from|to|for|in|on|using|and|or)\b)[\w“])/i;

/** The description's own words, where they are fit to stand in quotation marks. */
export function quotedSentence(
  { quote, source, verb, clause }: Act,
  sentence: string,
): string | undefined {
  if (source !== 'description' && source !== 'title') return undefined;
  if (DENIED.test(quote)) return undefined;
  const [word = ''] = quote.split(/\s/, 1);
  const whole = clause === undefined || JOINED_FIRST.test(clause) ? '' : `${word} ${clause}`;
  // A clause was put into the third person and freed of marks: it is quoted only where it still stands so.
  const text = [sentence.includes(whole) ? whole : '', quote]
    .map((item) => tidy(item).replace(/["“”]/g, ''))
    .find(
      (item) =>
        isPlain(item) &&
        item.length <= 110 &&
        item.includes(' ') &&
        !/^\S+ (?:it|them)$/i.test(item) &&
        sentence.includes(item) &&
        !UNFINISHED.test(item) &&
        !item.endsWith('/'),
    );
  return text === undefined || text.toLowerCase() === verb || text === text.toUpperCase()
    ? undefined
    : `The description sums up one call as “${text}”.`;
}

/** Only letters, digits and common marks are repeated, and nothing that reads like an order. */
export function isPlain(text: string): boolean {
  return /^[\p{L}\p{N} .,/'’&%+()-]+$/u.test(text) && orderIn(text) === undefined;
}
