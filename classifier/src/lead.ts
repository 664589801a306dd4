import { NOMINAL, NOUN_LIKE, type VerbForm, verbForm } from './lexicon/verbs.ts';
import { textWords, type Word, wordSet } from './words.ts';

/** A verb a sentence states as the tool's act, with its object and what follows. Places are within the sentence. */
export type Lead = {
  form: VerbForm;
  start: number;
  end: number;
  /** Words of the object, and of what follows it in the clause. */
  object: string[];
  after: string[];
  objectEnd: number;
  isLoose: boolean;
  /** True where a noun names the act: "take a screenshot". */
  isNominal?: boolean;
  /** True where the sentence has no verb: "deletion of a page". */
  isNoun?: boolean;
};

const MAX_LEAD = 480;
const ADVERB =
  /^(?:[a-z]{4,}(?:ally|ically|ously|ively)|automatically|quickly|safely|efficiently|securely|directly|optionally|programmatically|easily|simply|asynchronously|synchronously|permanently|immediately|manually|also|then|please|first|atomically|selectively|batch|bulk|mass|intelligently|instantly|recursively|semantically|temporarily|deeply|actually|just|now|and|to|full-text|fuzzy|interactively|silently|gracefully|forcefully|forcibly|completely|explicitly|partially|incrementally|manual|smart|advanced|unified|secure|powerful|locally|remotely|unconditionally|conditionally|either|both|idempotently|randomly|optimistically|only|multiple|single|internal(?:ly)?|experimental|legacy|deprecated|beta|alpha|new|admin(?: only)?)\s*[:,]?\s+/i;
