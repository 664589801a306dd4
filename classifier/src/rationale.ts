import type { Assessment, Level, RiskRowId, Trait } from '@toolwarden/catalogue';
import type { Act } from './act.ts';
import { NOUN_LIKE, verbForm } from './lexicon/verbs.ts';
import type { ActKind } from './meaning.ts';
import type { Reading } from './reading.ts';
import type { View } from './signal.ts';
import { orderIn } from './steering.ts';
import { thirdPerson } from './third-person.ts';

/** One to three sentences on this tool: what a call does, why no neighbouring category, what makes the level. */
export function rationaleFor(view: View, traits: readonly Trait[], assessment: Assessment): string {
  const pick = chooserOf(view.reading.name);
  const parts = [
    whatItDoes(view, pick),
    whyCategory(view, pick),
    levelSentence(traits, assessment, view),
  ];
  const text = parts.join(' ');
  const words = text.split(' ').length;
  return words <= 70
    ? text
    : `${whatItDoesShort(view)} ${parts[1]} ${parts[2]}`.split(' ').slice(0, 70).join(' ');
}

type Pick = <Item>(items: readonly [Item, ...Item[]]) => Item;

/** The same tool always gets the same wording; different tools get different ones. */
function chooserOf(name: string): Pick {
  let hash = 7;
  for (let at = 0; at < name.length && at < 200; at++)
    hash = (hash * 31 + name.charCodeAt(at)) >>> 0;
  return (items) => items[hash % items.length] as (typeof items)[0];
}

function whatItDoes(view: View, pick: Pick): string {
  const { main, choosers, program, category } = view;
  const chooser = choosers.find(({ choices }) => choices.some(({ act }) => act !== undefined));
  const optional = program?.kind === 'code' ? besidesProgram(view, pick) : undefined;
  if (optional !== undefined) return optional;
  if (program?.kind === 'code' && program.evidence.quote.length <= 40)
    return `Each call runs what the caller passes as ${shown(program.evidence.quote)}.`;
  if (chooser !== undefined && main?.source === 'value') {
    const values = chooser.choices.slice(0, 5).map(({ value }) => shown(value));
    const more = chooser.choices.length > 5 ? ` and ${chooser.choices.length - 5} more` : '';
    return `The argument ${shown(chooser.field.name)} chooses among ${more === '' ? joined(values) : `${values.join(', ')}${more}`}; the strongest of them, ${shown(main.quote)}, decides.`;
  }
  if (program?.kind === 'query')
    return `Each call passes on the statement that the caller writes in ${shown(program.evidence.quote)}.`;
  if (program?.kind === 'api')
    return `The caller names the operation in ${shown(program.evidence.quote)}, so one call can reach many parts of an API.`;
  if (main !== undefined && view.acts.listed.includes(main))
    return `It routes to several commands; the strongest that its description lists, ${shown(main.quote)}, decides.`;
  const stating =
    main === undefined ? [] : [...wholePair(main, view), main, ...statingToo(main, view)];
  const phrase = stating.map(phraseOf).find((item) => item !== undefined);
  if (phrase !== undefined && main?.source === 'argument')
    return `${pick(['One call', 'Each call', 'A call'])} ${phrase}; its argument ${shown(main.quote)} keeps something in a file.`;
  if (phrase !== undefined) return `${pick(['One call', 'Each call', 'A call'])} ${phrase}.`;
  const quoted = stating
    .map((act) => quotedSentence(act, textOf(act, view)))
    .find((item) => item !== undefined);
  if (quoted !== undefined) return quoted;
  const named = main?.source === 'name' ? main : view.acts.name;
  if (named !== undefined && named.category === category) return byName(view, named);
  return whatItDoesShort(view);
}

function textOf({ source }: Act, { reading }: View): string {
  const text = source === 'title' ? (reading.title?.text ?? '') : reading.description;
  return text.replace(/\s+/g, ' ');
}

/** Sentences that state an act of the same kind say more of it than a name does. */
function statingToo({ source, category }: Act, { acts }: View): Act[] {
  if (source === 'argument') return acts.lead;
  return source === 'name' ? acts.lead.filter((act) => act.category === category) : [];
}

