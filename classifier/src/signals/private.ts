import type { Act } from '../act.ts';
import { clauseOf } from '../clause.ts';
import { objects } from '../lexicon/objects.ts';
import {
  defineSignal,
  inDescription,
  inName,
  isDemonstration,
  leadSentence,
  type Quote,
  quoteOf,
  type View,
} from '../signal.ts';
import { singular } from '../words.ts';
import { heads } from './heads.ts';
import { isPublicKnowledge } from './public-knowledge.ts';

const NOT_CONTENT =
  /^(?:templates?|schemas?|settings?|counts?|metrics?|statistics|stats|analytics|types?|labels?|categor(?:y|ies)|folders?|fields?|status|statuses|definitions?|channels?|preferences|rules?|filters?|usage|limits?|configs?|configuration|tags?|quota|properties|property|permissions?|models?|tree|names|list|structure|lists|info|metadata|size|path|paths|directory|directories|groups?|roles?|plans?|colors?|segments?|board|boards|column|columns|views?|version|versions|plugins?|apps?|tools?|features?|formats?|symbols?|tickers?|markets?|currencies|extensions|requirements|documentation|docs|options)$/;
const CODE_OR_PUBLIC =
  /\b(?:forum|discourse|community|reddit|subreddit|tweets?|twitter|x\/twitter|wikipedia|youtube|hacker ?news|public (?:posts?|profiles?|data|records|pages?|repositor\w+|feeds?)|documentation|docs|arxiv|npm|pypi|news|marketplace|registry|hub|open source|blockchain|on-?chain|game|pokemon|weather|market data|ticker|exchange|instagram|tiktok|stackoverflow)\b/i;
/** Manuals are public; a server that calls its users' own documents "docs" is not one. */
const MANUAL = /\b(?:documentation|docs|hub|registry|news)\b/gi;
const PUBLIC_HEAD =
  /^(?:file|record|event|note|document|order|transaction|user|profile|person|company|message|case|history|payment|response|submission|member|player|event|quote|photo|transcript|comment|memory|deal|employee|position|reply|mention|thread|conversation|post|note)$/;
const CONTENT_VERB =
  /^(?:read|get|fetch|download|open|view|show|cat|retrieve|load|display|extract|export|access|head|tail|print|return)$/;

export const personalContent = defineSignal({
  id: 'personal-content',
  trait: 'private_data',
  meaning:
    'The result can hold mail, chats, files, rows, or records about people and their dealings.',
  find: (view) => {
    if (view.category !== 'Read' && !isExport(view) && view.main?.source !== 'argument') return [];
    if (view.main?.kind === 'generate' || view.program?.kind === 'code') return [];
    if (view.program?.kind === 'query')
      return view.category === 'Read' && holdsRows(view) ? [view.program.evidence] : [];
    for (const act of view.doing) {
      const found = personal(view, act);
      if (found !== undefined) return [found];
    }
    if (view.program?.kind === 'api')
      return view.category === 'Read' ? [view.program.evidence] : [];
    return [];
  },
});

function holdsRows({ reading }: View): boolean {
  const text = `${reading.name} ${reading.description.slice(0, 800)} ${reading.fields.map(({ name, description }) => `${name} ${description.slice(0, 80)}`).join(' ')}`;
  if (/\b(?:promql|prometheus|metricsql|traceql|metrics only)\b/i.test(text)) return false;
  // Whatever an account behind an interface holds can be asked for.
  if (/\bgraphql quer(?:y|ies) (?:against|on|to) (?!.{0,40}\bpublic\b).{0,60}\bapi\b/i.test(text))
    return true;
  return /\b(?:sql|database|bigquery|snowflake|soql|cypher|warehouse|mongo|collection|table|jql|cql|records?|crm|issues?|log analytics|elasticsearch|index|documents?)\b/i.test(
    text,
  );
}

function isExport({ main, reading }: View): boolean {
  return (
    (main?.kind === 'start' || main?.kind === 'save' || main?.kind === 'export') &&
    /export/i.test(reading.name) &&
    /\b(?:users?|customers?|contacts?|people|profiles?|subscribers?|members?|events?)\b/i.test(
      reading.description.slice(0, 600),
    )
  );
}

