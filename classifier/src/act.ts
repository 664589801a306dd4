import { meaningOf } from './acts.ts';
import type { Lead } from './lead.ts';
import { foreignAct } from './lexicon/other-languages.ts';
import type { VerbForm } from './lexicon/verbs.ts';
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
  /** The sentence that states it, and where; clause.ts says what follows the verb there. */
  told?: { sentence: string; lead: Lead };
  pointer: string;
  quote: string;
  source: 'name' | 'title' | 'description' | 'value' | 'argument';
  /** True where the sentence says that this happens besides: "It also …", "Then …". */
  isAdded?: boolean;
  /** True where the sentence says when to use the tool, and not what a call does: "Use this when …". */
  isAdvice?: boolean;
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
  return (
    RANK[act.category] * 4 +
    (GRAVE.has(act.kind) ? 2 : 0) +
    (act.isWeak ? 0 : 1) +
    // Of a draft and a message that goes out, the message tells more.
    (act.kind !== 'send' ? 0 : act.source === 'value' ? 1.5 : act.isWeak ? 0 : 0.5)
  );
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
    told: { sentence, lead },
    pointer,
    quote: text
      .slice(offset + lead.start, Math.min(offset + lead.objectEnd, offset + lead.start + 160))
      .trim(),
    source,
  };
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
