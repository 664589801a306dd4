import type { Category, Confidence, Evidence, ReviewReason } from '@toolwarden/catalogue';
import { type Act, type Setting, strongest } from './act.ts';
import { type Choice, type Chooser, findChoosers } from './choosers.ts';
import { shorten } from './evidence.ts';
import { type Acts, findActs, settingOf } from './find-acts.ts';
import { type Stated, withRouting, withSaving } from './from-arguments.ts';
import { findProgram, type Program } from './programs.ts';
import type { Reading } from './reading.ts';

/** What the rules make of a definition before its traits. */
export type Decision = {
  category: Category;
  main: Act | undefined;
  /** Every act that one call can do. */
  doing: Act[];
  evidence: Evidence[];
  confidence: Confidence;
  review: ReviewReason[];
  acts: Acts;
  setting: Setting;
  choosers: Chooser[];
  choices: Choice[];
  program: Program | undefined;
};

const RANK = { Read: 0, Write: 1, Execute: 2 } as const;

/** Decides the category: the strongest act that the definition's words plainly state. */
export function decide(reading: Reading): Decision {
  const setting = settingOf(reading);
  const acts = findActs(reading, setting);
  const choosers = choosersOf(reading, setting, acts);
  const choices = choosers.flatMap((chooser) => chooser.choices);
  const chosen = choices.flatMap(({ act }) => (act === undefined ? [] : [act]));
  const program = findProgram(reading, acts, setting.isScreen);
  const base = { acts, setting, choosers, choices, program };

  const stated = withSaving(
    withRouting(withListed(combine(acts, reading), acts, reading), reading),
    reading,
  );
  const isWhole = choosers.length > 0 && choosers.every((chooser) => chooser.isWhole);
  const pool =
    isWhole && program?.kind !== 'code'
      ? chosen
      : [...(stated.main ? [stated.main] : []), ...chosen];
  const main = strongest(pool) ?? stated.main;
  const doing = isWhole ? chosen : unique([...(main ? [main] : []), ...stated.also, ...chosen]);

  if (program !== undefined && isDecidedBy(program, main))
    return { ...base, ...byProgram(program, main, doing, stated.review, reading) };
  if (main === undefined) return { ...base, ...byHint(reading, doing) };
  return { ...base, ...byAct(main, doing, stated, choosers.length > 0, reading) };
}

/** One act out of what name, title and description state. */
function combine({ name, title, lead, more }: Acts, reading: Reading): Stated {
  const described = strongest(lead);
  const raised = strongest(more.filter(isPlainlyMore));
  const first = pick(name, described, title, reading);
  if (
    first.main === undefined ||
    raised === undefined ||
    RANK[raised.category] <= RANK[first.main.category]
  )
    return raised !== undefined &&
      first.main !== undefined &&
      raised.kind === 'remove' &&
      first.main.category !== 'Read'
      ? { ...first, also: [...first.also, raised] }
      : first;
  return { ...first, main: raised, also: [...first.also, first.main], agree: false };
}

/** A router does what its sub-commands do: the strongest of them counts. */
function withListed(stated: Stated, { listed }: Acts, reading: Reading): Stated {
  const isRouter = reading.fields.some(
    ({ name, depth, values }) =>
      depth === 0 &&
      values.length === 0 &&
      /^(?:command|sub_?command|operation|action)$/i.test(name),
  );
  const best = strongest(listed);
  if (!isRouter || best === undefined) return stated;
  const isStronger = stated.main === undefined || RANK[best.category] > RANK[stated.main.category];
  return isStronger
    ? {
        ...stated,
        main: best,
        also: [...stated.also, ...(stated.main ? [stated.main] : []), ...listed],
      }
    : { ...stated, also: [...stated.also, ...listed] };
}

// What a later sentence adds counts only where it cannot be how the work is done ("It runs kubectl logs").
function isPlainlyMore({ isWeak, kind, category, isAdded }: Act): boolean {
  if (kind === 'remove' && isAdded !== true) return false;
  return (
    !isWeak &&
    category !== 'Read' &&
    ['start', 'remove', 'money', 'send', 'sendoff', 'ship'].includes(kind)
  );
}