const NAMED_AS =
  /^(?:an?\s+)?(?:[\w'-]+\s+){0,4}?(?:tool|function|command|utility|helper|method|endpoint|ability|api|interface|capability|operations?|wrapper|commands)\s+(?:to|for|that|which|used to|used for|capable of|can)\s+/i;
const PREFIXES: RegExp[] = [
  /^[^\p{L}\p{N}[("'`<]+/u,
  /^\[[^\]]{0,80}\]\s*/,
  /^\((?=[^)]{1,60}\)\s*\S)[^)]{0,60}\)\s*[:.-]?\s*/,
  /^<[^>]{0,40}>\s*/,
  /^\d+[.)]\s*/,
  /^(?:main )?(?:purpose|description|summary|overview|function(?:ality)?|what it does|goal|does|usage|use|use cases?|action|task|tool|capabilit(?:y|ies)|role|objective|tl;dr|deprecated|beta|experimental|preview|step \d+)\s*[:—–-]+\s*/i,
  /^(?:this|the)\s+(?:[\w'-]+\s+){0,4}?(?:tool|function|endpoint|command|method|action|operation|api|utility|capability|feature|helper|query|mutation|call)\b(?:,[^,]{0,80},)?\s*/i,
  /^(?:this|it|which|that)\s+(?=(?:will|can|is|also|\w+s)\s)/i,
  /^(?:will|can|should|could|may|would|is|are|be)\s+(?:be\s+)?(?:also\s+|then\s+|primarily\s+|specifically\s+)?(?:(?:used|useful|designed|intended|meant|able|responsible|helpful|capable|recommended|needed|required|for|here)\s+)?(?:(?:to|for|of|by)\s+)?/i,
  /^(?:use|call|invoke|run|used|useful|choose|prefer)\s+(?:(?:this|it|the)\b\s*)?(?:(?:tool|function|endpoint|command|method|action)\b\s*)?(?:\w+ly\s+)?(?:to|for|when(?:ever)?\s+(?:you|the user|a user|users|the agent|someone|asked|needing|trying|looking)\s*(?:need|want|wants|needs|would like|have|has|asks?|is|are)?\s*(?:you\s+)?(?:to|for)?|if you (?:need|want) to|when you)\s+/i,
  NAMED_AS,
  /^(?:allows?|lets?|enables?|helps?|permits?|empowers?|makes it possible|gives?)\s+(?:(?:you|users?|the user|the (?:agent|model|llm|assistant|ai|client|caller)|agents?|llms?|clients?|developers?|callers?|claude|for|an? (?:agent|user|llm|ai|client)|ai (?:agents?|assistants?))\s+(?:(?:to|the ability to|with)\s+(?:\w+ly\s+)?)?|(?:to|the ability to)\s+|(?=\w+ing\b))/i,
  /^helps?\s+(?=[a-z])/i,
  /^you (?:can|may)\s+(?:use this(?: tool)? to\s+)?/i,
  ADVERB,
  /^["'`“]+/,
];
const NOT_AN_ACT =
  /^\W*(?:\d{1,2}\W+)?(?:(?:[\w-]+ ){0,3}(?:warning|caution|disclaimer)\s*:|(?:important|critical|warning|caution|note|notes|tip|tips|example|examples|args|arguments|param|params|parameters?|inputs?|outputs?|returns?:|prerequisites?|requirements?|required|requires|error|errors|deprecated|workflow|limitations?|response|see also|related|features?|fields|options|supported|available|tags|category|permissions?|scopes?|auth|authentication|default|defaults|usage examples?|output format)\s*(?:\([^)]{0,40}\))?\s*:|(?:(?:call|use|invoke|run) (?:this|it)(?: tool| command| function)? (?:before|first|after|once|prior to|whenever)|if|when|whenever|before|after|unless|do not|don't|never|always|you must|you should|you need|must|should|ensure|make sure|remember to|please|e\.g|for example|requires|required|supports|accepts|works|uses|only (?:use|call|works)|note that|prefer|avoid|see|ideal for|best for|default|optional|not for|typically|example|mandatory|consider|once|since|because|because|this is because|user|assistant|system)\b)/i;

/** Whether a sentence gives advice, notes or a claim rather than an account of what a call does. */
export function statesNoAct(sentence: string): boolean {
  return NOT_AN_ACT.test(sentence) || CLAIM.test(sentence);
}

/** What a definition says of itself rather than of its act: "This tool is read-only", "It never changes anything". */
const CLAIM =
  /^\W{0,4}(?:(?:this|the)(?: \w+)? (?:tool|function|operation|call|action|command|endpoint)|this|it)\s+(?:(?:is|are|will|can)\s+)?(?:only|just|simply|merely|never|not|is|does not|doesn't|cannot|can't|won't|completely|totally|entirely|always|harmless|safe|read-?only)\b(?! (?:used|designed|intended|for|meant|to|able|useful)\b)|^\W{0,4}(?:read-?only|harmless|safe|no side effects)\b/i;

/** Whether a sentence only makes a claim about its tool; it is no act where another sentence states one. */
export function isClaim(sentence: string): boolean {
  return CLAIM.test(sentence);
}

/** Words at which an object ends. */
const STOP = wordSet(
  `for from in into to with by using via on at as that which where when if without within through across
  and or but then so while unless based according between against after before per about whose who how whether over
  under not including such like e.g i.e is are was be has have will can must this these it its`,
);
const PARTICIPLE = wordSet(
  'matching containing having regarding concerning belonging assigned associated',
);
const DETERMINER = wordSet(
  'a an the all any this that these those your new existing multiple one its their it them each every some specific current given another more up out',
);

/** The act a sentence states first, and those joined to it; empty where it states none. */
export function leadsOf(sentence: string, isStrict = false): Lead[] {
  const text = sentence.slice(0, MAX_LEAD);
  if (NOT_AN_ACT.test(text) || /^\W{0,3}to\s[^,.]{1,80},\s/i.test(text)) return afterCall(text);
  // "Compute operations - Commands for …": a heading may begin with what looks like a verb.
  if (/^[\w ]{3,60}\b(?:operations|commands|service|api|tools?)\s+[-–—|:]\s/i.test(text)) {
    const under = headed(text);
    if (under.length > 0) return under;
  }
  const direct = verbAt(text, skipPrefixes(text), isStrict);
  if (direct !== undefined) return [...withJoined(text, direct), ...afterColon(text, direct)];
  return headed(text);
}

// "Manage branches: list all branches, create a branch, or delete one."
function afterColon(text: string, { form, end }: Lead): Lead[] {
  if (form.kind !== 'manage' && form.kind !== 'perform') return [];
  const colon = /[:(]|\s[-–—]\s/.exec(text.slice(end));
  if (colon === null) return [];
  const leads: Lead[] = [];
  let at = end + colon.index + colon[0].length;
  for (const part of text.slice(at).split(/([,;/]|\bor\b|\band\b)/)) {
    const lead = verbAt(text, at + (part.length - part.trimStart().length), false);
    if (lead !== undefined && lead.end <= at + part.length && leads.length < 8) leads.push(lead);
    at += part.length;
  }
  return leads;
}

// "Use this tool to …" is advice, but names the act where nothing else does.
function afterCall(text: string): Lead[] {
  const match = /\b(?:use|call|invoke)(?: this)?(?: tool| function)? to /i.exec(text);
  if (match === null) return [];
  const lead = verbAt(text, match.index + match[0].length, true);
  return lead === undefined ? [] : withJoined(text, { ...lead, isLoose: true });
}

function skipPrefixes(text: string): number {
  let at = 0;
  for (let round = 0; round < 6; round++) {
    const before = at;
    for (const prefix of PREFIXES) {
      const match = prefix.exec(text.slice(at));
      if (match === null || match[0] === '') continue;
      const next = at + match[0].length;
      // "Simulates an operation that gathers …": the first verb is the act.
      if (prefix === NAMED_AS && isThird(match[0])) continue;
      // "Use …", "Run …", "Bulk …": where what follows is no verb, the word itself was the act.
      if (
        next < text.length &&
        (isFree(prefix) || startsWithVerb(text, next) || !startsWithVerb(text, at))
      )
        at = next;
    }
    if (at === before) break;
  }
  return at;
}

function isThird(text: string): boolean {
  return verbForm(/^[\w-]+/.exec(text)?.[0].toLowerCase() ?? '')?.form === 'third';
}

const FREE = new Set(PREFIXES.slice(0, 6));
function isFree(prefix: RegExp): boolean {
  return FREE.has(prefix);
}

function startsWithVerb(text: string, at: number): boolean {
  const word = /^[\p{L}-]+/u.exec(text.slice(at, at + 40))?.[0];
  return word !== undefined && verbForm(word.toLowerCase()) !== undefined;
}

// "Notion | Retrieve a user", "Azure storage - List containers", "GET /x: Fetch …".
function headed(text: string): Lead[] {
  const separator = /\s+[-–—|:>]+\s+|:\s+|\s*\|\s*|\)\s+|\.\s+/g;
  for (let count = 0; count < 3; count++) {
    const match = separator.exec(text.slice(0, 140));
    if (match === null) break;
    const at = match.index + match[0].length;
    // "… is half-open — to hide the first, pass 1": an example.
    const isPurpose = match.index > 40 && /^to\s/i.test(text.slice(at));
    const lead = isPurpose ? undefined : verbAt(text, at + skipPrefixes(text.slice(at)), true);
    if (lead !== undefined) return withJoined(text, { ...lead, isLoose: count > 0 });
  }
  return nominal(text);
}

function verbAt(text: string, at: number, isStrict: boolean): Lead | undefined {
  const words = textWords(text.slice(at, MAX_LEAD), 40);
  const first = words[0];
  if (first === undefined || first.start > 1) return undefined;
  const form =
    inBrackets(text.slice(at + first.end)) ??
    verbForm(first.text) ??
    (/^re-[a-z]/.test(first.text) ? verbForm(first.text.slice(3)) : undefined) ??
    (/^read-?only\b/.test(first.text) ? undefined : verbForm(first.text.split('-')[0] ?? ''));
  if (form === undefined) return undefined;
  const next = words[1];
  // "The query is required": no act.
  if (next !== undefined && /^(?:is|are|was|were|has|have|must|should)$/.test(next.text))
    return nominalAt(text, at);
  if (form.form === 'base' && NOUN_LIKE.has(form.verb)) {
    if (next?.text === 'of' || next?.text === 'is' || next?.text === 'about')
      return nominalAt(text, at);
    if (isStrict && next === undefined) return undefined;
    // "Layers: prompt injection detection, code analysis": a list of nouns.
    if (isStrict && NOUN_PHRASE.test(text.slice(at, at + 80))) return undefined;
  }
  if (form.kind === 'perform') {
    const noun = words
      .slice(1, 7)
      .find(({ text: word }) => NOMINAL.has(word) || verbForm(word)?.form === 'gerund');
    const named =
      noun === undefined
        ? undefined
        : (verbForm(NOMINAL.get(noun.text) ?? noun.text) as VerbForm | undefined);
    if (noun !== undefined && named !== undefined)
      return {
        ...leadOf(text, at, words, words.indexOf(noun), { ...named, form: form.form }),
        start: at + first.start,
        isNominal: true,
      };
  }
  return leadOf(text, at, words, 0, form);
}

/** "Show (unhide) a row", "Remove (delete) a page": the second word says plainly what the first means. */
function inBrackets(rest: string): VerbForm | undefined {
  const word = /^ \((un[a-z]+|delete|remove|create)\) /.exec(rest)?.[1];
  return word === undefined ? undefined : verbForm(word);
}

const NOUN_PHRASE =
  /^[\w-]+ (?:[\w-]+ )?[\w-]+(?:tion|sis|ning|ment)\s*(?:\([^()]{0,40}\))?(?:,|$)/;

function leadOf(text: string, at: number, words: Word[], index: number, form: VerbForm): Lead {
  const verb = words[index] as Word;
  const object: Word[] = [];
  let next = index + 1;
  let end = verb.end;
  for (; next < words.length; next++) {
    const word = words[next] as Word;
    const gap = text.slice(at + end, at + word.start);
    // A point within a word ("example.com") ends nothing.
    if ((gap !== '.' && /[.,;:(!?\n—–]/.test(gap)) || object.length >= 7) break;
    if (STOP.has(word.text) && !(object.length === 0 && word.text === 'up')) {
      if (
        object.length === 0 &&
        /^(?:for|in|through|across|to|on|at|with|into|about)$/.test(word.text)
      ) {
        end = word.end;
        continue;
      }
      break;
    }
    // "pages matching an error message": the pages.
    if (object.length > 0 && PARTICIPLE.has(word.text)) break;
    end = word.end;
    if (!DETERMINER.has(word.text) && word.text !== 'of' && !/..ly$/.test(word.text))
      object.push(word);
  }
  return {
    form,
    start: at + verb.start,
    end: at + verb.end,
    object: object.map(({ text: word }) => word),
    after: words.slice(next, next + 20).map(({ text: word }) => word),
    objectEnd: at + end,
    isLoose: false,
  };
}

const CLAUSE_END = wordSet(
  'that which who where how whether without not if when such e.g including like via before after because instead unless than from',
);

const LOOKING: ReadonlySet<string> = new Set(['look', 'compute', 'track', 'provide']);
const MILD: ReadonlySet<string> = new Set([
  'make',
  'change',
  'mark',
  'choose',
  'track',
  'generate',
]);

/** "Create or update …, and start …": verbs in the same form, joined to the first. */
function withJoined(text: string, first: Lead): Lead[] {
  const leads = [first];
  if (first.form.form !== 'base' && first.form.form !== 'third' && first.form.form !== 'gerund')
    return leads;
  const words = textWords(text.slice(first.end), 40);
  let previousEnd = 0;
  let isAfterVerb = true;
  let isPurpose = false;
  let isAddition = false;
  for (let index = 0; index < words.length && leads.length < 6; index++) {
    const word = words[index] as Word;
    const gap = text.slice(first.end + previousEnd, first.end + word.start);
    if (/[.;(!?\n—–]|: /.test(gap)) break;
    const isJoined =
      /[,/&]\s*$/.test(gap) || /^(?:and|or|then)$/.test(words[index - 1]?.text ?? '');
    previousEnd = word.end;
    if (CLAUSE_END.has(word.text)) break;
    if (word.text === 'with') isAddition = true;
    // "Get a post with diffs, edit reason and author": nouns, unless they have an object.
    const isListed = isAddition && !DETERMINER.has(words[index + 1]?.text ?? '');
    // "a search/read anchor": two nouns.
    const isPair = /\/\s*$/.test(gap) && !isAfterVerb;
    const form = isListed || isPair ? undefined : verbForm(word.text);
    if (words[index - 1]?.text === 'to' && !DETERMINER.has(word.text)) isPurpose = true;
    // "Get a calendar to prepare for events and make decisions": what the caller may do with it.
    if (
      isPurpose &&
      isJoined &&
      LOOKING.has(first.form.kind) &&
      form !== undefined &&
      MILD.has(form.kind)
    )
      continue;
    if (isJoined && form !== undefined && form.form === first.form.form) {
      const follower = words[index + 1]?.text;
      const isPlain = !NOUN_LIKE.has(form.verb);
      if (isPlain || isAfterVerb || (follower !== undefined && DETERMINER.has(follower))) {
        leads.push(leadOf(text, first.end, words, index, form));
        isAfterVerb = true;
        continue;
      }
    }
    if (!/^(?:and|or|then)$/.test(word.text)) isAfterVerb = false;
  }
  // "Create, update and delete pages": the verbs share the object that the last one states.
  const shared = leads.findLast(({ object }) => object.length > 0);
  return leads.map((lead) =>
    lead.object.length > 0 || shared === undefined ? lead : { ...lead, object: shared.object },
  );
}

const NOUN_LEAD =
  /^\W{0,4}(?:(?:an?|the|your|all|current|detailed|complete|full)\s+){0,2}(?:[\p{L}-]+\s+){0,3}?(list|details?|information|overview|summary|status|statistics|history|contents?|search|lookup|retrieval|analysis|calculation|comparison|validation|documentation|reference|metadata|results|guide|info|data|deletion|removal|creation|deployment|execution|installation|(?:scan|audit|inspection|assessment|check)(?= of\b)|checker|calculator|viewer|finder|converter|analyzer|validator|explorer|tree view|query)\b(?! (?:history|logs?|status|details?|results?|statistics|summary|times?)\b)/iu;
const NOUN_ACTS: Record<string, string> = {
  list: 'list',
  search: 'search',
  lookup: 'lookup',
  retrieval: 'retrieve',
  analysis: 'analyze',
  calculation: 'calculate',
  comparison: 'compare',
  validation: 'validate',
  deletion: 'delete',
  removal: 'remove',
  creation: 'create',
  deployment: 'deploy',
  execution: 'execute',
  installation: 'install',
  checker: 'check',
  calculator: 'calculate',
  analyzer: 'analyze',
  validator: 'validate',
  scan: 'scan',
  audit: 'audit',
  inspection: 'inspect',
  assessment: 'assess',
  check: 'check',
  converter: 'convert',
  query: 'query',
};

function nominal(text: string): Lead[] {
  const lead = nominalAt(text, 0);
  return lead === undefined ? [] : [lead];
}

function nominalAt(text: string, at: number): Lead | undefined {
  const match = NOUN_LEAD.exec(text.slice(at, at + 160));
  const noun = match?.[1]?.toLowerCase();
  if (match === null || noun === undefined) return undefined;
  const form = verbForm(Object.hasOwn(NOUN_ACTS, noun) ? (NOUN_ACTS[noun] as string) : 'get');
  if (form === undefined) return undefined;
  const end = at + match[0].length;
  return {
    form,
    start: end - noun.length,
    end,
    object: textWords(text.slice(end, end + 80))
      .map(({ text: word }) => word)
      .filter((word) => word !== 'of')
      .slice(0, 5),
    after: [],
    objectEnd: end,
    isLoose: true,
    isNoun: true,
  };
}
