import type { MetTerm } from './attacks-for.ts';
import { schemaSignals } from './schema-signals.ts';
import type { Category, Trait } from './taxonomy.ts';

type Phrase = { does: string; can: string };
const phrase = (does: string, can: string): Phrase => ({ does, can });

const TRAITS: Record<Trait, Phrase> = {
  bulk: phrase('reaches many items in one call', 'reach many items in one call'),
  code_execution: phrase('runs a program the caller supplies', 'run a program the caller supplies'),
  communicates_externally: phrase('can send something out', 'send something out'),
  contained: phrase('stays in its own scratch space', 'stay in its own scratch space'),
  credential_access: phrase('handles secrets or access', 'handle secrets or access'),
  destructive: phrase('destroys what is stored', 'destroy what is stored'),
  destructive_option: phrase(
    'can be told to destroy what is stored',
    'be told to destroy what is stored',
  ),
  financial: phrase('moves money or changes charges', 'move money or change charges'),
  multi_action: phrase('offers acts of different kinds', 'do acts of different kinds'),
  private_data: phrase('handles private data', 'handle private data'),
  raw_query: phrase(
    'runs what the caller writes as a query or operation',
    'run what the caller writes as a query or operation',
  ),
  suspicious_definition: phrase(
    'has a definition that tries to steer its reader',
    'steer its reader by its definition',
  ),
  untrusted_content: phrase(
    'returns text that outsiders can write',
    'return text that outsiders can write',
  ),
};
const CATEGORIES: Record<Category, Phrase> = {
  Read: phrase('returns what is stored', 'return what is stored'),
  Write: phrase('changes what is stored', 'change what is stored'),
  Execute: phrase('sets something going', 'set something going'),
};

/** The terms a tool meets as words that follow "it" (`does`) or "this server can also" (`can`). */
export function needPhrases(terms: readonly MetTerm[], form: keyof Phrase): string[] {
  // A category says little beside a trait or a signal, so it is named only where it stands alone.
  const telling = terms.filter((term) => !('category' in term));
  const named = telling.length > 0 ? telling : terms;
  return [...new Set(named.map((term) => phraseOf(term, form)))];
}

function phraseOf(term: MetTerm, form: keyof Phrase): string {
  if ('trait' in term) return TRAITS[term.trait][form];
  if ('category' in term) return CATEGORIES[term.category][form];
  if ('label' in term) return `${form === 'does' ? 'is' : 'be'} labelled ${term.label}`;
  if ('level' in term) return `${form === 'does' ? 'is' : 'be'} of level ${term.level}`;
  const signal = schemaSignals.find(({ id }) => id === term.signal);
  return `${signal?.[form]} (“${shortened(term.shownBy ?? '')}”)`;
}

/** A publisher's name within a sentence of ours; some are ten thousand characters long. */
export function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 59)}…` : name;
}
