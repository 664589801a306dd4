import { type Act, actOfLead, foreignActOf, type Setting, strongest } from './act.ts';
import { meaningOf } from './acts.ts';
import { isClaim, type Lead, leadsOf } from './lead.ts';
import type { VerbForm } from './lexicon/verbs.ts';
import { nameAct } from './name-act.ts';
import type { Reading, Text } from './reading.ts';
import { wordSet } from './words.ts';

/** All acts found, by where they were found. */
export type Acts = {
  name: Act | undefined;
  title: Act | undefined;
  lead: Act[];
  more: Act[];
  /** Acts listed as what the sub-commands of a router do. */
  listed: Act[];
};

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

const LISTING =
  /\b(?:operations|commands|actions|sub-?commands|capabilities|functions|tools|supports|provides|includes?|including)\b[^.\n]{0,12}?\b(?:for|to|include|including|such as)\b|\bsupports?(?= \w+ing\b)/gi;

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
        .map((act) => (isAdvice ? { ...act, isWeak: true, isAdvice } : act));
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
  const nothing = reading.sentences
    .slice(0, 4)
    .flatMap(({ text }) => NOTHING.exec(text)?.[1] ?? [])[0];
  if (nothing !== undefined) return [toldInstead(nothing, setting)];
  const at = reading.sentences.slice(0, 4).findIndex(({ text }) => DENIES.test(text));
  const next = reading.sentences[at + 1];
  const instead = at === -1 || next === undefined ? null : INSTEAD.exec(next.text);
  if (instead === null || next === undefined) return undefined;
  const quote = (
    DENIES.exec((reading.sentences[at] as { text: string }).text) as RegExpExecArray
  )[0].trim();
  return [toldInstead(quote, setting)];
}

/** "This tool files nothing: it returns a notice". */
const NOTHING =
  /^\W{0,4}((?:this tool|this|it) (?:files|sends|runs|starts|stores|submits|reports) nothing\b)[^.:;]{0,80}[:;] ?(?:it|this) (?:only |just )?(?:returns|points|tells|shows|prints)\b/i;

/** A tool that plainly does not do what its name says only tells of it. */
function toldInstead(quote: string, setting: Setting): Act {
  const form: VerbForm = { verb: 'tell', kind: 'look', form: 'base' };
  const meaning = meaningOf(form, { ...setting, object: ['answer'], after: [], phrase: '' });
  return {
    ...meaning,
    verb: 'tell',
    object: [],
    objectText: '',
    pointer: '/description',
    quote,
    source: 'description',
    isDenial: true,
  };
}

/** Verbs that say little of the act: what follows may say it plainly. */
const HOLLOW_VERB = wordSet(
  'return show display present provide use give offer supply contain include let handle be learn know',
);

const DECLARED =
  /^\W{0,4}(?:(?:this|the) (?:tool|operation|action|call|function|command|will|also|both)|it|this|also|automatically|then|additionally)\s+(?:(?:also|will|both|then|automatically|immediately|permanently|first|and)\s+){0,3}(?=[a-z])/i;

/** Acts that later sentences state of the tool itself: "It also starts …". */
function declaredActs(sentence: string): Lead[] {
  const match = DECLARED.exec(sentence);
  if (match === null) return [];
  const rest = sentence.slice(match[0].length);
  if (
    /^(?:start|begin|end|finish|stop|run|operate|launche?)s? (?:with|at|on|in|by|from|as|after|before|up to|out)\b/i.test(
      rest,
    ) ||
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
