import { assess } from '@toolwarden/catalogue';
import { type Act, actOfLead, type Setting, strongest } from './act.ts';
import { meaningOf } from './acts.ts';
import { leadsOf } from './lead.ts';
import { type VerbForm, verbForm } from './lexicon/verbs.ts';
import type { Field, Reading } from './reading.ts';
import { nameWords } from './words.ts';

/** One act that an argument's value chooses. */
export type Choice = { value: string; pointer: string; quote: string; act: Act | undefined };

/** An argument that chooses among acts. */
export type Chooser = { field: Field; choices: Choice[]; isWhole: boolean };

const CHOOSER_NAME =
  /^(?:(?:sub|panel|self|bulk|batch|git|file|crud|api|job|task|user|page|tab|browser|window|node|item|record|db|query|workflow|session|process|service|resource)?_?(?:actions?|operations?|ops?|command|cmd|subcommand|sub_?action|verb|method|mode|request_?type|operation_?type|action_?type|change_?type|command_?type))$/i;
const SURE_NAME = /(?:action|operation|^op$|command|^cmd$|verb|^method$|_op$)s?$/i;
const READ_ONLY_CLAUSE =
  /\b(?:read[- ]only|no side[- ]effects?|does not (?:contact|change|modify|write|execute|save)|without (?:executing|running|saving|modifying|changing)|returns? the (?:modified|updated|resulting|new|converted|formatted) (?:\w+ ){0,2}(?:json|text|string|code|yaml|xml|html|markdown))\b/i;

/** The arguments that choose among acts, with what each value does. */
export function findChoosers(reading: Reading, setting: Setting): Chooser[] {
  return reading.fields
    .filter(
      ({ name, values, depth }) => depth <= 4 && values.length >= 2 && CHOOSER_NAME.test(name),
    )
    .map((field) => chooserOf(field, reading, setting))
    .filter((chooser) => isReal(chooser));
}

// An enum of nouns (types, sort orders) chooses no act.
function isReal({ field, choices }: Chooser): boolean {
  const known = choices.filter(({ act }) => act !== undefined);
  if (known.length < 2) return false;
  if (SURE_NAME.test(field.name)) return true;
  return known.length >= choices.length * 0.7 && known.every(({ act }) => act?.isWeak === false);
}

function chooserOf(field: Field, reading: Reading, setting: Setting): Chooser {
  const isHttp = field.values.filter(({ value }) => HTTP.has(value.toUpperCase())).length >= 2;
  const choices = field.values.slice(0, 60).map(
    ({ value, pointer }): Choice => ({
      value,
      pointer,
      quote: value,
      act: isHttp ? httpAct(value, pointer) : actOfValue(value, pointer, field, reading, setting),
    }),
  );
  // Where every action is said only to read, "strip" takes out of the answer and not out of the store.
  if (EVERY_READS.test(reading.description.slice(0, 4000)))
    for (const choice of choices)
      if (choice.act !== undefined && HARMLESS_ON_A_COPY.test(choice.act.verb))
        choice.act = { ...choice.act, category: 'Read', kind: 'compute' };
  // Beside "ls" and "cat", to attach is to put a file into the answer.
  if (choices.some(({ value }) => /^(?:ls|cat)$/.test(value)))
    for (const choice of choices)
      if (choice.value === 'attach')
        choice.act = plainAct('attach', choice.pointer, {
          category: 'Read',
          kind: 'read',
          isWeak: false,
        });
  const isWhole = choices.every(({ act }) => act !== undefined);
  return { field, choices, isWhole };
}

const EVERY_READS =
  /\b(?:every|all|each) (?:of (?:its|the) )?(?:actions?|operations?|commands?|modes?)\b[^.\n]{0,30}\bread-?only\b/i;
const HARMLESS_ON_A_COPY = /^(?:strip|slice|trim|extract|filter|convert|clean|format|sort|merge)$/;

