import { type Act, foreignActOf, type Setting, strongest } from './act.ts';
import { meaningOf } from './acts.ts';
import { NOMINAL, NOUN_LIKE, type VerbForm, verbForm } from './lexicon/verbs.ts';
import type { Reading } from './reading.ts';
import { type Word, wordSet } from './words.ts';

/** Words that name no act and no object. */
const FILLER = wordSet('mcp tool tools api v1 v2 v3 fn func function the a an cmd rpc sdk');

/** What the name says a call does; the description settles which of its words is the verb. */
export function nameAct(reading: Reading, setting: Setting, lead: readonly Act[]): Act | undefined {
  const words = withoutServer(reading);
  const candidates = words.flatMap((word, index) => {
    // take_screenshot, perform_search: the noun names the act.
    const noun = NOMINAL.get(word.text);
    const isNamed =
      noun !== undefined && verbForm(words[index - 1]?.text ?? '')?.kind === 'perform';
    const form = (isNamed ? verbForm(noun) : verbForm(word.text)) ?? undoing(word.text);
    const fits = form !== undefined && (form.form === 'base' || (words.length <= 2 && index === 0));
    return fits ? [{ word, index, form }] : [];
  });
  const named = candidates.find(
    ({ index }) =>
      NOMINAL.has(words[index]?.text ?? '') &&
      candidates.some((other) => other.form.kind === 'perform' && other.index < index),
  );
  const chosen = named ?? chooseVerb(candidates, words, lead);
  if (chosen === undefined) return nounAct(reading, words) ?? foreignNameAct(reading, setting);
  const joined = candidates.filter(
    ({ index }) =>
      index === chosen.index ||
      (index > 1 && /^(?:and|or)$/.test(words[index - 1]?.text ?? '')) ||
      /^(?:and|or)$/.test(words[index + 1]?.text ?? ''),
  );
  const acts = joined.map((candidate) => actOfName(reading, setting, words, candidate));
  const best = strongest(acts);
  // A noun-like word that is not the first may be a noun.
  const isStated = lead.some(({ verb }) => verb === chosen.form.verb);
  const isUnsure =
    (chosen.index > 0 && NOUN_LIKE.has(chosen.form.verb) && candidates.length > 1) ||
    (!isStated && MOSTLY_NOUN.has(chosen.form.verb) && lead.some(({ isWeak }) => !isWeak));
  return best && isUnsure ? { ...best, isWeak: true } : best;
}

/** Words that in a name are a noun unless the description uses them as the verb. */
const MOSTLY_NOUN = wordSet(
  `place order trade page post message email text comment reply issue request report record label tag note book branch
  commit query list view index profile model state point price position group block score sample chat event charge bill
  invoice stock design plan map star card process build test call log set dump backup link mail file image schedule
  stage sort filter format sketch release snapshot screenshot review prompt trace sync mirror hook focus phone type
  track share transfer swap stake bridge deposit answer help monitor guide research play power index control`,
);

/** The verbs that names are made of; where one is there, another word of the name is a noun. */
const CORE = wordSet(
  `get list create update delete add remove set fetch search find read write send start stop cancel run execute put patch
  upload edit modify move rename insert enable disable retrieve describe show deploy install query make save count
  restart trigger approve reject assign invite schedule publish archive import export convert analyze`,
);

type Candidate = { word: Word; index: number; form: VerbForm };

function chooseVerb(
  candidates: readonly Candidate[],
  words: readonly Word[],
  lead: readonly Act[],
): Candidate | undefined {
  const stated = candidates.find(({ form }) => lead.some(({ verb }) => verb === form.verb));
  const first = candidates.find(({ index }) => index === 0);
  if (first !== undefined && !NOUN_LIKE.has(first.form.verb)) return first;
  if (stated !== undefined) return stated;
  if (first !== undefined && CORE.has(first.form.verb)) return first;
  const plain =
    candidates.find(({ form }) => CORE.has(form.verb) && form.verb !== 'list') ??
    candidates.find(({ form }) => CORE.has(form.verb)) ??
    candidates.find(({ form }) => !NOUN_LIKE.has(form.verb));
  const last = candidates.find(({ index }) => index === words.length - 1);
  if (first !== undefined && plain === undefined) {
    // message_search, pull_request_read: what comes last is done to what comes first.
    return last !== undefined && last !== first && last.form.kind === 'look' ? last : first;
  }
  return plain ?? last ?? candidates[0];
}

