import type { Act } from './act.ts';
import { leadsOf, statesNoAct } from './lead.ts';
import { NOMINAL, type VerbForm, verbForm } from './lexicon/verbs.ts';
import type { Reading } from './reading.ts';
import { type Sentence, sentencesOf } from './sentences.ts';
import { singular, textWords, type Word, wordSet } from './words.ts';

/** Where the name's own account begins in a description that begins with another one. */
export type Account = {
  /** The definition without what stands before its account. */
  reading: Reading;
  /** Whether the first sentence speaks of nothing that the name speaks of. */
  isForeign: boolean;
};

const EMPTY = wordSet(
  'mcp tool tools api v1 v2 v3 fn the a an of to for by in on with and or from',
);
const AFTER = 12;
const OPTION = /^\W{0,4}(?:can|could|may|might)\b/i;

/**
 * A sentence behind the one that first states an act, and closer to the name than it. A plain sentence put before a
 * description ("Read it.") would otherwise be believed; an account of a tool speaks of what its name speaks of.
 */
export function accountOf(reading: Reading, lead: readonly Act[]): Account | undefined {
  const told = lead.find(({ source }) => source === 'description')?.told;
  const leadAt = reading.sentences.findIndex(({ text }) => text === told?.sentence);
  const first = reading.sentences[leadAt];
  const words = topicWords(reading);
  if (told === undefined || first === undefined || words.length === 0) return undefined;
  const verb = verbOfName(words);
  const stems = words.map(({ text }) => stemOf(text));
  const things = stems.some((stem) => stem !== verb)
    ? stems.filter((stem) => stem !== verb)
    : stems;
  const rests = restsOf(first);
  const start = first.text.slice(
    told.lead.start,
    (rests[0]?.start ?? Number.POSITIVE_INFINITY) - first.start,
  );
  const isForeign = shared(start, things) === 0;
  const isVerbStated = lead.some((act) => act.verb === verb);
  const named = verb === undefined ? undefined : verbForm(verb);
  const maySayMore = !isVerbStated && named !== undefined && !saysLittle(named);
  // Most descriptions begin with their own account; reading on would be for nothing.
  if (!isForeign && !maySayMore) return undefined;
  const later = reading.sentences.slice(leadAt + 1, leadAt + 1 + AFTER);
  const account = [...rests, ...later].find(({ text }) => {
    if (statesNoAct(text) || OPTION.test(text)) return false;
    const leads = leadsOf(text).filter(({ isLoose }) => !isLoose);
    const isNamed =
      !isVerbStated &&
      leads.some(
        ({ form }) =>
          form.form !== 'gerund' &&
          !saysLittle(form) &&
          (form.verb === verb || (isForeign && form.kind === named?.kind)),
      );
    const isCloser =
      isForeign &&
      leads.some(({ object }) => object.length > 0) &&
      shared(firstClause(text.slice(leads[0]?.start)), stems) * 2 >= stems.length;
    return isNamed || isCloser;
  });
  if (account === undefined) return undefined;
  const description = reading.description.slice(account.start);
  return { isForeign, reading: { ...reading, description, sentences: sentencesOf(description) } };
}

// Looking is the least of acts, and "Use X to …" is advice: neither says more than the sentence before it.
function saysLittle({ verb, kind }: VerbForm): boolean {
  return kind === 'look' || verb === 'use';
}

function firstClause(text: string): string {
  return /^[^,;:]*/.exec(text)?.[0] ?? '';
}

/** The words of the name that say what the tool is about: without fillers and the server's own name. */
function topicWords({ nameWords, server }: Reading): Word[] {
  const words = nameWords.filter(({ text }) => !EMPTY.has(text));
  const serverName = server?.name.toLowerCase() ?? '';
  const own = words.filter(({ text }) => !(text.length > 2 && serverName.includes(text)));
  return own.length === 0 ? words : own;
}

/** The first verb in the name: "order" in a name that begins with "place" is a noun. */
function verbOfName(words: readonly Word[]): string | undefined {
  for (const { text } of words) {
    const form = verbForm(NOMINAL.get(text) ?? text);
    if (form?.form === 'base') return form.verb;
  }
  return undefined;
}

// "Read it with X Place an order": a sentence whose point was left out. "The X Trades API" is a name.
function restsOf({ text, start }: Sentence): Sentence[] {
  return [
    ...text
      .slice(0, 400)
      .matchAll(/(?<=[^\sA-Z]\S* |[^\w\s] )(?<!\b[A-Z]\S* )[A-Z][a-z]+(?= [a-z])/g),
  ]
    .filter((match) => verbForm(match[0].toLowerCase()) !== undefined)
    .slice(0, 4)
    .map((match) => ({ text: text.slice(match.index), start: start + match.index }));
}

/** How many words of the name a text has near its start. */
function shared(text: string, stems: readonly string[]): number {
  const words = textWords(text.slice(0, 160), 24).map((word) => stemOf(word.text));
  return stems.filter((stem) => words.some((word) => isNear(word, stem))).length;
}

// "act" and "action", "diff" and "differences".
function isNear(word: string, stem: string): boolean {
  return (
    word === stem ||
    (stem.length > 2 && word.startsWith(stem) && (stem.length > 3 || word.length < 7))
  );
}

function stemOf(word: string): string {
  return verbForm(word)?.verb ?? NOMINAL.get(word) ?? singular(word);
}
