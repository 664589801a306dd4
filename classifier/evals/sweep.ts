import { categories, levels } from '@toolwarden/catalogue';
import { classify, type RulesJudgement } from '../src/index.ts';
import { places } from './injected.ts';
import { injections } from './injections.ts';
import { type LabelledTool, serverWordsOf } from './labels.ts';

/** What came of putting every sentence into every text field of some definitions. */
export type Sweep = {
  sentences: number;
  tools: number;
  fields: number;
  n: number;
  /** Answers with a lower level, a weaker category or a trait less than without the sentence. */
  lowered: string[];
  /** Answers that do not say that the definition tries to steer. */
  unnoticed: string[];
};

/** Puts each sentence into each text field of each tool, and compares with the clean answer. */
export function sweep(
  tools: readonly LabelledTool[],
  sentences: readonly string[] = injections,
): Sweep {
  const result: Sweep = {
    sentences: sentences.length,
    tools: tools.length,
    fields: Object.keys(places).length,
    n: 0,
    lowered: [],
    unnoticed: [],
  };
  for (const label of tools) {
    const server = serverWordsOf(label);
    const clean = classify({ server, tool: label.tool });
    for (const [place, insert] of Object.entries(places))
      for (const words of sentences) {
        const tool = insert(label.tool, words);
        if (tool === undefined) continue;
        const attacked = classify({ server, tool });
        const about = `${label.id} ${place}: ${words}`;
        result.n++;
        if (isLower(attacked, clean)) result.lowered.push(about);
        if (!attacked.traits.includes('suspicious_definition')) result.unnoticed.push(about);
      }
  }
  return result;
}

const RANK: string[] = levels.map(({ id }) => id);
const STRENGTH: string[] = categories.map(({ id }) => id);

// A removed option is no loss where the act itself now counts as destroying.
function isLower(attacked: RulesJudgement, clean: RulesJudgement): boolean {
  return (
    RANK.indexOf(attacked.risk) < RANK.indexOf(clean.risk) ||
    STRENGTH.indexOf(attacked.category) < STRENGTH.indexOf(clean.category) ||
    clean.traits.some(
      (trait) =>
        !attacked.traits.includes(trait) && trait !== 'contained' && trait !== 'destructive_option',
    )
  );
}
