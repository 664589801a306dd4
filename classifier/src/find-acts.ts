import { type ActKind, type Meaning, meaningOf, type Surroundings } from './acts.ts';
import { isClaim, type Lead, leadsOf } from './lead.ts';
import { foreignAct } from './lexicon/other-languages.ts';
import { NOMINAL, NOUN_LIKE, type VerbForm, verbForm } from './lexicon/verbs.ts';
import type { Reading, Text } from './reading.ts';
import { singular, type Word, wordSet } from './words.ts';

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

/** All acts found, by where they were found. */
export type Acts = {
  name: Act | undefined;
  title: Act | undefined;
  lead: Act[];
  more: Act[];
  /** Acts listed as what the sub-commands of a router do. */
  listed: Act[];
};

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

/** The surroundings that a tool gives every act in it. */
export type Setting = Omit<Surroundings, 'object' | 'after' | 'phrase'>;

const SCREEN =
  /\b(?:browsers?|playwright|puppeteer|selenium|chrome|firefox|chromium|devtools|webdriver|mobile (?:device|app)|android|ios|simulator|emulator|appium|desktop (?:automation|control)|computer[- ]use|gui|web ?pages?|current page|the page|screen|dom|ui elements?|mouse|keyboard|touchscreen)\b/;
const CRYPTO =
  /\b(?:blockchains?|crypto\w*|wallets?|ethereum|evm|solana|bitcoin|on-?chain|defi|nfts?|erc-?20|dex|lightning network|usdc|smart contracts?|stablecoins?|staking|web3|memecoins?|mainnet|testnet)\b/;

const PARTS =
  /^\W*(?:args|arguments|parameters?|params|inputs?(?: parameters?)?|returns?|outputs?|examples?|example usage|usage examples?|error responses?|errors|response|raises|inputschema|optional parameters|required parameters)\W*:?\W*$|^\W*(?:args|arguments|parameters|params|returns)\s*:/i;

const ASYNC =
  /\b(?:is|runs?|generated?|processed|executes?|works?|operates?|returns?) asynchronous(?:ly)?\b|\basynchronous(?:ly)? (?:generat|job|task|process|operation)\w*|\breturns? (?:an? |the )?(?:[\w-]+ )?(?:job|task|operation|prediction|generation|request)[ _-]?id\b|\b(?:starts?|submits?|creates?|enqueues?|queues?|triggers?) (?:an? |the )?(?:\w+ ){0,2}(?:job|background task)\b/i;

/** What world the tool moves in. */
export function settingOf(reading: Reading): Setting {
  const near =
    `${reading.name.replace(/[_-]/g, ' ')} ${reading.serverText} ${reading.description.slice(0, 500)}`.toLowerCase();
  return {
    fields: reading.fields,
    isAsync: ASYNC.test(reading.description.slice(0, 2500)),
    isCrypto: CRYPTO.test(near),
    isScreen:
      SCREEN.test(near) ||
      reading.fields.some(
        ({ name, depth }) => depth === 0 && /^(?:selector|xpath|css_?selector)$/i.test(name),
      ),
  };
}

/** Finds what the name, the title and the description say a call does. */
export function findActs(reading: Reading, setting: Setting): Acts {
  const { lead, more } = describedActs(reading, setting);
  const title =
    reading.title === undefined || isClaim(reading.title.text)
      ? undefined
      : titleAct(reading.title, setting);
  return {
    name: nameAct(reading, setting, lead),
    title,
    lead,
    more,
    listed: listedActs(reading, setting),
  };
}

/** Words that name no act and no object. */
const FILLER = wordSet('mcp tool tools api v1 v2 v3 fn func function the a an cmd rpc sdk');

