import {
  assess,
  type Category,
  type Confidence,
  confidences,
  type Level,
  type Trait,
  traits as traitTable,
} from '@toolwarden/catalogue';
import type { RulesJudgement } from '../src/index.ts';
import type { LabelledTool } from './labels.ts';

/** A share with its count and Wilson 95 % interval. */
export type Share = { hits: number; n: number; share: number; low: number; high: number };

/** How one trait did. */
type TraitScore = {
  trait: Trait;
  positives: number;
  falsePositives: number;
  falseNegatives: number;
  /** Of those given, the share that is labelled so. */
  precision: Share;
  /** Of those labelled, the share that is given. */
  recall: Share;
  f1: number;
};

/** One tool where the answer differs from the label. */
type Disagreement = {
  id: string;
  server: string;
  tool: string;
  expected: { category: Category; traits: Trait[]; risk: Level };
  given: { category: Category; traits: Trait[]; risk: Level };
  rationale: string;
};

/** Everything the method page shows of one labelled set. */
export type Score = {
  n: number;
  category: Share;
  actingCalledRead: Share;
  level: Share;
  levelUnder: Share;
  levelOver: Share;
  traits: TraitScore[];
  /** Mean F1 over traits with at least five positives. */
  macroF1: number;
  confusion: Record<Category, Record<Category, number>>;
  /** How often the category is right, by how sure the rules say they are. */
  byConfidence: { confidence: Confidence; category: Share; level: Share }[];
  disagreements: Disagreement[];
};

/** A label with the answer to score. */
export type Judged = {
  label: LabelledTool;
  judgement: Pick<RulesJudgement, 'category' | 'traits' | 'risk' | 'confidence' | 'rationale'>;
};
const LEVELS: readonly Level[] = ['Low', 'Medium', 'High', 'Critical'];
const MIN_POSITIVES = 5;

/** Scores answers against labels: an accepted category counts, an optional trait is neither missing nor wrong. */
export function score(judged: readonly Judged[]): Score {
  const isRight = ({ label, judgement }: Judged) =>
    judgement.category === label.category || label.accept.includes(judgement.category);
  const acting = judged.filter(
    ({ label }) => label.category !== 'Read' && !label.accept.includes('Read'),
  );
  const traits = traitTable.map(({ id }) => scoreTrait(id, judged));
  const counted = traits.filter(({ positives }) => positives >= MIN_POSITIVES);
  const distance = (item: Judged) => levelDistance(item);
  return {
    n: judged.length,
    category: share(judged.filter(isRight).length, judged.length),
    actingCalledRead: share(
      acting.filter(({ judgement }) => judgement.category === 'Read').length,
      acting.length,
    ),
    level: share(judged.filter((item) => distance(item) === 0).length, judged.length),
    levelUnder: share(judged.filter((item) => distance(item) < 0).length, judged.length),
    levelOver: share(judged.filter((item) => distance(item) > 0).length, judged.length),
    traits,
    macroF1: counted.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(counted.length, 1),
    confusion: confusionOf(judged),
    byConfidence: confidences.map((confidence) => {
      const some = judged.filter(({ judgement }) => judgement.confidence === confidence);
      return {
        confidence,
        category: share(some.filter(isRight).length, some.length),
        level: share(some.filter((item) => distance(item) === 0).length, some.length),
      };
    }),
    disagreements: judged
      .filter((item) => !isRight(item) || distance(item) !== 0 || differs(item))
      .map(disagreement),
  };
}

// A level is right where it is the label's, or follows from an accepted category or an optional trait.
function levelDistance({ label, judgement }: Judged): number {
  return LEVELS.indexOf(judgement.risk) - LEVELS.indexOf(expectedRisk(label, judgement));
}

function expectedRisk(label: LabelledTool, judgement: Judged['judgement']): Level {
  const optional = judgement.traits.filter((trait) => label.traitsOptional.includes(trait));
  const category = label.accept.includes(judgement.category) ? judgement.category : label.category;
  return assess(category, [...label.traits, ...optional]).risk;
}

function differs({ label, judgement }: Judged): boolean {
  return (
    judgement.traits.some(
      (trait) => !label.traits.includes(trait) && !label.traitsOptional.includes(trait),
    ) || label.traits.some((trait) => !judgement.traits.includes(trait))
  );
}

function scoreTrait(trait: Trait, judged: readonly Judged[]): TraitScore {
  const counted = judged.filter(({ label }) => !label.traitsOptional.includes(trait));
  const count = (isLabelled: boolean, isGiven: boolean) =>
    counted.filter(
      ({ label, judgement }) =>
        label.traits.includes(trait) === isLabelled && judgement.traits.includes(trait) === isGiven,
    ).length;
  const [truePositives, falsePositives, falseNegatives] = [
    count(true, true),
    count(false, true),
    count(true, false),
  ];
  const f1 = (2 * truePositives) / Math.max(2 * truePositives + falsePositives + falseNegatives, 1);
  return {
    trait,
    positives: truePositives + falseNegatives,
    falsePositives,
    falseNegatives,
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, truePositives + falseNegatives),
    f1,
  };
}

function confusionOf(judged: readonly Judged[]): Score['confusion'] {
  const row = () => ({ Read: 0, Write: 0, Execute: 0 });
  const table: Score['confusion'] = { Read: row(), Write: row(), Execute: row() };
  for (const { label, judgement } of judged) table[label.category][judgement.category]++;
  return table;
}

function disagreement({ label, judgement }: Judged): Disagreement {
  return {
    id: label.id,
    server: label.server.name,
    tool: label.tool.name,
    expected: { category: label.category, traits: label.traits, risk: label.risk },
    given: { category: judgement.category, traits: judgement.traits, risk: judgement.risk },
    rationale: judgement.rationale,
  };
}

/** A share with Wilson's 95 % interval, which stays honest for small n and shares near 0 or 1. */
export function share(hits: number, n: number): Share {
  if (n === 0) return { hits, n, share: 0, low: 0, high: 1 };
  const z = 1.96;
  const p = hits / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return { hits, n, share: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Deals servers into folds so that all tools of one server are in one fold. */
export function serverFolds(judged: readonly Judged[], folds: number): Judged[][] {
  const result: Judged[][] = Array.from({ length: folds }, () => []);
  const servers = Map.groupBy(judged, ({ label }) => label.server.name);
  // Largest first, always into the smallest fold: even sizes, and the same deal each time.
  const ordered = [...servers].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  for (const [, items] of ordered) {
    const smallest = result.reduce((best, fold) => (fold.length < best.length ? fold : best));
    smallest.push(...items);
  }
  return result;
}
