import evaluation from '../evaluation.json' with { type: 'json' };
import { counted } from './names.ts';

/** A share as the evaluation counts it. */
type Share = { hits: number; n: number; share: number; low: number; high: number };

/** What `npm run eval` measured, in rows for the method page. */
export function accuracy() {
  const { sets, agreement, firstScores, folds, injections, stability } = evaluation;
  return {
    rulesetVersion: evaluation.rulesetVersion,
    sets: sets.map((set) => ({
      title: `${TITLES[set.id] ?? set.id}, ${counted(set.n, 'tool')}`,
      meaning: set.meaning,
      n: set.n,
      category: percent(set.category),
      actingCalledRead: percent(set.actingCalledRead),
      level: percent(set.level),
      wrongLevels: `${set.levelUnder.hits} too low, ${set.levelOver.hits} too high`,
      macroF1: rate(set.macroF1),
    })),
    first: firstScores.map((set) => ({
      ...set,
      category: percent(set.category),
      level: percent(set.level),
      macroF1: rate(set.macroF1),
    })),
    folds: folds.map(({ n, category, level }) => ({
      n,
      category: percent(category),
      level: percent(level),
    })),
    traits: whole(sets).traits.map(({ trait, positives, precision, recall, f1 }) => ({
      trait,
      positives,
      precision: percent(precision),
      recall: percent(recall),
      f1: rate(f1),
    })),
    confusion: Object.entries(whole(sets).confusion),
    confidence: whole(sets).byConfidence.map(({ confidence, category, level }) => ({
      confidence,
      category: percent(category),
      level: percent(level),
    })),
    people: {
      n: agreement.n,
      category: percent(agreement.category),
      categoryKappa: agreement.categoryKappa.toFixed(2),
      level: percent(agreement.level),
      traits: agreement.traits.map(({ trait, kappa, either }) => ({
        trait,
        either,
        kappa: kappa.toFixed(2),
      })),
    },
    stability: stability.map(({ change, level }) => ({ change, level: percent(level) })),
    injections,
    disagreements: sets
      .filter(({ id }) => id !== 'all')
      .flatMap(({ disagreements }) => disagreements)
      .map(({ server, tool, expected, given }) => ({
        server,
        tool,
        expected: answer(expected),
        given: answer(given),
      })),
  };
}

const TITLES: Record<string, string> = {
  all: 'All',
  open: 'Open',
  development: 'Development',
  'held-out': 'Held out',
};

function whole(sets: typeof evaluation.sets) {
  const [all] = sets;
  if (all === undefined) throw new Error('evaluation.json: no sets; run npm run eval');
  return all;
}

function percent({ hits, n, share, low, high }: Share): string {
  if (n === 0) return 'none';
  const figure = (value: number) => (100 * value).toFixed(1);
  return `${figure(share)} % (${hits} of ${n}, ${figure(low)} to ${figure(high)})`;
}

/** A figure as `percent` prints it, and what it rests on, apart. */
export function figureParts(text: string): { figure: string; restsOn: string } {
  const [, figure = text, restsOn = ''] = /^([^(]*) \(([^)]*)\)$/.exec(text) ?? [];
  return { figure, restsOn };
}

function rate(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function answer({
  category,
  risk,
  traits,
}: {
  category: string;
  risk: string;
  traits: string[];
}): string {
  return [category, risk, ...traits.map((trait) => trait.replaceAll('_', ' '))].join(', ');
}