function nameAct(reading: Reading, setting: Setting, lead: readonly Act[]): Act | undefined {
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

const LISTING =
  /\b(?:operations|commands|actions|sub-?commands|capabilities|functions|tools|supports|provides|includes?|including)\b[^.\n]{0,12}?\b(?:for|to|include|including|such as)\b/gi;

/** "Commands for managing …, operations for listing databases, configuring …": what a router's parts do. */
function listedActs(reading: Reading, setting: Setting): Act[] {
  const text: Text = { pointer: '/description', text: reading.description };
  return reading.sentences.slice(0, 6).flatMap((sentence) =>
    [...sentence.text.slice(0, 600).matchAll(LISTING)].slice(0, 3).flatMap((match) => {
      const from = match.index + match[0].length + 1;
      return leadsOf(sentence.text.slice(from), true).map((lead) =>
        actOfLead(
          lead,
          text,
          sentence.start + from,
          sentence.text.slice(from),
          setting,
          'description',
        ),
      );
    }),
  );
}

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
    ? { ...form, kind: form.kind === 'mark' ? 'mark' : 'change' }
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

function titleAct(title: Text, setting: Setting): Act | undefined {
  const leads = leadsOf(title.text, true);
  return strongest(leads.map((lead) => actOfLead(lead, title, 0, title.text, setting, 'title')));
}

function describedActs(reading: Reading, setting: Setting): { lead: Act[]; more: Act[] } {
  const text: Text = { pointer: '/description', text: reading.description };
  let lead: Act[] = [];
  let loose: Act[] = [];
  const more: Act[] = [];
  let leadAt = 0;
  let claimed: Act[] = [];
  for (const [index, sentence] of reading.sentences.slice(0, 60).entries()) {
    // Notes on arguments and answers state no acts of the tool.
    if (PARTS.test(sentence.text)) break;
    if (lead.length > 0 && index > leadAt + 10) break;
    if (lead.length === 0) {
      if (isClaim(sentence.text)) {
        // "This tool only lists files": an account of the act where no other sentence gives one.
        if (claimed.length === 0 && !/\b(?:not|never|cannot|\w+n't)\b/i.test(sentence.text))
          claimed = leadsOf(sentence.text).map((item) =>
            actOfLead(item, text, sentence.start, sentence.text, setting, 'description'),
          );
        continue;
      }
      const leads = leadsOf(sentence.text);
      const isAdvice = /^\W*(?:\d+\W+)?use (?:this|it)(?: tool)? (?:when|whenever|if)\b/i.test(
        sentence.text,
      );
      const found = leads
        .map((item) => actOfLead(item, text, sentence.start, sentence.text, setting, 'description'))
        .map((act) => (isAdvice ? { ...act, isWeak: true } : act));
      if (found.length === 0) {
        const foreign = foreignActOf(
          { ...text, text: sentence.text },
          sentence.start,
          setting,
          'description',
        );
        if (foreign !== undefined) lead = [foreign];
      } else if (
        isAdvice ||
        leads.some(({ isLoose }) => isLoose) ||
        found.every(({ verb }) => HOLLOW_VERB.has(verb))
      ) {
        // "Returns …", "List of …": good enough where nothing plainer follows at once.
        if (loose.length === 0) loose = found;
        else if (index > 3) lead = loose;
      } else lead = found;
      if (lead.length === 0 && loose.length > 0 && index >= 3) lead = loose;
      leadAt = index;
      continue;
    }
    const declared = declaredActs(sentence.text);
    more.push(
      ...declared.map((item) => ({
        ...actOfLead(item, text, sentence.start, sentence.text, setting, 'description'),
        isAdded: /\b(?:also|then|automatically|additionally|both)\b/i.test(
          sentence.text.slice(0, 60),
        ),
      })),
    );
  }
  return {
    lead:
      deniedLead(reading, setting) ?? (lead.length > 0 ? lead : loose.length > 0 ? loose : claimed),
    more,
  };
}

const DENIES =
  /^\W{0,4}(?:this tool|this|it|the tool|this function)\s+(?:does not|doesn't|will not|won't|never)\s+(?:actually |itself |directly |really )?(?:run|execute|drive|perform|control|start|send|modify|change|apply|create|deploy|write|make|install|submit|call|launch)\b/i;
const INSTEAD =
  /^\W{0,4}(?:(?:instead|rather),?\s+)?(?:this tool|it|this|instead)\s+(?:only\s+|just\s+|simply\s+)?(returns?|points?|tells?|gives?|provides?|shows?|lists?|explains?|generates?|describes?|outputs?|produces?|prints?|suggests?|guides?)\b/i;

/** "This tool does not drive the browser. It points you at …": what is plainly denied is not the act. */
function deniedLead(reading: Reading, setting: Setting): Act[] | undefined {
  const at = reading.sentences.slice(0, 4).findIndex(({ text }) => DENIES.test(text));
  const next = reading.sentences[at + 1];
  const instead = at === -1 || next === undefined ? null : INSTEAD.exec(next.text);
  if (instead === null || next === undefined) return undefined;
  const quote = (
    DENIES.exec((reading.sentences[at] as { text: string }).text) as RegExpExecArray
  )[0].trim();
  const form: VerbForm = { verb: 'tell', kind: 'look', form: 'base' };
  const meaning = meaningOf(form, { ...setting, object: ['answer'], after: [], phrase: '' });
  return [
    {
      ...meaning,
      verb: 'tell',
      object: [],
      objectText: '',
      pointer: '/description',
      quote,
      source: 'description',
      isDenial: true,
    },
  ];
}

/** Verbs that say little of the act: what follows may say it plainly. */
const HOLLOW_VERB = wordSet(
  'return show display present provide use give offer supply contain include let handle be',
);

const DECLARED =
  /^\W{0,4}(?:(?:this|the) (?:tool|operation|action|call|function|command|will|also|both)|it|this|also|automatically|then|additionally)\s+(?:(?:also|will|both|then|automatically|immediately|permanently|first|and)\s+){0,3}(?=[a-z])/i;

/** Acts that later sentences state of the tool itself: "It also starts …". */
function declaredActs(sentence: string): Lead[] {
  const match = DECLARED.exec(sentence);
  if (match === null) return [];
  const rest = sentence.slice(match[0].length);
  if (
    /^(?:does not|doesn't|do not|don't|is|are|can|may|should|must|requires?|works?|supports?|uses?|has|needs|returns?)\b/i.test(
      rest,
    )
  )
    return [];
  return leadsOf(rest, true)
    .filter(({ form }) => form.form !== 'gerund')
    .map((lead) => ({
      ...lead,
      start: lead.start + match[0].length,
      end: lead.end + match[0].length,
      objectEnd: lead.objectEnd + match[0].length,
    }));
}

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

function foreignActOf(
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
