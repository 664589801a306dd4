import type { Act } from './act.ts';
import type { Lead } from './lead.ts';
import { NOUN_LIKE, type VerbForm, verbForm } from './lexicon/verbs.ts';
import { inflections } from './words.ts';

/** What follows a verb in its sentence, fit to follow it in the third person. */
export type Clause = {
  text: string;
  /** True where the sentence goes on in the middle of what it says: the clause is true, and not all of it. */
  isCut: boolean;
};

const MAX_CLAUSE = 132;
/** How much of a sentence is looked at, so that remarks and addresses of links do not use up the clause. */
const MAX_REST = 660;
const POINT = '(?<!\\b[A-Z]\\.[A-Z])[.;:!?](?:\\s|$)';
// "… with filters Requires a project": a sentence whose point was forgotten.
const CLAUSE_STOP = new RegExp(
  `${POINT}|[(\\n\\r—–"“\`*<>{}[\\]|]|,\\s|\\s-\\s|\\s(?=(?:Requires?|Returns?|Supports?|Note|Usage|Useful|IMPORTANT)\\s)`,
);
const HARD_STOP = new RegExp(`${POINT}|[(\\n\\r—–"“<>{}[\\]|]|\\s-\\s`);
// Remarks in brackets are left out, so that "items (rows) from a dataset" reads on.
const REMARK = /\s?\([^()\n]{1,90}\)(?=[\s.,;:]|$)/g;
const JOINT =
  /\s(?:to|that|which|for|with|from|against|in|on|by|using|and|or|when|where|so|as)\s(?!.*\s(?:to|that|which|for|with|from|against|in|on|by|using|and|or|when|where|so|as)\s)/;

/** What follows the verb in its clause, as it stands; `undefined` where a noun states the act. */
export function clauseOf({ told }: Act): string | undefined {
  return told === undefined || told.lead.isNominal === true
    ? undefined
    : clauseAfter(told.sentence, told.lead).text.trim();
}

/** The same, put into the third person; `undefined` where a noun states the act. */
export function toldClauseOf({ told }: Act): Clause | undefined {
  if (told === undefined || told.lead.isNominal === true) return undefined;
  const { text, isCut } = clauseAfter(told.sentence, told.lead);
  const third = inThirdPerson(withoutSlip(text), told.lead.form);
  return { text: third.text.trim(), isCut: third.isCut || isCut };
}

/** The sentence from the verb on, as it stands; all of it where a noun states the act. */
export function saidOf({ told }: Act): string {
  if (told === undefined) return '';
  const { sentence, lead } = told;
  return lead.isNominal === true || lead.isNoun === true ? sentence : sentence.slice(lead.start);
}

/** "A chart to uses a skeleton": a purpose with a slip in it is left out. */
function withoutSlip(clause: string): string {
  const slip = /\sto\s([a-z]+s)\s/.exec(clause);
  return slip !== null &&
    verbForm(slip[1] ?? '')?.form === 'third' &&
    (slip[1] === 'uses' || !NOUN_LIKE.has(verbForm(slip[1] ?? '')?.verb ?? ''))
    ? clause.slice(0, slip.index)
    : clause;
}

function clauseAfter(sentence: string, { end, form }: Lead): Clause {
  const rest = withoutMarks(sentence.slice(end, end + MAX_REST)).replace(REMARK, '');
  const near = rest.slice(0, MAX_CLAUSE);
  const first = clauseStop(near);
  const stop = first !== -1 && near[first] === ',' ? listEnd(near, first) : first;
  const isLong = stop === -1 && rest.length > MAX_CLAUSE;
  const part = near.slice(
    0,
    isLong ? Math.max(near.search(JOINT), 0) : stop === -1 ? undefined : stop,
  );
  // A list that has lost its end is told without the rest of it.
  const text = isLong && OPEN_LIST.test(part) ? part.slice(0, part.indexOf(', ')) : part;
  return { text, isCut: isLong || (stop !== -1 && isMidway(near, stop, form.form)) };
}

