import type { ToolView } from './tool-view.ts';

/** A question about a tool that its facts answer. */
export type Question = { question: string; answer: string };

type Shown = Pick<
  ToolView,
  | 'category'
  | 'traits'
  | 'signals'
  | 'annotations'
  | 'arguments'
  | 'attacks'
  | 'level'
  | 'configurations'
>;

/** Questions that the facts of this very tool answer; one whose answer would be the same everywhere is not asked. */
export function toolQuestions(view: Shown): Question[] {
  if (view.level === undefined) return [];
  const has = (id: string) => view.traits.some((trait) => trait.id === id);
  const found = [
    undoQuestion(view, has),
    outsideQuestion(has),
    injectionQuestion(view, has),
    boundsQuestion(view),
    claimQuestion(view),
    configurationQuestion(view),
  ];
  return found.filter((each) => each !== undefined);
}

type Has = (id: string) => boolean;

function undoQuestion({ category }: Shown, has: Has): Question | undefined {
  const question = 'Can what a call does be undone?';
  if (has('destructive'))
    return { question, answer: 'Not by its own words: it removes or overwrites what was there.' };
  if (has('destructive_option'))
    return {
      question,
      answer: 'With its ordinary arguments perhaps; one of its options overwrites or forces.',
    };
  if (has('financial'))
    return { question, answer: 'It commits or moves money; treat it as final.' };
  if (category === 'Read') return { question, answer: 'There is nothing to undo: it reads.' };
  return undefined;
}

function outsideQuestion(has: Has): Question | undefined {
  const question = 'Can data leave through it?';
  if (!has('communicates_externally')) return undefined;
  const what = has('private_data') ? ', and what is sent can hold private data' : '';
  return {
    question,
    answer: `Yes: it reaches people or systems outside the server’s own store${what}.`,
  };
}

function injectionQuestion({ attacks }: Shown, has: Has): Question | undefined {
  if (!has('untrusted_content')) return undefined;
  const count =
    attacks.length === 0 ? '' : ` ${attacks.length} of the attacks below begin or end here.`;
  return {
    question: 'Can its result carry instructions of a stranger?',
    answer: `Yes: it can return text that outsiders wrote, and an agent reads what it gets.${count}`,
  };
}

function boundsQuestion({ signals, arguments: rows }: Shown): Question | undefined {
  if (signals.length === 0) return undefined;
  const free = signals.map(
    ({ signal, names }) => `${signal.title.toLowerCase()} (${names.slice(0, 3).join(', ')})`,
  );
  const bounded = rows.filter(
    ({ values, constraints }) => values.length + constraints.length > 0,
  ).length;
  return {
    question: 'Which arguments deserve a bound?',
    answer: `${free.join('; ')}. The schema itself bounds ${bounded} of ${rows.length} arguments.`,
  };
}

function claimQuestion({ annotations }: Shown): Question | undefined {
  const differing = annotations.filter(({ verdict }) => verdict === 'differs');
  if (differing.length === 0) return undefined;
  const said = differing.map(
    ({ hint, claimed, judged }) => `${hint} ${claimed}, while its words say: ${judged}`,
  );
  return {
    question: 'Do the server’s own annotations fit its words?',
    answer: `Not all: ${said.join('; ')}.`,
  };
}

function configurationQuestion({ configurations }: Shown): Question | undefined {
  if (configurations.all < 2 || configurations.used.length === configurations.all) return undefined;
  return {
    question: 'Is it always there?',
    answer: `No: of ${configurations.all} configurations that were tried it was listed under ${configurations.used.join(', ')}.`,
  };
}
