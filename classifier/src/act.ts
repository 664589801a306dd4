import { meaningOf } from './acts.ts';
import type { Lead } from './lead.ts';
import { foreignAct } from './lexicon/other-languages.ts';
import { NOUN_LIKE, type VerbForm, verbForm } from './lexicon/verbs.ts';
import type { ActKind, Meaning, Surroundings } from './meaning.ts';
import type { Text } from './reading.ts';
import { inflections, singular } from './words.ts';

/** An act that the definition states somewhere, with the words that state it. */
export type Act = Meaning & {
  verb: string;
  /** Words of its object, singular or plural as stated. */
  object: string[];
  /** The object as it stands in the text; empty where there is none. */
  objectText: string;
  /** What follows the verb in its clause, for people to read. */
  clause?: string;
  pointer: string;
  quote: string;
  source: 'name' | 'title' | 'description' | 'value' | 'argument';
  /** True where the sentence says that this happens besides: "It also …", "Then …". */
  isAdded?: boolean;
  /** True where the words plainly deny the act that the name suggests. */
  isDenial?: boolean;
};

/** The surroundings that a tool gives every act in it. */
export type Setting = Omit<Surroundings, 'object' | 'after' | 'phrase'>;

const RANK = { Read: 0, Write: 1, Execute: 2 } as const;

/** The strongest of some acts; a plain one before a weak one of the same category. */
export function strongest(acts: readonly Act[]): Act | undefined {
  let best: Act | undefined;
  for (const act of acts) {
    if (best === undefined || weight(act) > weight(best)) best = act;
  }
  return best;
}
function weight(act: Act): number {
  return RANK[act.category] * 4 + (GRAVE.has(act.kind) ? 2 : 0) + (act.isWeak ? 0 : 1);
}
const GRAVE: ReadonlySet<ActKind> = new Set(['remove', 'money']);

/** A lead with its meaning and quote. */
export function actOfLead(
  lead: Lead,
  { pointer, text }: Text,
  offset: number,
  sentence: string,
  setting: Setting,
  source: Act['source'],
): Act {
  const phrase = sentence.slice(lead.start, lead.start + 240).toLowerCase();
  const meaning = meaningOf(lead.form, {
    ...setting,
    object: lead.object,
    after: lead.after,
    phrase,
  });
  return {
    ...meaning,
    verb: lead.form.verb,
    object: lead.object,
    objectText: sentence.slice(lead.end, lead.objectEnd).trim(),
    ...(lead.isNominal !== true && { clause: clauseAfter(sentence, lead) }),
    pointer,
    quote: text
      .slice(offset + lead.start, Math.min(offset + lead.objectEnd, offset + lead.start + 160))
      .trim(),
    source,
  };
}

const MAX_CLAUSE = 110;
const CLAUSE_STOP = /[.;:!?](?:\s|$)|[(\n\r—–"“`*<>{}[\]|]|,\s|\s-\s/;
// Remarks in brackets are left out, so that "items (rows) from a dataset" reads on.
const REMARK = /\s?\([^()\n]{1,90}\)(?=[\s.,;:]|$)/g;
const JOINT =
  /\s(?:to|that|which|for|with|from|against|in|on|by|using|and|or|when|where|so|as)\s(?!.*\s(?:to|that|which|for|with|from|against|in|on|by|using|and|or|when|where|so|as)\s)/;

/** The rest of the clause a verb begins, fit to follow that verb in the third person. */
function clauseAfter(sentence: string, { end, form }: Lead): string {
  const rest = withoutMarks(sentence.slice(end, end + 6 * MAX_CLAUSE)).replace(REMARK, '');
  const near = rest.slice(0, MAX_CLAUSE);
  const first = clauseStop(near);
  const stop = first !== -1 && near[first] === ',' ? listEnd(near, first) : first;
  const isCut = stop === -1 && rest.length > MAX_CLAUSE;
  const clause = near.slice(
    0,
    isCut ? Math.max(near.search(JOINT), 0) : stop === -1 ? undefined : stop,
  );
  return inThirdPerson(clause, form).trim();
}

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
    parts.every((part) => verbForm(/^[\w-]+/.exec(part)?.[0].toLowerCase() ?? '') === undefined) &&
    !/^,\s+(?:with|including|such|e\.g|so|but|which|where|if|when|optionally|using|based)\b/.test(
      list,
    );
  return isList && (hard !== -1 || near.length < MAX_CLAUSE)
    ? hard === -1
      ? -1
      : comma + hard
    : comma;
}
const HARD_STOP = /[.;:!?](?:\s|$)|[(\n\r—–"“<>{}[\]|]|\s-\s/;

/** "Create a page and return it", after "creates": a second verb joined to the first takes the same form. */
function inThirdPerson(clause: string, { form }: VerbForm): string {
  if (form === 'third') return clause;
  let text = clause;
  for (const match of [
    ...clause.matchAll(/(^|\s)(and|or|then)\s+(?:([a-z]+ly)\s+)?([\w-]+)(\s+[\w'-]+)?/g),
  ].reverse()) {
    const [whole, blank = '', joint = '', how, word = '', next = ''] = match;
    const second = verbForm(word.toLowerCase());
    // "or ensure the folder exists": a verb that is not known cannot be put into another form.
    if (
      second === undefined &&
      form === 'base' &&
      OBJECT_START.test(next) &&
      !OBJECT_START.test(` ${word}`)
    ) {
      text = text.slice(0, match.index);
      continue;
    }
    if (second === undefined || second.form !== form || HYPHENED.test(word)) continue;
    // "To find and discover": the second goes with the infinitive.
    if (/\bto\s+[\w-]+$/i.test(clause.slice(0, match.index))) continue;
    // Nouns that are verbs too: verbs right after the first one or with an object of their own, else unclear.
    if (
      NOUN_LIKE.has(second.verb) &&
      clause.slice(0, match.index).trim() !== '' &&
      !OBJECT_START.test(next)
    ) {
      if (next !== '' && !PREPOSITION.test(next)) text = text.slice(0, match.index);
      continue;
    }
    const joined = `${blank}${joint} ${how === undefined ? '' : `${how} `}${inflections(second.verb).finite[1]}${next}`;
    text = text.slice(0, match.index) + joined + text.slice(match.index + whole.length);
  }
  return text;
}
const HYPHENED = /[-_]/;
const PREPOSITION =
  /^\s+(?:of|in|on|for|from|to|by|with|at|as|via|using|that|which|and|or|within|across)$/i;
const OBJECT_START =
  /^\s+(?:an?|the|all|any|its?|their|them|this|that|these|those|your|each|every|new)$/i;

/** The act that a text in another language names. */
export function foreignActOf(
  { pointer, text }: Text,
  _offset: number,
  setting: Setting,
  source: Act['source'],
): Act | undefined {
  const found = foreignAct(text);
  if (found === undefined) return undefined;
  const form: VerbForm = { verb: found.verb, kind: found.kind, form: 'base' };
  const meaning = meaningOf(form, { ...setting, object: ['item'], after: [], phrase: '' });
  return {
    ...meaning,
    verb: found.verb,
    object: [],
    objectText: '',
    pointer,
    quote: text.slice(found.start, found.end),
    source,
  };
}

/** The last word of an object, singular: what the act is done to. */
export function headOf(act: Act): string {
  const last = act.object.at(-1);
  return last === undefined ? '' : singular(last);
}