const HTTP: ReadonlyMap<string, { category: Act['category']; kind: Act['kind'] }> = new Map([
  ['GET', { category: 'Read', kind: 'read' }],
  ['HEAD', { category: 'Read', kind: 'read' }],
  ['OPTIONS', { category: 'Read', kind: 'read' }],
  ['POST', { category: 'Write', kind: 'create' }],
  ['PUT', { category: 'Write', kind: 'change' }],
  ['PATCH', { category: 'Write', kind: 'change' }],
  ['DELETE', { category: 'Write', kind: 'remove' }],
] as const);

function httpAct(value: string, pointer: string): Act | undefined {
  const meaning = HTTP.get(value.toUpperCase());
  return meaning && plainAct(value, pointer, { ...meaning, isWeak: false });
}

function plainAct(
  value: string,
  pointer: string,
  meaning: Pick<Act, 'category' | 'kind' | 'isWeak'>,
): Act {
  return {
    ...meaning,
    verb: value.toLowerCase(),
    object: [],
    objectText: '',
    pointer,
    quote: value,
    source: 'value',
  };
}

function actOfValue(
  value: string,
  pointer: string,
  field: Field,
  reading: Reading,
  setting: Setting,
): Act | undefined {
  const others = field.values.map((item) => item.value).filter((item) => item !== value);
  const clause =
    clauseOf(value, reading.description, others) ?? clauseOf(value, field.description, others);
  const words = nameWords(value).map(({ text }) => text);
  const index = words.findIndex((word) => verbForm(word)?.form === 'base' || UNDOING.test(word));
  const stated = clause === undefined ? undefined : clauseAct(clause.act, setting);
  if (
    clause !== undefined &&
    READ_ONLY_CLAUSE.test(clause.whole.slice(0, 260)) &&
    (clause.whole === clause.act || !KEEPS.test(clause.whole)) &&
    !(stated !== undefined && GRAVE.has(stated.kind))
  )
    return plainAct(value, pointer, { category: 'Read', kind: 'compute', isWeak: false });
  const word = words[index];
  if (word === undefined) return stated && { ...stated, pointer, quote: value, source: 'value' };
  const form = verbForm(word) ?? ({ verb: word, kind: 'change', form: 'base' } satisfies VerbForm);
  const own = words.slice(index + 1);
  const object = own.length > 0 ? own : index > 0 ? words.slice(0, index) : objectOfTool(reading);
  const meaning = meaningOf(form, {
    ...setting,
    object,
    after: [],
    phrase: `${words.join(' ')} ${own.length > 0 ? '' : object.join(' ')}`,
  });
  const act: Act = {
    ...meaning,
    verb: form.verb,
    object: own,
    objectText: own.join(' '),
    pointer,
    quote: value,
    source: 'value',
  };
  // "delete_line" of an editor: an edit of what it works on.
  if (act.kind === 'remove' && OF_A_TEXT.test(own.join(' ')) && isEditOfText(reading))
    return { ...act, kind: 'change' };
  if (stated === undefined) return act;
  // "detach: removes a board from its group": the clause says what is let go, not that it is destroyed.
  if (act.kind === 'mark' && !act.isWeak && stated.kind === 'remove') return act;
  // The value's own verb is the name of the act; its clause may only make it plainer or stronger.
  const best = act.isWeak && !stated.isWeak ? stated : (strongest([act, stated]) as Act);
  return { ...best, pointer, quote: value, source: 'value' };
}
const OF_A_TEXT = /^(?:lines?|words?|text|characters?|selection|blocks?)$/;
/** Whether the tool's name says that it edits, so that what it takes out or replaces is an edit. */
export function isEditOfText({ nameWords: words }: Reading): boolean {
  return words.some(({ text }) => /^(?:edit|patch|replace|modify)$/.test(text));
}
const GRAVE = new Set<Act['kind']>(['remove', 'money']);
const UNDOING = /^un[a-z]{4,}$/;

