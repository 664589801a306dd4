import type { Category, Evidence, Trait } from '@toolwarden/catalogue';
import type { Act, Setting } from './act.ts';
import type { Choice, Chooser } from './choosers.ts';
import type { Acts } from './find-acts.ts';
import type { Program } from './programs.ts';
import type { Reading } from './reading.ts';

/** A definition with what is known of it by the time its traits are looked for. */
export type View = {
  reading: Reading;
  setting: Setting;
  acts: Acts;
  choosers: Chooser[];
  choices: Choice[];
  program: Program | undefined;
  category: Category;
  /** The act that decides the category. */
  main: Act | undefined;
  /** Every act that one call can do. */
  doing: Act[];
  /** True where the definition tries to steer its reader: no softening word of it counts then. */
  isSuspicious: boolean;
};

/** Words that carry a fact, with their place. */
export type Quote = Pick<Evidence, 'pointer' | 'quote'>;

/** One deterministic reason to set a trait. */
export type Signal = {
  id: string;
  trait: Trait;
  /** What it looks for, in a sentence for the method page. */
  meaning: string;
  /** The words that show it; empty where there are none. */
  find: (view: View) => Quote[];
};

/** Declares a signal; the list of them is in `signals/index.ts`. */
export function defineSignal(signal: Signal): Signal {
  return signal;
}

/** What a regex finds in the description, as a quote. */
export function inDescription({ reading }: View, pattern: RegExp, within = 4000): Quote[] {
  for (const { text } of reading.sentences) {
    const match = pattern.exec(text.slice(0, within));
    if (match !== null) return [{ pointer: '/description', quote: match[0].slice(0, 160) }];
  }
  return [];
}

/** The sentence that states what a call does; the first one where none does. */
export function leadSentence(view: View): string {
  const before = leadSentences.get(view);
  if (before !== undefined) return before;
  const found = findLeadSentence(view);
  leadSentences.set(view, found);
  return found;
}
// A dozen signals ask for it.
const leadSentences = new WeakMap<View, string>();

function findLeadSentence({ acts, reading }: View): string {
  const quote = acts.lead[0]?.quote;
  const found =
    quote === undefined ? undefined : reading.sentences.find(({ text }) => text.includes(quote));
  return (found ?? reading.sentences[0])?.text.slice(0, 400) ?? '';
}

/** Whether the tool only shows, with made-up things, how something looks. */
export function isDemonstration({ acts }: View): boolean {
  return acts.lead.some(({ verb }) => verb === 'demonstrate');
}

/** Other acts of the same sentence: "Cancels an event and notifies its guests". */
export function joinedActs({ acts, choosers, main, program }: View): Act[] {
  return choosers.length > 0 || program !== undefined || main === undefined || main.isWeak
    ? []
    : acts.lead.filter(({ isWeak, category }) => !isWeak && category !== 'Read');
}

/** The words that state an act. */
export function quoteOf({ pointer, quote }: Act): Quote {
  return { pointer, quote };
}

/** What a regex finds in the name or title. */
export function inName({ reading }: View, pattern: RegExp): Quote[] {
  const spaced = reading.name.slice(0, 256);
  const match = pattern.exec(spaced);
  if (match !== null) return [{ pointer: '/name', quote: match[0] }];
  const title = reading.title;
  const inTitle = title === undefined ? null : pattern.exec(title.text);
  return inTitle === null || title === undefined
    ? []
    : [{ pointer: title.pointer, quote: inTitle[0].slice(0, 160) }];
}

/** The name of an argument, as a quote. */
export function keyOf({ pointer, name }: { pointer: string; name: string }): Quote {
  return { pointer, quote: name };
}
