import type { Assessment, Level, RiskRowId, Trait } from '@toolwarden/catalogue';
import type { Act } from './act.ts';
import { NOUN_LIKE, verbForm } from './lexicon/verbs.ts';
import type { ActKind } from './meaning.ts';
import { again, DENIED, isPlain, phraseOf, quotedSentence, UNFINISHED } from './phrase.ts';
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
    return `${pick(['One call', 'Each call', 'A call'])} ${phrase}; its argument ${shown(main.quote)} can have something kept.`;
  if (phrase !== undefined && isOneOfSeveral(view))
    return `Among the acts that the description lists, the strongest decides: one call ${phrase}.`;
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

/** "Manage branches: list, create, delete or rename a branch": no call does all of it. */
function isOneOfSeveral({ main, acts }: View): boolean {
  return (
    acts.lead[0]?.kind === 'manage' &&
    main !== acts.lead[0] &&
    acts.lead.length >= 3 &&
    main !== undefined &&
    acts.lead.includes(main)
  );
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
    ? `Going by its name, one call ${again(verb, reading.name)}${thirdPerson(verb)} what the name calls ${shown(named)}.`
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
  save: ['What it makes can be kept, so it is a write and not a read.'],
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
  'The effect depends on what the call meets and not on its arguments alone, which makes it an execution.',
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
  const isStop =
    category === 'Execute' &&
    (main.verb === 'shutdown' || /\b(?:cancell?ation|termination)\b/i.test(main.quote));
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