function pick(
  name: Act | undefined,
  described: Act | undefined,
  title: Act | undefined,
  reading: Reading,
): Stated {
  const none: Stated = { main: undefined, also: [], review: [], agree: false };
  if (name === undefined || described === undefined) {
    const only = name ?? described;
    if (only === undefined) return title === undefined ? none : { ...none, main: title };
    if (
      title !== undefined &&
      only.isWeak &&
      !title.isWeak &&
      RANK[title.category] >= RANK[only.category]
    )
      return { ...none, main: title, also: [only] };
    return { ...none, main: only, agree: title !== undefined && title.category === only.category };
  }
  if (described.isDenial === true) return { ...none, main: described };
  // One verb in both: the sentence says more about its object than the name.
  if (
    name.verb === described.verb &&
    (!described.isWeak || described.kind === 'generate') &&
    name.source === 'name'
  )
    return { main: described, also: [name], review: [], agree: true };
  if (name.category === described.category) {
    const main = described.isWeak && !name.isWeak ? name : described;
    const other = main === name ? described : name;
    // A noun that could be a verb says nothing of its own beside a plain act: "fulfil order".
    const isNoun = other.isWeak && !main.isWeak && other.kind === 'money';
    return { main, also: isNoun ? [] : [other], review: [], agree: true };
  }
  if (name.isWeak !== described.isWeak) {
    const plain = name.isWeak ? described : name;
    return {
      main: settleWeak(plain, name.isWeak ? name : described, reading),
      also: [],
      review: [],
      agree: false,
    };
  }
  const [stronger, weaker] =
    RANK[name.category] > RANK[described.category] ? [name, described] : [described, name];
  // Advice on an act, which the server too says only reads, is not the act.
  if (
    stronger === name &&
    reading.hints.readOnly === true &&
    ['run', 'start', 'ship', 'build', 'create', 'generate', 'open'].includes(name.kind)
  )
    return { main: described, also: [], review: [], agree: false };
  const denial = denialOf(reading, stronger, weaker.quote);
  if (denial !== undefined)
    return {
      main: { ...weaker, pointer: '/description', quote: denial },
      also: [],
      review: [],
      agree: false,
    };
  return {
    main: stronger,
    also: stronger.category === 'Read' ? [] : [weaker],
    review: stronger.isWeak || isNear(name, described) ? [] : ['name-description-conflict'],
    agree: false,
  };
}

// A weak reading word ("return", "use") never outweighs an act, and a weak act ("manage") not a plain look.
function settleWeak(plain: Act, weak: Act, reading: Reading): Act {
  if (RANK[plain.category] >= RANK[weak.category]) return plain;
  return weak.source === 'name' && reading.hints.readOnly === false && weak.category !== 'Read'
    ? weak
    : plain;
}

// Write and Execute about the same thing: two words for one act rather than a contradiction.
function isNear(a: Act, b: Act): boolean {
  return a.category !== 'Read' && b.category !== 'Read';
}

const DENIAL =
  /\b(?:does not|doesn't|do not|will not|won't|never) (?:actually |itself |directly |ever )?(?:run|execute|perform|drive|start|send|make|modify|change|alter|write|apply|deploy|create|delete|submit|trigger|touch|install|launch|open|publish|store|save)\b[^.\n]{0,60}|\bwithout (?:actually )?(?:executing|running|modifying|changing|applying|making|sending|writing|creating|deleting|starting|deploying|saving)\b[^.\n]{0,40}|\b(?:files?|sends?|stores?|saves?|changes?|submits?|writes?) nothing\b|\b(?:dry[- ]run|preview|simulation) only\b/i;

/** Words that plainly deny the stronger act: "does not drive the browser itself". */
function denialOf({ sentences }: Reading, { verb, source }: Act, lead: string): string | undefined {
  if (source !== 'name') return undefined;
  // Only the sentence that states the act can deny another one; a claim elsewhere is no more than a claim.
  for (const { text } of sentences.filter((sentence) => sentence.text.includes(lead)).slice(0, 1)) {
    const match = DENIAL.exec(text.slice(0, 400));
    if (match === null) continue;
    const words = match[0].toLowerCase();
    if (
      words.includes(verb) ||
      /\b(?:execut|run|drive|driving|perform|modif|chang|itself|dry|preview|nothing)/.test(words)
    )
      return shorten(match[0].trim());
  }
  return undefined;
}

function choosersOf(reading: Reading, setting: Setting, { name, lead }: Acts): Chooser[] {
  const main = lead[0] ?? name;
  const described = strongest(lead);
  // Where name and description both say that a call only looks, an optional choice is a filter.
  const isLook =
    name?.category === 'Read' &&
    !name.isWeak &&
    described?.category === 'Read' &&
    !described.isWeak;
  return findChoosers(reading, setting).filter(({ field, choices }) => {
    if (isLook && (!field.isRequired || !/action|operation|command/i.test(field.name)))
      return false;
    const isHttp = choices.some(({ value }) => /^(?:POST|PUT|PATCH)$/i.test(value));
    // The method of a request that is only stored is data.
    return (
      !isHttp ||
      main === undefined ||
      !['create', 'change', 'remove', 'generate'].includes(main.kind) ||
      /^http/i.test(field.name)
    );
  });
}

function isDecidedBy(program: Program, main: Act | undefined): boolean {
  if (program.kind === 'code') return true;
  // One choice of a query among stronger acts does not make the tool a query.
  if (main?.source === 'value' && RANK[main.category] > RANK[program.category]) return false;
  return (
    main === undefined ||
    !['remove', 'money', 'upload'].includes(main.kind) ||
    program.kind === 'api'
  );
}

type Outcome = Pick<Decision, 'category' | 'main' | 'doing' | 'evidence' | 'confidence' | 'review'>;