function personal(view: View, act: View['doing'][number]): Quote | undefined {
  const found = mayBePersonal(view, act);
  return found === undefined || isPublicKnowledge(view, act) ? undefined : found;
}

function mayBePersonal(view: View, act: View['doing'][number]): Quote | undefined {
  const { reading } = view;
  if (act.category !== 'Read' && !isExport(view)) return undefined;
  if (act.source === 'name' && isDemonstration(view)) return undefined;
  // A sentence that tests or works something out says more than a noun of the name.
  if (act.source === 'name' && act.isWeak && view.main?.kind === 'compute' && view.main !== act)
    return undefined;
  if (/^(?:count|validate|lint|format|parse|convert|calculate)$/.test(act.verb)) return undefined;
  if (
    act.kind === 'compute' &&
    (!/^(?:summarize|analyze|enrich|investigate)$/.test(act.verb) ||
      !/\b(?:e-?mails?|messages?|conversations?|calls?|tickets?|customers?|contacts?|transcripts?|threads?|leads?|persons?)\b/i.test(
        act.objectText,
      ))
  )
    return undefined;
  const text = `${reading.name.replace(/[_-]/g, ' ')} ${reading.description.slice(0, 250)} ${reading.serverText.replace(MANUAL, '')}`;
  const last = act.object.at(-1);
  if (/\bcounts?\b/i.test(act.objectText)) return undefined;
  if (
    /\b(?:number|count|counts|size|total|totals|listing|list of (?:all )?(?:files|director\w+)|tree|structure|names) of\b/i.test(
      act.objectText,
    )
  )
    return undefined;
  if (/\blist(?:ing|s)?\b[^.]{0,20}\b(?:files|director)/i.test(text)) return undefined;
  if (last !== undefined && NOT_CONTENT.test(last) && !(last === 'list' || last === 'lists'))
    return undefined;
  if (/\b(?:source code|script content|script's content|code of)\b/i.test(act.objectText))
    return quoteOf(act);
  if (act.verb === 'check' && /\b(?:health|connection|connectivity|availab|status)/i.test(text))
    return undefined;
  if (view.setting.isScreen && /\bconsole\b/i.test(text)) return undefined;
  if (
    /\b(?:merge|pull)[ _]?requests?\b/i.test(text) &&
    /^(?:notes?|comments?|replies|threads?|mentions?)$/.test(last ?? '')
  )
    return undefined;
  if (/\bwithout (?:the )?(?:diff|file)? ?contents?\b/i.test(text)) return undefined;
  if (
    /^profiles?$/.test(last ?? '') &&
    SETTINGS_PROFILE.test(`${clauseOf(act) ?? act.objectText} ${reading.description.slice(0, 120)}`)
  )
    return undefined;
  const [closest] = heads(act);
  if (closest !== undefined && NOT_CONTENT.test(closest)) return undefined;
  for (const word of heads(act)) {
    const head = singular(word);
    if (
      !objects.personal.has(word) &&
      !objects.personal.has(head) &&
      !/^(?:users?|customers?|contacts?|people|persons?|guests?|patients?|me|whoami|leads?|accounts?_holder|quotes?|diffs?|differences|blob|patch|vault|mailbox|source_code|code)$/.test(
        word,
      )
    )
      continue;
    if (
      PUBLIC_HEAD.test(head) &&
      CODE_OR_PUBLIC.test(text) &&
      !/\b(?:private|direct)\b/i.test(act.objectText)
    )
      return undefined;
    if (
      /^(?:file|document|attachment|record|clipboard)$/.test(head) &&
      !CONTENT_VERB.test(act.verb) &&
      !/\b(?:content|full[- ]text|inside)\b/i.test(text)
    )
      return undefined;
    if (
      /^(?:file|document)$/.test(head) &&
      /\b(?:directory|tree|list|info|metadata|size|stat|types?|generated|log file)\b/i.test(
        `${reading.nameWords.map(({ text: part }) => part).join(' ')} ${act.objectText}`,
      )
    )
      return undefined;
    if (
      head === 'event' &&
      !/\b(?:calendar|meeting|attendee|appointment|schedule|invit|user|customer)/i.test(text)
    )
      return undefined;
    if (
      head === 'history' &&
      /\b(?:commit|git|version|price|billing|revision|build|deploy)/i.test(text)
    )
      continue;
    if (head === 'calendar' || head === 'mailbox') {
      if (/^(?:list|get|show|find|query|check|access|view)$/.test(act.verb)) return undefined;
    }
    if (head === 'record' && /\b(?:dns|domain|activation|zone)\b/i.test(text)) return undefined;
    if (
      head === 'health' &&
      !/\b(?:patient|medical|sleep|heart|fitness|workout|personal|user'?s)\b/i.test(text)
    )
      continue;
    // "Row and column groups": the layout.
    if (/^(?:row|column)$/.test(word) && /^and (?:columns?|rows?)\b/.test(tailOf(act)))
      return undefined;
    if (head === 'member' && /\b(?:vpc|cluster|node|pool|replica|struct|class|enum)\b/i.test(text))
      return undefined;
    if (head === 'case' && /\b(?:test|use) ?cases?\b/i.test(text)) return undefined;
    if (
      head === 'quote' ||
      head === 'history' ||
      head === 'response' ||
      head === 'submission' ||
      head === 'answer' ||
      head === 'memory' ||
      head === 'card' ||
      head === 'account'
    ) {
      if (
        !/\b(?:chat|conversation|call|message|patient|customer|contact|invoice|purchase|order|location|browsing|channel|survey|form|credit|user'?s)\b/i.test(
          text,
        )
      )
        continue;
    }
    // A search over code names where it lies.
    if (word === 'code' && !CONTENT_VERB.test(act.verb)) return undefined;
    if (
      /^(?:code|diff|differences|blob|patch)$/.test(word) &&
      !/\b(?:repo|repository|commit|branch|pull|git|workspace|codebase|project)\b/i.test(text)
    )
      continue;
    if (
      head === 'transaction' &&
      (view.setting.isCrypto ||
        /\b(?:blockchain|chain|hash|wallet|eth|sol|apm|trace|tx)\b/i.test(text))
    )
      return undefined;
    if (
      /^(?:deal|lead|company|opportunity)$/.test(head) &&
      /\b(?:steam|coupon|shopping)\b/i.test(text)
    )
      return undefined;
    return quoteOf(act);
  }
  return undefined;
}

/** Settings kept under a name, and examples, are nobody's data. */
const SETTINGS_PROFILE =
  /\b(?:cli|configured|configuration|config|connection|aws|build|browser|render|export|printer|credential|logging|device|performance|cpu|heap) profiles?\b/i;

const HELD_IN =
  /\b(?:from|of|in|inside|within)\b.{0,40}?\b(?:an? |the |one |specific |excel |word |pdf )*(?:e-?mails?|messages?|files?|documents?|spreadsheets?|workbooks?|worksheets?|sheets?|docs?|slides?|presentations?|attachments?|transcripts?|conversations?|pdfs?)\b(?! (?:templates?|names?|types?|system|list|metadata|headers?|count))/i;
const CONTENT_OF =
  /^(?:the |an? )?(?:(?:full|text|complete|raw) )?(?:contents?|portion|text|speaker notes|body) (?:of|from)\b/i;
const PARTS_ONLY =
  /\b(?:names?|metadata|structure|styles?|format(?:ting)?|layers?|schema|headers?|dimensions|sizes?|fonts?|colou?rs?|counts?|properties|list of|signatures?|symbols?|imports?|dependencies|functions?|class(?:es)?|frames?|audio|thumbnails?|errors?|types?|tags)\b/i;
/** "content/metadata of a file": the content too. */
const WITH_CONTENT = /^(?:the )?(?:full )?(?:contents?|text)\b/i;
const WITH_THEIR_CONTENT =
  /\b(?:documents?|files?|notes?) with (?:its|their) (?:full )?(?:\w+ )?contents?\b/i;
const OWN_KNOWLEDGE =
  /\b(?:uploaded|your|the user's|internal|company|private|team's) (?:\w+ )?(?:documents|files|notes|knowledge base)\b|\bdocuments (?:in|from|of) (?:an? |the )?knowledge base\b/i;
const WRITTEN = /\b(?:markdown|contents?|children|body|text|html|blocks?)\b/i;
const PUBLISHED =
  /\b(?:web ?sites?|cms|landing|storefront|theme|blog|wiki|web ?pages?|url|browser|dom|docs|documentation|public|product pages?)\b/i;

export const heldContent = defineSignal({
  id: 'held-content',
  trait: 'private_data',
  meaning: 'The result holds what stands in a file, document, sheet, mail or page of a workspace.',
  find: (view) => {
    const { category, doing, reading, setting } = view;
    if (category !== 'Read' || view.program !== undefined) return [];
    const asked =
      /^(?:search|ask|query)$/.test(view.main?.verb ?? '') &&
      !CODE_OR_PUBLIC.test(reading.description)
        ? inDescription(view, OWN_KNOWLEDGE, 300)
        : [];
    if (asked.length > 0) return asked;
    const whole =
      view.main?.kind === 'read' &&
      !CODE_OR_PUBLIC.test(
        `${reading.name} ${reading.description.slice(0, 400).replace(MANUAL, '')}`,
      )
        ? inDescription(view, WITH_THEIR_CONTENT, 400)
        : [];
    if (whole.length > 0) return whole;
    const act = doing.find(
      (item) =>
        item.source === 'description' &&
        item.category === 'Read' &&
        ((isReading(item) && isHeld(clauseOf(item) ?? item.objectText)) || isWorkspacePage(item)),
    );
    return act === undefined ? [] : [quoteOf(act)];

    function isReading(item: Act): boolean {
      return (
        /^(?:read|extract)$/.test(item.verb) ||
        (/^(?:get|fetch|return|retrieve)$/.test(item.verb) && CONTENT_OF.test(clauseOf(item) ?? ''))
      );
    }
    function isHeld(clause: string): boolean {
      const match = HELD_IN.exec(clause);
      return (
        match !== null &&
        (WITH_CONTENT.test(clause.slice(0, match.index)) ||
          !PARTS_ONLY.test(clause.slice(0, match.index))) &&
        !CODE_OR_PUBLIC.test(
          `${clause.replace(/\bdocs?\b/gi, '')} ${reading.serverText.replace(MANUAL, '')}`,
        )
      );
    }
    function isWorkspacePage(item: Act): boolean {
      const { verb, object, objectText } = item;
      const head = singular(object.at(-1) ?? '');
      return (
        !setting.isScreen &&
        /^(?:get|read|retrieve|fetch)$/.test(verb) &&
        (/^(?:page|block)$/.test(head) || object.includes('block')) &&
        reading.fields.some(({ name }) => /^(?:page|block)_?id$/i.test(name)) &&
        WRITTEN.test(`${clauseOf(item) ?? objectText} ${reading.name.replace(/[_-]/g, ' ')}`) &&
        !PARTS_ONLY.test(objectText) &&
        !PUBLISHED.test(`${reading.description.slice(0, 300)} ${reading.serverText}`)
      );
    }
  },
});

/** What follows the object in its clause. */
function tailOf(act: Act): string {
  const { objectText } = act;
  const clause = clauseOf(act) ?? '';
  return clause.startsWith(objectText) ? clause.slice(objectText.length).trim() : '';
}

const OF_A_PERSON =
  /\b(?:for|of|from|belonging to) (?:an? |the |this |each )?(?:certain |specific |given |single |particular )?(?:customer|contact|employee|patient|guest|applicant|candidate)s?\b(?! (?:groups?|lists?|types?|fields?|segments?))/i;
const PERSONAL_THINGS =
  /\b(?:chat messages?|direct messages?|messages (?:from|in|of) (?:an? |the )?(?:\w+ ){0,2}(?:chat|channel|conversation)s?|transcriptions?\b(?! (?:models?|settings?|jobs?|languages?))|(?:saved|stored) payment methods?|profit and loss|balance sheet|trial balance|cash flow statement|general ledger|aged (?:payables|receivables)|bank statements?|session (?:replays?|recordings?)|heart rate|(?:payroll|pay|leave|sick|absence) (?:records?|slips?|transactions?)|(?:unique )?contacts from|events (?:for|of) (?:an?|the) call\b|list(?:s|ing)? (?:all )?users\b)/i;

export const aboutPeople = defineSignal({
  id: 'about-people',
  trait: 'private_data',
  meaning:
    'The result holds what is said, paid or recorded of a person: chats, transcriptions, addresses, leave.',
  find: (view) => {
    const { category, main, reading } = view;
    // A job that hands the data over later: what it may hold is listed beside the act.
    if (isExport(view) && EXPORTED_PEOPLE.test(reading.description.slice(0, 600)))
      return inDescription(view, EXPORTED_PEOPLE);
    if (category !== 'Read' || main === undefined || view.program !== undefined) return [];
    if (main.kind !== 'read' && main.kind !== 'export' && main.verb !== 'extract') return [];
    const last = reading.nameWords.at(-1)?.text ?? '';
    if (NOT_CONTENT.test(last) || main.verb === 'count') return [];
    if (NOT_CONTENT.test(main.object.at(-1) ?? '')) return [];
    const lead = leadSentence(view);
    if (/^(?:payload|transcript)$/.test(last) && ofRecording(view))
      return inName(view, /Recording/i);
    const match = PERSONAL_THINGS.exec(lead) ?? OF_A_PERSON.exec(lead);
    return match === null ||
      !reading.description.includes(match[0]) ||
      isPublicKnowledge(view, main)
      ? []
      : [{ pointer: '/description', quote: match[0] }];
  },
});

/** What is made of a recording holds what was said. */
function ofRecording({ reading }: View): boolean {
  return reading.nameWords.some(({ text }) => /^recordings?$/i.test(text));
}

const ROWS = /\breturns? [^.]{0,40}\brows\b|\b(?:result|matching|table) rows\b/i;
const EXPORTED_PEOPLE =
  /\b(?:users?|customers?|contacts?|subscribers?|members?|patients?|purchases?|orders?) (?:data|records?|profiles?|lists?)\b/i;
const EXPORTED_ROWS =
  /\b(?:query|aggregation|search) (?:\w+ )?results?\b|\b(?:rows|documents|records) (?:of|from|in)\b/i;
const CRM =
  /\b(?:crm|records? (?:from|in) (?:an? |the )?(?:table|base|database|object)|customer records?)\b/i;

export const records = defineSignal({
  id: 'records',
  trait: 'private_data',
  meaning:
    'The result holds records of a database or of customers, whatever the server calls them.',
  find: (view) => {
    if (view.category !== 'Read' || view.main === undefined) return [];
    const { reading } = view;
    if (
      /^(?:query|execute|run)$/.test(view.main.verb) &&
      ROWS.test(reading.description.slice(0, 600))
    )
      return inDescription(view, ROWS);
    if (
      view.main.verb === 'query' &&
      /^(?:databases?|tables?|collections?|worksheets?|sheets?|datasets?)$/.test(
        view.main.object.at(-1) ?? '',
      )
    )
      return [quoteOf(view.main)];
    if (view.main.kind === 'export' && EXPORTED_ROWS.test(clauseOf(view.main) ?? ''))
      return [quoteOf(view.main)];
    if (view.main.kind !== 'read') return [];
    const kindField = reading.fields.find(
      ({ name, depth }) =>
        depth <= 2 &&
        /^(?:object_?type|table_?id|table_?name|collection|entity_?type|sobject|model_?name|base_?id)$/i.test(
          name,
        ),
    );
    const words = reading.nameWords.map(({ text }) => text);
    const last = words.at(-1) ?? '';
    if (NOT_CONTENT.test(last)) return [];
    const lead = reading.sentences
      .slice(0, 2)
      .map(({ text }) => text.slice(0, 200))
      .join(' ');
    if (
      /^(?:objects?|records?|rows?|documents?|find)$/.test(last) &&
      (kindField !== undefined ||
        CRM.test(`${lead} ${reading.serverText}`) ||
        /\b(?:collection|table)\b/i.test(lead))
    )
      return [
        ...inName(view, /objects?|records?|rows?|documents?|find/i).slice(0, 1),
        ...inDescription(view, CRM).slice(0, 1),
      ].slice(0, 1);
    return [];
  },
});
