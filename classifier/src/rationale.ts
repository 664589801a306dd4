import type { Assessment, Trait } from '@toolwarden/catalogue';
import type { Act } from './act.ts';
import { saidOf } from './clause.ts';
import { statesNoAct } from './lead.ts';
import { NOUN_LIKE, verbForm } from './lexicon/verbs.ts';
import { again, isPlain, isUnfinished, phraseOf } from './phrase.ts';
import { chooserOf, joined, type Pick } from './pick.ts';
import { DENIED, type Quotation, quotationFrom, quotationOf } from './quotation.ts';
import type { View } from './signal.ts';
import { orderIn } from './steering.ts';
import { thirdPerson } from './third-person.ts';
import { whyCategory } from './why-category.ts';
import { levelSentence } from './why-level.ts';

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
    const among = chooser.choices.length === 2 ? 'between' : 'among';
    return `The argument ${shown(chooser.field.name)} chooses ${among} ${more === '' ? joined(values) : `${values.join(', ')}${more}`}; ${shown(main.quote)} decides, for none is stronger.`;
  }
  if (program?.kind === 'query')
    return `Each call passes on the statement that the caller writes in ${shown(program.evidence.quote)}.`;
  if (program?.kind === 'api')
    return `The caller names the operation in ${shown(program.evidence.quote)}, so one call can reach many parts of an API.`;
  if (main !== undefined && view.acts.listed.includes(main))
    return `It routes to several commands; the strongest that its description lists, ${shown(main.quote)}, decides.`;
  const told = tellActs(view, pick);
  if (told !== undefined) return told;
  const named = main?.source === 'name' ? main : view.acts.name;
  const opening = view.isSuspicious ? undefined : openingOf(view);
  if (opening !== undefined) return opening;
  if (named !== undefined && named.category === category) return byName(view, named);
  return whatItDoesShort(view);
}

/** The acts that state what a call does, told in the third person or quoted: what is whole before what is not. */
function tellActs(view: View, pick: Pick): string | undefined {
  const { main } = view;
  if (main === undefined) return undefined;
  const head = sentenceHead(main, view);
  if (isOneOfSeveral(view)) {
    const phrase = phraseOf(main);
    if (phrase !== undefined)
      return `Among the acts that the description lists, the strongest decides: one call ${phrase.text}.`;
  }
  const stating = [...(head === undefined ? [] : [head]), main, ...statingToo(main, view)];
  for (const isPartOk of [false, true]) {
    for (const act of stating) {
      const phrase = phraseOf(act);
      const isTold = act !== head || act === main || phrase?.text.includes(thirdPerson(main.verb));
      if (phrase !== undefined && isTold && (isPartOk || !phrase.isPartial))
        return tell(phrase.text, view, pick);
      // Words from the middle of a sentence are quoted with what goes before them.
      const quotation =
        act === main && head !== undefined && head !== main ? undefined : quotationOf(act);
      if (quotation !== undefined && (isPartOk || quotation.isWhole)) return quote(quotation);
    }
  }
  return undefined;
}

function tell(phrase: string, view: View, pick: Pick): string {
  const { main } = view;
  const call = pick(['One call', 'Each call', 'A call']);
  if (main?.source === 'argument')
    return `${call} ${phrase}; its argument ${shown(main.quote)} lets the result be kept.`;
  return `${call} ${phrase}.`;
}

function quote({ text, isWhole }: Quotation): string {
  return isWhole
    ? `The description sums up one call as “${text}”.`
    : `What the description says of one call begins “${text}”.`;
}

/** Openings that say whom a tool is for, or when, and not what a call does. */
const NO_OPENING =
  /^(?:for|in|on|with|when|if|as|at|by|from|to|some\w*|every\w*|it|you|your|we|i|please|alias|given)\b|\bthis is\b|^\S+(?:\s\S+){0,2}$/i;

/** How the description begins, where it states no act that the rules know and gives no advice either. */
function openingOf({ reading, main }: View): string | undefined {
  const [first] = reading.sentences;
  if (first === undefined || main?.isDenial === true || NO_OPENING.test(first.text))
    return undefined;
  if (statesNoAct(first.text)) return undefined;
  const quotation = quotationFrom(first.text);
  return quotation && `The description begins “${quotation.text}”.`;
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

/** "Add or remove labels", "Declare a winner and end the run": what begins the sentence tells of both. */
function sentenceHead(main: Act, { acts }: View): Act | undefined {
  const said = saidOf(main);
  return said === '' ? undefined : acts.lead.find((act) => saidOf(act).endsWith(said));
}

/** What a call does where the caller may leave out the program that it can run besides. */
function besidesProgram({ acts, program, reading }: View, pick: Pick): string | undefined {
  const field = reading.fields.find(({ pointer }) => pointer === program?.evidence.pointer);
  if (field === undefined || field.isRequired) return undefined;
  const phrase = acts.lead.map(phraseOf).find((item) => item !== undefined);
  return phrase === undefined
    ? `A call can run what the caller passes as ${shown(field.name)}.`
    : `${pick(['One call', 'Each call', 'A call'])} ${phrase.text}; what the caller passes as ${shown(field.name)} is run.`;
}

function byName({ reading }: View, { verb, objectText: object }: Act): string {
  const named = asNamed(object, reading.name);
  // "maps_weather" begins with a noun in the plural.
  const isVerb = !NOUN_LIKE.has(verb) || reading.nameWords.some(({ text }) => text === verb);
  return named !== undefined && isPlain(object) && isVerb && !isNounLast(verb, named, reading.name)
    ? `Going by its name, one call ${again(verb, reading.name)}${thirdPerson(verb)} ${shown(named)}.`
    : `What one call does is read from its name, ${shown(reading.name)}.`;
}

/** "cluster_rollout": a noun at the end of a name is what is named, and no verb with an object before it. */
function isNounLast(verb: string, object: string, name: string): boolean {
  if (name.toLowerCase().indexOf(verb) > name.indexOf(object)) return true;
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
  if (isUnfinished(object)) return undefined;
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