/** "Add or remove labels": the strongest of the two verbs alone would be half of what a call does. */
function wholePair({ verb, clause, source }: Act, { acts }: View): Act[] {
  const rest = `${thirdPerson(verb)} ${clause ?? ''}`;
  return source !== 'description'
    ? []
    : acts.lead.filter(({ clause: whole }) => whole === `or ${rest}` || whole === `and ${rest}`);
}

/** What a call does where the caller may leave out the program that it can run besides. */
function besidesProgram({ acts, program, reading }: View, pick: Pick): string | undefined {
  const field = reading.fields.find(({ pointer }) => pointer === program?.evidence.pointer);
  if (field === undefined || field.isRequired) return undefined;
  const phrase = acts.lead.map(phraseOf).find((item) => item !== undefined);
  return phrase === undefined
    ? undefined
    : `${pick(['One call', 'Each call', 'A call'])} ${phrase}; what the caller passes as ${shown(field.name)} is run.`;
}

function byName({ reading }: View, { verb, objectText: object }: Act): string {
  const named = asNamed(object, reading.name);
  // "maps_weather" begins with a noun in the plural.
  const isVerb = !NOUN_LIKE.has(verb) || reading.nameWords.some(({ text }) => text === verb);
  return named !== undefined && isPlain(object) && isVerb && !isNounLast(verb, named, reading.name)
    ? `Going by its name, one call ${thirdPerson(verb)} what the name calls ${shown(named)}.`
    : `Its name, ${shown(reading.name)}, states what a call does.`;
}

/** "cluster_rollout": a noun at the end of a name is what is named, and no verb with an object before it. */
function isNounLast(verb: string, object: string, name: string): boolean {
  const isNoun =
    NOUN_LIKE.has(verb) || /^(?:rollout|rollback|checkout|setup|cleanup|backup|lookup)$/.test(verb);
  return isNoun && name.toLowerCase().lastIndexOf(verb) > name.indexOf(object);
}

/** The words of an object as the name spells them; `undefined` where they do not stand there, or begin with a verb. */
function asNamed(object: string, name: string): string | undefined {
  const words = object.split(' ').filter(Boolean);
  const first = words[0];
  if (first === undefined || words.length > 8) return undefined;
  if (verbForm(first) !== undefined && !NOUN_LIKE.has(first)) return undefined;
  if (UNFINISHED.test(object)) return undefined;
  const pattern = words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, '')).join('[-_. ]?');
  return new RegExp(pattern, 'iu').exec(name.slice(0, 200))?.[0];
}

function whatItDoesShort({ reading, main }: View): string {
  return main === undefined
    ? `The definition of ${shown(reading.name)} names no act that the rules know.`
    : main.isDenial === true || DENIED.test(main.quote)
      ? 'The description plainly denies the act that the name suggests.'
      : `The act is stated as ${shown(main.quote.split(/\s/, 1)[0] ?? '')}.`;
}

/** The act as its sentence states it, in the third person; `undefined` where its words are not fit to repeat. */
function phraseOf({ verb, objectText, clause, source, quote }: Act): string | undefined {
  if (source !== 'description' && source !== 'title') return undefined;
  if (clause === undefined) return undefined;
  const texts = [clause, objectText].map(tidy).filter((text) => !JOINED_FIRST.test(text));
  const object = texts.find(
    (text) =>
      text.length > 0 &&
      text.length <= 112 &&
      isPlain(text) &&
      /[a-z]{2}/i.test(text) &&
      !UNFINISHED.test(text) &&
      !text.endsWith('/') &&
      !BARE_PLACE.test(text),
  );
  if (object === undefined) return undefined;
  if (isBareNoun(object)) return undefined;
  const again = /^re-/i.test(quote) ? 're-' : '';
  return `${again}${thirdPerson(verb)} ${withArticles(object)}`;
}
// What ends in an adjective, a number or a little word was cut off before its noun.
const UNFINISHED =
  /(?:^|\s)(?:\d+\.\d+|new|existing|exact|specific|specified|given|custom|current|single|multiple|several|various|full|active|private|public|latest|recent|other|own|same|different|optional|available|detailed|complete|entire|whole|additional|external|internal|related|selected|advanced|basic|more|most|each|every|any|all|this|these|is|are|be|not|no|into|onto|between|through|about|per|than|over|under|double|long|short|personal|authenticated|local|remote|global)$|^(?:it|them)$/i;