function objectOfTool({ nameWords: words }: Reading): string[] {
  return words
    .map(({ text }) => text)
    .filter(
      (word) =>
        verbForm(word) === undefined || word.endsWith('s') || /^(?:down|up)load$/.test(word),
    );
}

function clauseAct(clause: string, setting: Setting): Act | undefined {
  const leads = leadsOf(clause, true);
  return strongest(
    leads.map((lead) =>
      actOfLead(lead, { pointer: '', text: clause }, 0, clause, setting, 'value'),
    ),
  );
}

/** Words of something kept: what is denied beside them is another thing. */
const KEEPS =
  /\b(?:persist|stor(?:e[sd]?|ing)|sav(?:e[sd]?|ing)|writ(?:es?|ten|ing)|delet|remov|overwrit|config file|on disk)/i;
const END = /\n\s*[-*•]|\s•\s|\n\n|;\s|,\s*["'`]|,?\s(?:or|and)\s["'`]|\.\s+action/;
const END_IN_BRACKETS =
  /\n\s*[-*•]|\s•\s|\n\n|\)[,.;]|;\s|,\s*["'`]|,?\s(?:or|and)\s["'`]|\.\s+action/;

/** What states the act, up to the first bracket that closes; and all that is said, for what it denies. */
type Clause = { act: string; whole: string };

/** What a description says of one value: `"remove" (remove account)`, `- stop: Stops the timer`. */
function clauseOf(value: string, text: string, others: readonly string[]): Clause | undefined {
  if (value.length < 2) return undefined;
  let from = 0;
  for (let count = 0; count < 6; count++) {
    const at = text.indexOf(value, from);
    if (at === -1) return undefined;
    from = at + value.length;
    if (/[\w-]/.test(text[at - 1] ?? ' ') || /[\w-]/.test(text[from] ?? ' ')) continue;
    const after = text.slice(from, from + 420);
    const bridge =
      /^["'`*’”)]{0,3}\s{0,2}(?:\([^()]{0,40}\)\s{0,2})?(?:[—–:=-]|\(|→|to\s|(?<=["'`’”]\s{0,2})(?=[a-z]+s\s))\s*/.exec(
        after,
      );
    if (bridge === null) continue;
    const rest = withoutClaims(after.slice(bridge[0].length));
    const upTo = (mark: RegExp) => {
      const end = rest.search(mark);
      return beforeNext(rest.slice(0, end === -1 ? 400 : end), others);
    };
    return {
      act: upTo(END_IN_BRACKETS),
      whole: upTo(bridge[0].includes('(') ? END_IN_BRACKETS : END),
    };
  }
  return undefined;
}

/** A text up to where it goes on with another value: "…back. reactivate: restores it". */
function beforeNext(text: string, others: readonly string[]): string {
  const starts = others
    .slice(0, 60)
    .flatMap((other) =>
      [`. ${other}:`, `\n${other}:`, `; ${other}:`].map((mark) => text.indexOf(mark)),
    )
    .filter((at) => at !== -1);
  return starts.length === 0 ? text : text.slice(0, Math.min(...starts) + 1);
}

// What the definition says of the whole tool says nothing of one value.
function withoutClaims(text: string): string {
  const at = text.search(
    /[.!?]\s+(?:this|the) (?:tool|function|operation|call|action|command|is)\b|[.!?]\s+(?:it|this) (?:never|only|is|does)\b/i,
  );
  return at === -1 ? text : text.slice(0, at + 1);
}

/** Whether the choices differ in category, or some remove or cost and others do not. */
export function differ(acts: readonly Act[]): boolean {
  const categories = new Set(acts.map(({ category }) => category));
  const grave = new Set(
    acts.map(
      ({ kind }) =>
        assess('Write', kind === 'remove' ? ['destructive'] : kind === 'money' ? ['financial'] : [])
          .label,
    ),
  );
  return categories.size > 1 || grave.size > 1;
}
