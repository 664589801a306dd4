import type { Act } from './act.ts';
import { withArticles } from './articles.ts';
import { toldClauseOf } from './clause.ts';
import { orderIn } from './steering.ts';
import { thirdPerson } from './third-person.ts';

/** An act told in the third person; `isPartial` where its sentence says more of it. */
export type Phrase = { text: string; isPartial: boolean };

/** The act as its sentence states it, in the third person; `undefined` where its words are not fit to repeat. */
export function phraseOf(act: Act): Phrase | undefined {
  const { verb, objectText, source, quote } = act;
  if ((source !== 'description' && source !== 'title') || act.isAdvice === true) return undefined;
  // "Use a real anchor" is told to the caller.
  if (verb === 'use') return undefined;
  const told = toldClauseOf(act);
  if (told === undefined) return undefined;
  const { text: clause, isCut } = told;
  // "Power cycle a machine": a verb of two words.
  const cycled = verb === 'power' ? /^cycle\s+(.{1,100})$/i.exec(clause)?.[1] : undefined;
  if (cycled !== undefined && isPlain(cycled))
    return { text: `power-cycles ${tidy(cycled, isCut)}`, isPartial: isCut };
  const whole = tidy(withoutPair(clause), isCut);
  const isPartial = isCut && !isWholeAnyway(whole);
  const tell = (text: string, isPart: boolean) => ({
    text: `${again(verb, quote)}${thirdPerson(verb)} ${withArticles(text)}`,
    isPartial: isPart,
  });
  const pair = clause.length - withoutPair(clause).length;
  if (isFit(whole)) return tell(`${clause.slice(0, pair)}${whole}`, isPartial);
  const object = tidy(objectText, true);
  return isFit(object) && !isHalfObject(objectText, clause) ? tell(object, true) : undefined;
}

function isFit(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= 132 &&
    isPlain(text) &&
    /[a-z]{2}/i.test(text) &&
    text !== text.toUpperCase() &&
    !JOINED_FIRST.test(text) &&
    !isUnfinished(text) &&
    !text.endsWith('/') &&
    !isBareNoun(text) &&
    !BARE_PLACE.test(text) &&
    !BARE_POSSESSIVE.test(text) &&
    !BARE_ADJECTIVE.test(text)
  );
}

/** "Create or update a page", after "creates": "or updates" goes before the object. */
function withoutPair(clause: string): string {
  return clause.replace(/^(?:(?:and\/or|and|or|then) [a-z-]+s )+(?=\S)/, '');
}

/** A cut list of which the words before the last preposition are whole: "tells of" what it does, if not of all. */
function isWholeAnyway(text: string): boolean {
  return text.split(' ').length >= 14;
}

/** "a queued or running job": the object of the verb goes on after the words that were taken for it. */
function isHalfObject(objectText: string, clause: string): boolean {
  if (!clause.startsWith(objectText)) return true;
  const rest = clause.slice(objectText.length).trim();
  return rest !== '' && !/^(?:for|from|in|to|by|with|on|at|using|via|into)\s/i.test(rest);
}

/** What ends in an adjective, a number or a little word was cut off before its noun. */
const UNFINISHED =
  /(?:^|\s)(?:\d+\.\d+|new|existing|exact|specific|specified|given|custom|current|currently|single|multiple|several|various|full|active|private|public|latest|recent|other|own|same|different|optional|available|detailed|(?<!\bto )complete|entire|whole|additional|external|internal|related|selected|advanced|basic|more|most|each|every|any|all|this|these|is|are|be|not|no|into|onto|between|through|about|per|than|over|under|double|long|short|personal|authenticated|local|remote|global|discovered|obtained|queued|pending|clean|real-time|including|like|such|e\.g|[A-Z]\.[A-Z]|previously \w+)$|^(?:it|them)$|\s(?:that|which) \w+$|\bbetween (?!two\b|the\b|\w+s\b)[\w-]+$/i;

/** Whether a text breaks off before its noun, or in its middle. */
export function isUnfinished(text: string): boolean {
  return UNFINISHED.test(text) || !isBalanced(text);
}

function isBalanced(text: string): boolean {
  const count = (sign: string) => text.split(sign).length;
  return count('(') === count(')');
}

/** "Re-invite", "reactivate": that it is done once more belongs to the verb, which is known without. */
export function again(verb: string, text: string): string {
  if (!/re/i.test(text.slice(0, 100))) return '';
  return (
    new RegExp(`(?:^|[^a-z])(re-?)${verb}`, 'i').exec(text.slice(0, 100))?.[1]?.toLowerCase() ?? ''
  );
}

/** Words that shout in the definition need not do so in a sentence about it. */
function calm(text: string): string {
  return text.replace(
    /\b(?:MANY|ALL|ONLY|FIND|DISCOVER|ONE|ANY|THIS|EVERY|EACH|REQUIRED|CURRENT|AND|OR|NEW|THE|NOT)\b/g,
    (word) => word.toLowerCase(),
  );
}

// "and filters pages" goes on after "lists"; what the verbs were not put into the same form of does not.
const JOINED_FIRST = /^(?:and|or|then|and\/or)\s|^[,/]|^of\s/i;

// "chats that the user takes part in", "all you have access to" end where they should.
const RELATIVE =
  /\b(?:that|which|whom?|you(?:['’]re|['’]ve)?|they|we)\b[^,]*\s\w{3,}\s(?:in|on|to|of|with|from|for|by|at)$/i;

/** What a definition demands of its reader is no part of what a call does. */
const DEMAND = /\s(?:that|which) (?:is|are) (?:REQUIRED|required|mandatory|needed) for\b.*$/;