const DENIED = /\b(?:not|never|cannot|without|\w+n't)\b/i;

/** "a email", "a NFS": the article that fits what follows; words that may be said either way stay as they are. */
function withArticles(text: string): string {
  const one = isSeveral(text) ? text.replace(/^an?\s+/i, '') : text;
  return one.replace(/\b(an?) ([\p{L}\p{N}]+)/gu, (whole, article: string, word: string) => {
    const right = articleOf(word);
    return right === undefined || right === article ? whole : `${right} ${word}`;
  });
}

/** "a new personal labels": an article before what is said in the plural. */
function isSeveral(text: string): boolean {
  const words = text.split(' ');
  if (!/^an?$/i.test(words[0] ?? '')) return false;
  const end = words.findIndex((word) => LITTLE_WORD.test(word) || /[,/]/.test(word));
  const head = (words[end === -1 ? words.length - 1 : end - 1] ?? '').toLowerCase();
  return (
    /^(?:labels|items|users|files|messages|tasks|records|rows|entries|events|notes|tags|comments|pages|documents|issues|fields|columns|members|contacts|images|keys|results|logs|links)$/.test(
      head,
    ) && !/^(?:few|list|set|couple|number|group)$/i.test(words[1] ?? '')
  );
}

function articleOf(word: string): 'a' | 'an' | undefined {
  const isSpelled =
    /^[A-Z]{2,}\d*s?$/.test(word) && !/^[A-Z][AEIOU]|[AEIOU].$/.test(word.slice(0, 5));
  if (isSpelled) return word === 'SQL' ? undefined : /^[AEFHILMNORSX]/.test(word) ? 'an' : 'a';
  if (!/[aeiouy]/.test(word) || /^[A-Z]{2}/.test(word)) return undefined;
  if (/^(?:uni(?!n)|us[aeiu]|eu|ur[iu]|ut[ei]|uu|one\b|once|ub)/i.test(word)) return 'a';
  if (/^(?:hour|honou?r|honest|heir)/i.test(word)) return 'an';
  return /^[aeiou]/i.test(word) ? 'an' : 'a';
}
// "and filters pages" goes on after "lists"; what the verbs were not put into the same form of does not.
const JOINED_FIRST = /^(?:and|or|then)\s+(?!\w+s\s)|^[,/]/i;

// "chats that the user takes part in" ends where it should.
const RELATIVE = /\b(?:that|which|whom?)\b[^,]*\s\w{3,}\s(?:in|on|to|of|with|from|for|by|at)$/i;

function tidy(text: string): string {
  if (RELATIVE.test(text)) return text.replace(/\s+/g, ' ').trim();
  return text
    .replace(/\s+/g, ' ')
    .replace(/(?:\s+\S+['’]s)?[.,:;]*$/, '')
    .replace(
      /(?:(?<!\bbelongs?)\s+to|\s+(?:the|an?|of|for|in|on|at|as|by|with|from|using|via|within|based|and|or|that|which|when|if|its|their|belonging|running|its own))+$/i,
      '',
    )
    .trim();
}

/** "branch from project": a single thing without an article reads badly after a verb in the third person. */
function isBareNoun(text: string): boolean {
  const words = text.split(' ');
  const [first = '', second = ''] = words;
  if (
    /^(?:an?|the|all|any|this|that|these|those|your|one|two|new|existing|multiple|several|available|for|up|to|through|in|on|its|their|each|every|more|details?|information|data|metadata|whether|if|how)$/i.test(
      first,
    )
  )
    return false;
  if (/s$/i.test(first) || /^[A-Z]/.test(first)) return false;
  // The noun that the words before the first little word end in.
  const end = words.findIndex((word) => LITTLE_WORD.test(word));
  const head = words[end === -1 ? words.length - 1 : end - 1] ?? '';
  if (end === 0 || second === '') return second === '' && !UNCOUNTED.test(first);
  return !UNCOUNTED.test(head) && !/^[A-Z]{2,}$/.test(head);
}
const LITTLE_WORD =
  /^(?:from|in|to|for|by|with|of|on|using|at|via|across|against|about|as|into|that|which|within|over|between|based|including|without|after|before|during|under|per|through|when|where|if|so)$/i;
const UNCOUNTED =
  /(?:s|ing|data|information|metadata|content|text|code|access|feedback|usage|software|documentation|history|output|input|help|advice|support|research|storage|memory|traffic|availability|performance|context|guidance|knowledge|progress|hardware|connectivity|people|info|schema)$/i;
/** "in browser", "on device": telegrams, fit to be quoted and not to be told. */
const BARE_PLACE =
  /\b(?:in|on|from|to|into|of|for|against|via|using|with) (?!(?:the|an?|your|its|this|that|each|any|all|one|another|their|some|every|no|multiple|natural|which|whose|[\w-]+['’]s) )(?:[\w.-]+ ){0,2}(?:browser|device|project|page|element|file|database|table|list|user|server|repository|account|task|item|message|issue|record|document|board|sheet|team|channel|group|folder|workspace|session|cluster|branch|api|engine|registry|index|agent)\b(?! (?!(?:with|by|from|to|for|in|on|using|and|or)\b)[\w“])/i;

/** The description's own words, where they are fit to stand in quotation marks. */
function quotedSentence(
  { quote, source, verb, clause }: Act,
  sentence: string,
): string | undefined {
  if (source !== 'description' && source !== 'title') return undefined;
  if (DENIED.test(quote)) return undefined;
  const [word = ''] = quote.split(/\s/, 1);
  const whole = clause === undefined || JOINED_FIRST.test(clause) ? '' : `${word} ${clause}`;
  // A clause was put into the third person and freed of marks: it is quoted only where it still stands so.
  const text = [sentence.includes(whole) ? whole : '', quote]
    .map((item) => tidy(item).replace(/["“”]/g, ''))
    .find(
      (item) =>
        isPlain(item) &&
        item.length <= 110 &&
        item.includes(' ') &&
        !/^\S+ (?:it|them)$/i.test(item) &&
        sentence.includes(item) &&
        !UNFINISHED.test(item) &&
        !item.endsWith('/'),
    );
  return text === undefined || text.toLowerCase() === verb || text === text.toUpperCase()
    ? undefined
    : `The description sums up one call as “${text}”.`;
}

// Only letters, digits and common marks are repeated, and nothing that reads like an order.
function isPlain(text: string): boolean {
  return /^[\p{L}\p{N} .,/'’&%+()-]+$/u.test(text) && orderIn(text) === undefined;
}

/** A name from the definition in quotation marks, made harmless. */
function shown(text: string): string {
  const safe = text
    .replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '')
    .replace(/[“”"\u202A-\u202E\u2066-\u2069]/g, '');
  const words = safe.trim().split(/\s+/).slice(0, 4).join(' ').slice(0, 64);
  return orderIn(safe) !== undefined || words === '' ? '“…”' : `“${words}”`;
}

function joined(items: readonly string[]): string {
  return items.length < 2
    ? (items[0] ?? '')
    : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

const READ_REASONS: Partial<Record<ActKind, readonly [string, ...string[]]>> = {
  compute: [
    'It works out an answer from what it is given and keeps nothing, so it is a read.',
    'The result is worked out and handed back; no stored state changes, which makes it a read.',
  ],
  generate: [
    'What it produces is handed back rather than kept, so it is a read and not a write.',
    'It returns what it makes and stores nothing, which keeps it a read.',
  ],
  wait: ['It only waits or polls; nothing is set off, so it is a read.'],
  export: [
    'The definition names nothing stored that the export would change, so it is a read and not a write.',
  ],
};
const READ: readonly [string, ...string[]] = [
  'It only returns information; nothing is changed or set off, so it is a read.',
  'Nothing is stored, changed or started by it, which makes it a read and not a write.',
  'It looks something up and leaves everything as it was, so it is a read.',
];
const WRITE_REASONS: Partial<Record<ActKind, readonly [string, ...string[]]>> = {
  remove: [
    'The removal is stated whole in the arguments, so it is a write and not an execution.',
    'What goes is named in the call itself, which makes it a write rather than an execution.',
  ],
  send: [
    'What is sent stands in the arguments themselves, so it is a write and not an execution.',
    'Text and recipient are part of the call, which makes it a write rather than an execution.',
  ],
  mark: [
    'It sets a state of an existing record, stated whole in the call: a write, not an execution.',
    'A mark on something stored changes and nothing is started, so it is a write.',
  ],
  money: ['The dealing is stated in the arguments, so it is a write rather than an execution.'],
  choose: ['It changes which thing later calls work on, so it is a write and not a read.'],
  create: [
    'The new record is stated whole in the arguments and nothing is started, so it is a write.',
    'It adds stored state and sets nothing going, which makes it a write and not an execution.',
  ],
  change: [
    'The change is stated whole in the arguments and nothing is started, so it is a write.',
    'It alters stored state as the call says, which makes it a write and not an execution.',
  ],
  save: ['What it makes can be kept in a file, so it is a write and not a read.'],
  manage: [
    'The definition does not say which acts this covers, so it is taken as a write rather than a read.',
  ],
};
const WRITE: readonly [string, ...string[]] = [
  'Stored state changes as the arguments say and no process is started, so it is a write.',
  'It changes what is stored and sets nothing going, which makes it a write and not an execution.',
];
/** Where the arguments do not hold what is sent, or there are none. */
const WRITE_ELSEWHERE: readonly [string, ...string[]] = [
  'The call itself makes the change and no process is started, so it is a write and not an execution.',
  'It is one change, made by the call itself, which makes it a write rather than an execution.',
];

/** Whether the arguments hold what the reason says they do. */
function isStatedWhole({ kind }: Act, { fields }: Reading): boolean {
  // What a file holds does not stand in the arguments that name it.
  if (
    kind === 'create' &&
    !fields.some(({ name }) => SAID.test(name)) &&
    fields.some(({ name }) => /(?:^|_)(?:file_?)?path$|filePath$/i.test(name))
  )
    return false;
  if (fields.length === 0) return kind === 'mark' || kind === 'choose' || kind === 'manage';
  return (
    kind !== 'send' ||
    (fields.some(({ name }) => SAID.test(name)) && fields.some(({ name }) => RECIPIENT.test(name)))
  );
}
const SAID = /text|body|content|message|html|caption|comment|subject|payload|tweets?|status|post/i;
const RECIPIENT =
  /(?:^|_)to$|^to[_A-Z]|recipient|email|phone|user|channel|chat|thread|number|member|match|address|id$|To$/i;

const EXECUTE_REASONS: Partial<Record<ActKind, readonly [string, ...string[]]>> = {
  touch: [
    'What such an action does is decided by the page or screen it meets, so it is an execution and not a write.',
    'The page or app, not the call, decides the effect, which makes it an execution.',
  ],
  stop: ['It steers something that runs, so it is an execution rather than a write.'],
  sendoff: [
    'What goes out was prepared elsewhere, not in the arguments, so it is an execution and not a write.',
  ],
  publish: [
    'What becomes public was prepared elsewhere, so it is an execution rather than a write.',
  ],
  phone: ['It starts a live call outside the system, so it is an execution rather than a write.'],
  sync: [
    'What changes lies in files or server state rather than in the arguments, so it is an execution.',
  ],
  login: ['It starts a session whose effect lies outside the arguments, so it is an execution.'],
};
const EXECUTE: readonly [string, ...string[]] = [
  'It sets something going whose effect is decided outside the call, so it is an execution and not a write.',
  'The effect depends on what is started rather than on the arguments alone, which makes it an execution.',
  'What follows is defined elsewhere, not in the call, so it is an execution rather than a write.',
];

function whyCategory({ category, main, program, reading }: View, pick: Pick): string {
  if (program?.kind === 'code')
    return 'A program of the caller’s own can do anything, so it is an execution.';
  if (program?.kind === 'query')
    return category === 'Read'
      ? 'The statement can only select, so it is a read whatever the verb.'
      : 'The definition does not limit it to selecting, so it is an execution and not a read.';
  if (program?.kind === 'api' && category === 'Execute')
    return 'The arguments decide what the operation does, so it is an execution.';
  if (main === undefined)
    return category === 'Read'
      ? 'Only the server’s own hint says that it reads, so a read is assumed with low confidence.'
      : 'An unclear tool is never taken for a read, so it stands as a write until a person has looked.';
  if (category !== main.category)
    return `The words leave it open and the server’s hint ${reading.hints.readOnly === true ? 'says that it only reads, so it is a read' : 'denies that it only reads, so it is a write'}.`;
  if (category === 'Write' && !isStatedWhole(main, reading)) return pick(WRITE_ELSEWHERE);
  const table = { Read: READ_REASONS, Write: WRITE_REASONS, Execute: EXECUTE_REASONS }[category];
  const fallback = { Read: READ, Write: WRITE, Execute: EXECUTE }[category];
  // "Request cancellation of a job": what runs is stopped, and nothing is started.
  const isStop = category === 'Execute' && /\b(?:cancell?ation|termination)\b/i.test(main.quote);
  return pick(table[isStop ? 'stop' : main.kind] ?? fallback);
}

const ROW_REASONS: Record<RiskRowId, string> = {
  R1: 'nothing else raises it',
  R2: 'the change can be put right',
  R3: 'the effect reaches beyond the call',
  R4: 'the result can hold private data',
  R5: 'the caller writes the query',
  R6: 'a request goes to an address outside',
  R7: 'it touches secrets or access',
  R8: 'it reaches outside, many items at once, or any part of an API',
  R9: 'what it removes or overwrites is lost',
  R9b: 'an option can make it lose existing content',
  R10: 'money or charges are at stake',
  R11: 'the caller’s program runs with general powers',
  R12: 'it changes access for many at once',
  R13: 'the definition tries to steer its reader',
};

/** What makes the level, in one sentence. */
export function levelSentence(
  traits: readonly Trait[],
  { risk, riskRows }: Assessment,
  { isSuspicious }: { isSuspicious: boolean } = {
    isSuspicious: traits.includes('suspicious_definition'),
  },
): string {
  const reason = decidingRow(traits, risk, riskRows);
  const also =
    isSuspicious && reason !== ROW_REASONS.R13
      ? ', and its definition tries to steer the reader'
      : '';
  return `The level is ${risk} because ${reason}${also}.`;
}

const LEVEL_OF: Record<RiskRowId, readonly Level[]> = {
  R1: ['Low'],
  R2: ['Medium'],
  R3: ['High'],
  R4: ['Medium'],
  R5: ['Medium'],
  R6: ['Medium'],
  R7: ['High'],
  R8: ['High'],
  R9: ['Critical', 'High'],
  R9b: ['High'],
  R10: ['Critical'],
  R11: ['Critical', 'High'],
  R12: ['Critical'],
  R13: ['Medium'],
};

function decidingRow(traits: readonly Trait[], risk: Level, rows: readonly RiskRowId[]): string {
  const reaching = rows.filter((row) => LEVEL_OF[row].includes(risk));
  // The row that says most about this tool: a trait before the plain category.
  const row =
    reaching.findLast((id) => id !== 'R1' && id !== 'R2' && id !== 'R3') ?? reaching.at(-1) ?? 'R1';
  if (row === 'R8') return rowEight(traits);
  if (row === 'R2' && traits.includes('contained'))
    return 'the change stays in the tool’s own scratch space';
  return ROW_REASONS[row];
}

function rowEight(traits: readonly Trait[]): string {
  const reasons = [
    ...(traits.includes('communicates_externally') ? ['it reaches people or systems outside'] : []),
    ...(traits.includes('bulk') ? ['one call touches many items'] : []),
    ...(traits.includes('raw_query') ? ['the caller names the operation'] : []),
  ];
  return joined(reasons);
}