function actOfName(
  reading: Reading,
  setting: Setting,
  words: readonly Word[],
  { word, index, form }: Candidate,
): Act {
  const rest = words.slice(index + 1).map(({ text }) => text);
  const by = rest.findIndex((text) => /^(?:by|for|from|to|in|on|with|via|and|or|as)$/.test(text));
  let object = (by === -1 ? rest : rest.slice(0, by)).filter((text) => !FILLER.has(text));
  if (object.length === 0) object = words.slice(0, index).map(({ text }) => text);
  const phrase = words.map(({ text }) => text).join(' ');
  const meaning = meaningOf(form, { ...setting, object, after: [], phrase });
  return {
    ...meaning,
    verb: form.verb,
    object,
    objectText: object.join(' '),
    pointer: '/name',
    quote: reading.name.slice(word.start, word.end),
    source: 'name',
  };
}

const READING_NOUN =
  /^(?:health|status|info|information|stats|statistics|version|versions|ping|schema|docs|documentation|help|overview|summary|history|metadata|location|weather|price|prices|balance|balances|details|logs|metrics|report|reports|profile|directions|forecast|tree|lookup|calculator|distance|whoami|capabilities|usage|quote|quotes|rates|results|analytics|insights|diff|list|catalog|guide|guidelines|feed|timeline|trends|news|leaderboard|ranking|log|definition|definitions|references|diagnostics|symbols|hover_info|outline|matrix|elevation|isochrone|geocode)$/;

// account_balance, weather_forecast: a name without a verb that is what comes back.
function nounAct(reading: Reading, words: readonly Word[]): Act | undefined {
  const last = words.at(-1);
  if (last === undefined || !READING_NOUN.test(last.text)) return undefined;
  return {
    category: 'Read',
    kind: 'read',
    isWeak: true,
    verb: 'return',
    object: words.map(({ text }) => text),
    objectText: words.map(({ text }) => text).join(' '),
    pointer: '/name',
    quote: reading.name.slice(last.start, last.end),
    source: 'name',
  };
}

// unapprove, reauthorize, bulkDelete written as one word.
function undoing(word: string): VerbForm | undefined {
  if (!/^(?:un|re|de)[a-z]{4,}$/.test(word)) return undefined;
  const form = verbForm(word.slice(2));
  return form?.form === 'base' &&
    form.kind !== 'look' &&
    form.kind !== 'compute' &&
    form.kind !== 'generate'
    ? { ...form, kind: word.startsWith('re') || form.kind === 'mark' ? form.kind : 'change' }
    : undefined;
}

function foreignNameAct(reading: Reading, setting: Setting): Act | undefined {
  return foreignActOf({ pointer: '/name', text: reading.name.slice(0, 120) }, 0, setting, 'name');
}

/** The name's words without those that only repeat the server's name at its start. */
function withoutServer({ name, nameWords, server, serverText }: Reading): Word[] {
  const all = nameWords.filter(
    ({ text }, index) => !(FILLER.has(text) && (nameWords.length > 1 || index > 0)),
  );
  // Api--FetchNumber, issues.create: what stands before the mark is a namespace.
  const mark = Math.max(
    ...['--', '__', '.', '/', ':'].map((sign) => name.slice(0, 200).lastIndexOf(sign)),
  );
  const last = all.filter(({ start }) => start > mark);
  const words = mark > 0 && last.some(({ text }) => verbForm(text)?.form === 'base') ? last : all;
  if (server === undefined || words.length < 2) return words;
  const serverName = server.name.toLowerCase();
  let skip = 0;
  while (
    skip < words.length - 1 &&
    skip < 3 &&
    serverName.includes((words[skip] as Word).text) &&
    (words[skip] as Word).text.length > 2 &&
    (verbForm((words[skip] as Word).text) === undefined ||
      (skip + 1 < words.length && serverText.startsWith((words[skip] as Word).text)))
  )
    skip++;
  return words.slice(skip);
}
