import { assess, type Category, type Trait, traits as traitTable } from '@toolwarden/catalogue';
import type { Annotation, LabelledTool } from './labels.ts';
import { type Judged, type Share, score, share } from './score.ts';

/** How far two people agree who labelled the same tools alone: what no program can be expected to exceed. */
export type Agreement = {
  n: number;
  category: Share;
  categoryKappa: number;
  level: Share;
  levelKappa: number;
  /** Traits that either of them set somewhere. */
  traits: { trait: Trait; either: number; both: number; kappa: number }[];
  /** One person's answers scored as the rules' are, with the other's as the labels. */
  scored: { category: Share; level: Share; macroF1: number };
};

/** Compares two people's labels of the same tools, in the same order. */
export function agreement(
  tools: readonly LabelledTool[],
  a: readonly Annotation[],
  b: readonly Annotation[],
): Agreement {
  const pairs = tools.map((tool, index) => {
    const [first, second] = [a[index], b[index]];
    if (first?.id !== tool.id || second?.id !== tool.id)
      throw new Error(`${tool.id}: labels are not in the order of the tools`);
    return { tool, first, second };
  });
  const category = pairs.map(({ first, second }) => [first.category, second.category] as const);
  const level = pairs.map(({ first, second }) => [levelOf(first), levelOf(second)] as const);
  const { category: exact, level: sameLevel, macroF1 } = score(pairs.map(asJudged));
  return {
    n: pairs.length,
    category: shareEqual(category),
    categoryKappa: kappa(category),
    level: shareEqual(level),
    levelKappa: kappa(level),
    traits: traitTable.flatMap(({ id }) => {
      const set = pairs.map(
        ({ first, second }) => [first.traits.includes(id), second.traits.includes(id)] as const,
      );
      const either = set.filter(([one, other]) => one || other).length;
      const both = set.filter(([one, other]) => one && other).length;
      return either === 0 ? [] : [{ trait: id, either, both, kappa: kappa(set) }];
    }),
    scored: { category: exact, level: sameLevel, macroF1 },
  };
}

/** Cohen's kappa: agreement beyond what two raters with these habits would reach by chance. */
export function kappa<Value>(pairs: readonly (readonly [Value, Value])[]): number {
  const values = new Set(pairs.flat());
  const n = pairs.length;
  const observed = pairs.filter(([a, b]) => a === b).length / n;
  let chance = 0;
  for (const value of values)
    chance +=
      (pairs.filter(([a]) => a === value).length / n) *
      (pairs.filter(([, b]) => b === value).length / n);
  return chance === 1 ? 1 : (observed - chance) / (1 - chance);
}

function shareEqual<Value>(pairs: readonly (readonly [Value, Value])[]): Share {
  return share(pairs.filter(([a, b]) => a === b).length, pairs.length);
}

function levelOf({ category, traits }: { category: Category; traits: Trait[] }) {
  return assess(category, traits).risk;
}

function asJudged(pair: { tool: LabelledTool; first: Annotation; second: Annotation }): Judged {
  const { tool, first, second } = pair;
  const { label, risk } = assess(first.category, first.traits);
  return {
    label: { ...tool, ...first, label, risk },
    judgement: { ...second, risk: levelOf(second), confidence: 'high', rationale: '' },
  };
}
