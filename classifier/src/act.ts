import { meaningOf } from './acts.ts';
import type { Lead } from './lead.ts';
import { foreignAct } from './lexicon/other-languages.ts';
import { type VerbForm, verbForm } from './lexicon/verbs.ts';
import type { ActKind, Meaning, Surroundings } from './meaning.ts';
import type { Text } from './reading.ts';
import { singular } from './words.ts';

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

/** The rest of the clause a verb begins, without a second verb joined to it in the plain form. */
function clauseAfter(sentence: string, { end, form }: Lead): string {
  const rest = sentence.slice(end, end + MAX_CLAUSE);
  const stop = rest.search(/[.;:!?](?:\s|$)|[(\n\r—–"“`*<>{}[\]|]|,\s|\s-\s/);
  const isCut = stop === -1 && rest.length === MAX_CLAUSE;
  let clause = rest.slice(
    0,
    isCut
      ? Math.max(
          rest.search(
            /\s(?:to|that|which|for|with|from|against|in|on|by|using|and|or|when|where|so|as)\s(?!.*\s(?:to|that|which|for|with|from|against|in|on|by|using|and|or|when|where|so|as)\s)/,
          ),
          0,
        )
      : stop === -1
        ? undefined
        : stop,
  );
  for (const match of clause.matchAll(/\s(?:and|or|then|\/)\s+([\w-]+)/g)) {
    const second = verbForm((match[1] as string).toLowerCase());
    // "Creates a page and returns it" reads on; "Create a page and return it" would not after "creates".
    if (second !== undefined && (second.form === 'base' || second.form !== form.form)) {
      clause = clause.slice(0, match.index);
      break;
    }
  }
  return clause.trim();
}

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