/** "drums, sticks, skins": without "and". */
const OPEN_LIST = /,\s(?!.*\s(?:and|or)\s)/;

/** The first mark that ends a clause; the comma between two adjectives ("a live, interactive map") does not. */
function clauseStop(near: string): number {
  const first = near.search(CLAUSE_STOP);
  if (
    first === -1 ||
    near[first] !== ',' ||
    !/^\s*(?:an?|the)\s+[\w-]+$/i.test(near.slice(0, first))
  )
    return first;
  const goesOn =
    /^,\s+(?!(?:and|or|with|including|optionally|using|by|then|if|so|but|which|that|where|when|e\.g|such|as|for|in|on|from|to)\b)([\w-]+)\s+[\w-]+/i.exec(
      near.slice(first),
    );
  if (goesOn === null || verbForm((goesOn[1] ?? '').toLowerCase()) !== undefined) return first;
  const next = near.slice(first + 1).search(CLAUSE_STOP);
  return next === -1 ? -1 : first + 1 + next;
}

/** What begins something new after a comma, where the clause before it is whole. */
const NEW_AFTER_COMMA =
  /^,\s+(?:which|where|when|whether|if|so|but|with|without|using|based|by|for|to|as|then|useful|ideal|optionally|even|also|plus|not|along|together|in|on|at|from|via|across|both|either|only|especially|typically|usually|regardless|unless|because|since|while|newest|returns?|\w+ing(?=\s+(?!and\b|or\b))|\w+ed)\b/i;

/** "Report a bug, submit a request, or share a wish": no call does all of it. */
const ALTERNATIVE = /^(?:(?!(?<![A-Z]\.[A-Z])[.;:!?]\s).)*,?\sor\s/;

