import type { VerbForm, VerbKind } from './lexicon/verbs.ts';
import type { Meaning, Rule, Surroundings } from './meaning.ts';
import { looking } from './meanings/looking.ts';
import { running } from './meanings/running.ts';
import { sending } from './meanings/sending.ts';
import { storing } from './meanings/storing.ts';

const RULES: Record<VerbKind, Rule> = { ...looking, ...storing, ...sending, ...running };

/** What a verb means with its object and surroundings. */
export function meaningOf({ verb, kind }: VerbForm, around: Surroundings): Meaning {
  return RULES[kind](verb, around);
}