function tidy(text: string, isCut: boolean): string {
  const plain = calm(text.replace(DEMAND, '')).replace(/\s+/g, ' ').trim();
  if (RELATIVE.test(plain)) return plain;
  return (isCut ? withoutTail(plain) : plain)
    .replace(/(?:\s+\S+['’]s)?[.,:;]*$/, '')
    .replace(
      /(?:(?<!\bbelongs?)\s+to|(?<!\b(?:is|are|be|currently|or|and))\s+running|\s+(?:the|an?|of|for|in|on|at|as|by|with|from|using|via|within|based|and|or|and\/or|that|which|when|if|its|their|belonging|including|such as|so|so that|its own))+$/i,
      '',
    )
    .trim();
}

/** A list that was cut in what goes with the object: "available colors for projects" is told without it. */
function withoutTail(text: string): string {
  const tail =
    /\s(?:that \w+$|which \w+$|with|including|like|such as|across|via|based on|to \w+ (?=\w+ing$))[^,]*$/i.exec(
      text,
    );
  return tail === null || tail.index < 8 ? text : text.slice(0, tail.index);
}

/** "branch from project": a single thing without an article reads badly after a verb in the third person. */
function isBareNoun(text: string): boolean {
  // "existing template by id" is as bare as "template by id".
  const words = text.replace(/^(?:new|existing)\s+/i, '').split(' ');
  const [first = '', second = ''] = words;
  if (DETERMINED.test(first)) return false;
  if (LEADING.test(first)) return second !== '' && isBareNoun(words.slice(1).join(' '));
  // The noun that the words before the first little word end in.
  const end = words.findIndex((word) => LITTLE_WORD.test(word));
  if (end === 0) return second === '';
  const head = words[end === -1 ? words.length - 1 : end - 1] ?? '';
  if (COUNTED.test(head)) return true;
  if (/[a-z]s$/.test(first)) return false;
  if (/^[A-Z]/.test(first)) return /^[a-z]+$/.test(head) && COUNTED_AFTER_NAME.test(head);
  return !UNCOUNTED.test(head) && !/^[A-Z]{2,}$/.test(head);
}
const DETERMINED =
  /^(?:an?|the|all|any|this|that|these|those|your|one|two|multiple|several|available|its|their|each|every|more|details?|information|data|metadata|whether|if|how|what|which|up|through|back|various|both|some|additional|\d+)$/i;
/** Little words that go with the verb, before its object. */
const LEADING = /^(?:for|to|in|on|over|across|into|at|within|from|about|with|out)$/i;
const LITTLE_WORD =
  /^(?:from|in|to|for|by|with|of|on|using|at|via|across|against|about|as|into|that|which|within|over|between|based|belonging|including|without|after|before|during|under|per|through|when|where|if|so|matching|containing|having|whose|an?|the|your|is|are)$/i;
const UNCOUNTED =
  /(?:s|ing|data|information|metadata|content|text|code|access|feedback|usage|software|documentation|history|output|input|help|advice|support|research|storage|memory|traffic|availability|performance|context|guidance|knowledge|progress|hardware|connectivity|people|info)$/i;
/** Nouns of one thing, which need an article wherever they stand. */
const COUNTED = /^(?:list|schema|cache|PDF|UID|UUID|URL|URI|ID)$/;
const COUNTED_AFTER_NAME =
  /^(?:message|cache|snapshot|template|selector|element|file|page|image|report|notification|email|query|statement|list|script|branch|issue|task|record|event|session|server|token|key|command|diff|screenshot|user|account|project|database|table|document|instance|resource|stream|comment|note|link|feed|tab|form)$/;
const PLACES =
  'browser|device|project|page|element|file|database|table|list|user|server|repository|account|task|item|message|issue|record|document|board|sheet|team|channel|group|folder|workspace|session|cluster|branch|api|API|engine|registry|index|agent|platform|app|network|tool|keyboard|mouse|site|system|template|config|exchange|chain|window|form|column|row|field|cell';
/** "in browser", "on device": telegrams, fit to be quoted and not to be told. */
const BARE_PLACE = new RegExp(
  `\\b(?:in|on|from|to|into|of|for|against|via|using|with|within|about|at|by) (?!(?:the|an?|your|its|this|that|these|each|any|all|one|another|their|some|every|no|multiple|natural|which|whose|other|more|various|[\\w-]+['’]s) )(?:(?!(?:the|an?|your|its|this|that|their|in|on|from|to|of|for|by|with|and|or|at|as|all|any|one|each|every|using|via|into|within)\\b)[\\w.-]+ ){0,3}(?:${PLACES})\\b(?! (?!(?:with|by|from|to|for|in|on|using|and|or|into|that|which)\\b)[\\w“])`,
);
/** "updates group's members". */
const BARE_POSSESSIVE = /(?:^|\b(?:about|of|for|in|on|to|from|by|with) )[a-z][\w-]*['’]s /;
/** "resets to specified state", "details for specific template". */
const BARE_ADJECTIVE =
  /\b(?:in|on|from|to|into|of|for|against|via|using|with|within|about|at|by|has|have) (?:specified|given|specific|current|existing|selected|provided|single|new|different|dedicated) (?![\w-]*(?:information|data|content|text|time)\b)[a-z-]*[^s\W](?: [a-z-]*[^s\W])?(?=$| (?:by|with|from|to|for|in|on|using|and|or|of)\b)/;

/** Only letters, digits and common marks are repeated, and nothing that reads like an order. */
export function isPlain(text: string): boolean {
  return /^[\p{L}\p{N} .,/'’&%+()_-]+$/u.test(text) && orderIn(text) === undefined;
}