/** Whether a clause ends in the middle of what its sentence says: in a list, at a quotation mark, before "or". */
function isMidway(near: string, stop: number, form: VerbForm['form']): boolean {
  const mark = near[stop] as string;
  const before = near.slice(0, stop).trim();
  if (mark !== ',') return /["“`*<>{}[\]|]/.test(mark) || (mark === '(' && near[stop - 1] !== ' ');
  const after = near.slice(stop);
  if (/^,\s+(?:including|such|like|e\.g)\b/i.test(after)) return before.split(/\s+/).length <= 2;
  // "With Accept, Decline or Maybe": in the middle of a sentence a capital begins no verb.
  const next = /^,\s+(?:and\s+)?(?:then\s+)?([a-z][\w-]*)/.exec(after)?.[1] ?? '';
  if (verbForm(next)?.form === form) return ALTERNATIVE.test(after);
  return !NEW_AFTER_COMMA.test(after);
}

/** A text without the marks of Markdown: `[spec](https://…)` is read as "spec". */
function withoutMarks(text: string): string {
  return text
    .replace(/\[([^[\]\n]{1,120})\]\([^()\s]{0,300}\)/g, '$1')
    .replace(/\*{1,2}([^*\n]{1,80})\*{1,2}|`([^`\n]{1,80})`/g, '$1$2');
}

/** Where a list that goes on after a comma ends: "exact, earliest, or latest entries" is one object. */
function listEnd(near: string, comma: number): number {
  const rest = near.slice(comma);
  const hard = rest.search(HARD_STOP);
  const list = hard === -1 ? rest : rest.slice(0, hard);
  const parts = list.split(/,\s+(?:(?:and|or)\s+)?|\s(?:and|or)\s/).slice(1);
  const isList =
    /,\s+(?:and|or)\s+\S|,\s[\w -]{1,40}\s(?:and|or)\s+\S/.test(list) &&
    parts.every((part) => {
      const word = /^[\w-]+/.exec(part)?.[0].toLowerCase() ?? '';
      return verbForm(word) === undefined && !OTHER_ACT.test(word);
    }) &&
    !/^,\s+(?:with|including|such|e\.g|so|but|which|where|if|when|optionally|using|based)\b/.test(
      list,
    );
  return isList && (hard !== -1 || near.length < MAX_CLAUSE)
    ? hard === -1
      ? -1
      : comma + hard
    : comma;
}
/** Verbs of the caller, which the lexicon does not hold since they are no act of a tool. */
const OTHER_ACT =
  /^(?:pass|specify|omit|leave|supply|leaves|passes|gain|enabling|allowing|making)$/;

/** "Create a page and return it", after "creates": a second verb joined to the first takes the same form. */
function inThirdPerson(clause: string, { form }: VerbForm): Clause {
  if (form === 'third') return { text: clause, isCut: false };
  let text = clause;
  let isCut = false;
  for (const match of [...clause.matchAll(JOINED)].reverse()) {
    const told = joinedVerb(clause, match, form);
    if (told === undefined) continue;
    isCut = told.isCut || (isCut && told.isRestKept);
    text =
      text.slice(0, match.index) +
      told.text +
      (told.isRestKept ? text.slice(match.index + match[0].length) : '');
  }
  return { text, isCut };
}
const JOINED = /(^|\s)(and\/or|and|or|then)\s+(?:([a-z]+ly)\s+)?([\w-]+)(?=(\s+[\w'-]+)?)/g;

/** What stands for one joined verb, and whether the clause goes on after it; `undefined` where nothing changes. */
function joinedVerb(
  clause: string,
  match: RegExpMatchArray,
  form: VerbForm['form'],
): { text: string; isCut: boolean; isRestKept: boolean } | undefined {
  const [, blank = '', joint = '', how, word = '', next = ''] = match;
  const before = clause.slice(0, match.index);
  const isFirst = /^\s*(?:up|out|off|on|in|down)?$/.test(before);
  const end = (isHalf: boolean) => ({ text: '', isCut: isHalf, isRestKept: false });
  const second = verbForm(word.toLowerCase());
  // "or ensure the folder exists": a verb that is not known cannot be put into another form.
  if (second === undefined) {
    if (form !== 'base') return undefined;
    if (isFirst) return /^(?:an?|the|all|its?|not)$/i.test(word) ? undefined : end(true);
    const isVerb = ONLY_OBJECT.test(next) && !OBJECT_START.test(` ${word}`);
    return isVerb || OTHER_ACT.test(word) ? end(joint !== 'and') : undefined;
  }
  if (second.form !== form || HYPHENED.test(word)) return undefined;
  const purpose = /\bto\s+([\w-]+)(\s.*)?$/i.exec(before);
  if (purpose !== null && isInfinitive(purpose[1] ?? '', purpose[2] ?? ''))
    // "To find and discover": the second goes with the infinitive. Further on, nobody knows with what.
    return purpose[2] === undefined ? undefined : end(false);
  if (/\bbetween\s+[\w-]+$/i.test(before)) return undefined;
  // Nouns that are verbs too: verbs right after the first one or with an object of their own, else unclear.
  if (NOUN_LIKE.has(second.verb) && !isFirst && !OBJECT_START.test(next))
    return next === '' || next.trim() === 'of' ? undefined : end(true);
  const told = inflections(second.verb).finite[1];
  return {
    text: `${blank}${joint} ${how === undefined ? '' : `${how} `}${told}`,
    isCut: false,
    isRestKept: true,
  };
}
/** "To prepare for changes": a verb, and no place that the act goes to. */
function isInfinitive(word: string, rest: string): boolean {
  const form = verbForm(word.toLowerCase())?.form;
  return form === 'base' || (/^[a-z]+$/.test(word) && PREPOSITION.test(rest));
}
const PREPOSITION = /^\s+(?:an?|the|your|for|on|with|from|into|about)\s/;
const HYPHENED = /[-_]/;
/** As the same, without the words that also begin a relative clause. */
const ONLY_OBJECT = /^\s+(?:an?|the|all|any|it|its?|them|their|your|each|every|new)$/i;
const OBJECT_START =
  /^\s+(?:an?|the|all|any|it|its?|them|their|this|that|these|those|your|each|every|new|one|two)$/i;
