import { readFileSync } from 'node:fs';
import { classify, RULESET_VERSION } from '../src/index.ts';
import { type Agreement, agreement } from './agreement.ts';
import { type LabelledTool, readAnnotations, readLabels, serverWordsOf } from './labels.ts';
import { type Judged, type Score, score, serverFolds } from './score.ts';
import { halves } from './split.ts';
import { type Stability, stability } from './stability.ts';
import { type Sweep, sweep } from './sweep.ts';

/** One labelled set with its score; the held-out one lists no tool, so that nobody tunes rules on it. */
type SetScore = { id: SetId; meaning: string } & Score;
type SetId = 'all' | 'open' | 'development' | 'held-out';

/** Everything the method page says of how good the rules are. */
export type Evaluation = {
  rulesetVersion: string;
  sets: SetScore[];
  folds: Pick<Score, 'n' | 'category' | 'actingCalledRead' | 'level' | 'macroF1'>[];
  /** Scores on labels that the rules' writer had never seen, each made once and kept. */
  firstScores: FirstScore[];
  agreement: Agreement;
  stability: Stability[];
  injections: Omit<Sweep, 'lowered' | 'unnoticed'> & { lowered: number; unnoticed: number };
};
type FirstScore = { rulesetVersion: string; set: string } & Omit<Score, 'disagreements'>;

const read = (name: string) => new URL(name, import.meta.url);

/** The labelled tools, with the halves of the newer set. */
export function labelledSets(): Record<SetId, LabelledTool[]> {
  const open = readLabels(read('open-labels.jsonl'));
  const { development, heldOut } = halves(readLabels(read('catalogue-labels.jsonl')), open);
  return { all: [...open, ...development, ...heldOut], open, development, 'held-out': heldOut };
}

/** Labels with the rules' answers. */
export function judge(labels: readonly LabelledTool[]): Judged[] {
  return labels.map((label) => ({
    label,
    judgement: classify({ server: serverWordsOf(label), tool: label.tool }),
  }));
}

/** Scores the rules on everything that is labelled. */
export function evaluate(): Evaluation {
  const sets = labelledSets();
  const catalogue = readLabels(read('catalogue-labels.jsonl'));
  const { lowered, unnoticed, ...tried } = sweep(sets.open.filter((_, index) => index % 4 === 0));
  return {
    rulesetVersion: RULESET_VERSION,
    sets: Object.entries(MEANINGS).map(([id, meaning]) => {
      const scored = score(judge(sets[id as SetId]));
      const isListed = id === 'open' || id === 'development';
      return {
        id: id as SetId,
        meaning,
        ...scored,
        disagreements: isListed ? scored.disagreements : [],
      };
    }),
    folds: serverFolds(judge(sets.all), 5)
      .map(score)
      .map(({ n, category, actingCalledRead, level, macroF1 }) => ({
        n,
        category,
        actingCalledRead,
        level,
        macroF1,
      })),
    firstScores: readFileSync(read('first-scores.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line): FirstScore => JSON.parse(line)),
    agreement: agreement(
      catalogue,
      readAnnotations(read('annotator-a.jsonl')),
      readAnnotations(read('annotator-b.jsonl')),
    ),
    stability: stability(sets.all),
    injections: { ...tried, lowered: lowered.length, unnoticed: unnoticed.length },
  };
}

const MEANINGS: Record<SetId, string> = {
  all: 'Every labelled tool.',
  open: 'The first set. The rules were written with its answers at hand.',
  development: 'Half of the second set, by server. Rules are mended on what it shows.',
  'held-out':
    'The other half, with every server that the first set lacks. Only its totals are ever looked at.',
};