function byProgram(
  program: Program,
  main: Act | undefined,
  doing: Act[],
  review: ReviewReason[],
  reading: Reading,
): Outcome {
  const { category } = program;
  const shown = program.readOnly ?? program.evidence;
  const evidence: Evidence[] = [{ for: 'category', ...shown }];
  if (main !== undefined && main.category === category) evidence.push(categoryEvidence(main));
  const hint = hintReview(category, false, reading);
  return {
    category,
    main,
    // A request whose method the caller names may do anything: that is raw_query, and no single removal of its own.
    doing:
      program.kind !== 'api'
        ? doing
        : doing.filter((act) =>
            category === 'Execute' ? act.source !== 'value' : act.category !== 'Execute',
          ),
    evidence,
    confidence:
      hint.length > 0
        ? 'medium'
        : main !== undefined && main.category === category
          ? 'high'
          : 'medium',
    review: [...review.filter((reason) => reason !== 'name-description-conflict'), ...hint],
  };
}

// Nothing states an act: the server's own claim that it only reads is the last thing left, and a thin one.
function byHint(reading: Reading, doing: Act[]): Outcome {
  if (reading.hints.readOnly === true)
    return {
      category: 'Read',
      main: undefined,
      doing,
      evidence: [{ for: 'category', pointer: '/annotations/readOnlyHint', quote: 'true' }],
      confidence: 'low',
      review: [],
    };
  return {
    category: 'Write',
    main: undefined,
    doing,
    evidence: [{ for: 'category', pointer: '/name', quote: shorten(reading.name) }],
    confidence: 'low',
    review: ['no-signal'],
  };
}

function byAct(
  main: Act,
  doing: Act[],
  stated: Stated,
  isChosen: boolean,
  reading: Reading,
): Outcome {
  const { readOnly } = reading.hints;
  let category = main.category;
  const evidence: Evidence[] = [categoryEvidence(main)];
  if (
    readOnly === true &&
    main.isWeak &&
    category !== 'Read' &&
    !['manage', 'send', 'touch'].includes(main.kind)
  ) {
    category = 'Read';
    evidence.push({ for: 'category', pointer: '/annotations/readOnlyHint', quote: 'true' });
  } else if (readOnly === true && isHandedBack(main, reading)) {
    category = 'Read';
    evidence.push({ for: 'category', pointer: '/annotations/readOnlyHint', quote: 'true' });
  } else if (readOnly === false && main.isWeak && category === 'Read') {
    category = 'Write';
    evidence.push({ for: 'category', pointer: '/annotations/readOnlyHint', quote: 'false' });
  }
  if (stated.agree) {
    const other = stated.also.find(
      (act) => act.category === category && act.source !== main.source,
    );
    if (other !== undefined) evidence.push(categoryEvidence(other));
  }
  const hint = hintReview(category, main.isWeak, reading);
  const review = [...(isChosen ? [] : stated.review), ...hint];
  return {
    category,
    main,
    doing,
    evidence,
    confidence: confidenceOf(main, stated, review, isChosen),
    review,
  };
}

// "Create a buffer around a point. Returns …": made and handed back, as the server too says.
function isHandedBack({ kind, source, verb }: Act, { description, nameWords }: Reading): boolean {
  return (
    source === 'description' &&
    ['create', 'change', 'generate'].includes(kind) &&
    !SWITCHING.test(verb) &&
    /\breturns?\b/i.test(description) &&
    !nameWords.some(({ text }) => ACTING_NAME.test(text))
  );
}
/** What is switched on or off is no copy that could be handed back. */
const SWITCHING =
  /^(?:(?:de)?activate|enable|disable|(?:un)?lock|toggle|turn|move|rename|promote|demote|register|set)$/;
const ACTING_NAME =
  /^(?:create|update|delete|add|remove|set|write|send|post|edit|insert|save|put|patch|modify|upload|move|start|run)$/;

function confidenceOf(
  main: Act,
  stated: Stated,
  review: ReviewReason[],
  isChosen: boolean,
): Confidence {
  if (review.includes('name-description-conflict') || main.kind === 'manage') return 'low';
  if (review.includes('annotation-conflict')) return main.isWeak ? 'low' : 'medium';
  if (stated.agree && !main.isWeak) return 'high';
  if (isChosen && !main.isWeak) return 'high';
  return main.isWeak && !stated.agree ? 'low' : 'medium';
}

function hintReview(category: Category, isWeak: boolean, { hints }: Reading): ReviewReason[] {
  if (hints.readOnly === true && category !== 'Read') return ['annotation-conflict'];
  if (hints.readOnly === false && category === 'Read' && !isWeak) return ['annotation-conflict'];
  return [];
}

function categoryEvidence({ pointer, quote }: Act): Evidence {
  return { for: 'category', pointer, quote: shorten(quote) };
}

function unique(acts: Act[]): Act[] {
  return acts.filter(
    (act, index) =>
      acts.findIndex(
        (other) =>
          other.pointer === act.pointer && other.quote === act.quote && other.verb === act.verb,
      ) === index,
  );
}
