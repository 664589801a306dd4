import {
  assess,
  type Category,
  type Confidence,
  type Evidence,
  type ReviewReason,
  type Trait,
} from '@toolwarden/catalogue';
import type { RulesJudgement } from '../classify.ts';
import type { ModelFacts } from './model-facts.ts';
import { raisedWords } from './model-words.ts';

/** One answer of the model, with its words where they are fit to be shown. */
export type Sample = { facts: ModelFacts; rationale: string };

const RANK: Record<Category, number> = { Read: 0, Write: 1, Execute: 2 };
const CATEGORIES = ['Read', 'Write', 'Execute'] as const;

/** Whether an answer gives another category or another level than the rules: only then is the model asked twice more. */
export function disagrees(rules: RulesJudgement, facts: ModelFacts): boolean {
  const category = facts.category ?? rules.category;
  const traits = new Set(facts.traits);
  if (rules.traits.includes('contained')) traits.add('contained');
  return category !== rules.category || assess(category, traits).risk !== rules.risk;
}

/**
 * The rules' answer with what the model's answers add to it. The rules are the floor: a category is only ever replaced by a
 * stronger one and a trait only ever added, so no answer can lower a level, whatever a definition talked the model into.
 */
export function combine(
  rules: RulesJudgement,
  samples: readonly Sample[],
  { name, words }: { name: string; words: (sample: Sample, judged: Judged) => string | undefined },
): RulesJudgement {
  if (samples.length === 0) return withReview(rules, ['model-unavailable']);
  const said = majority(samples);
  const category = stronger(rules.category, said.category ?? rules.category);
  const traits = settled(new Set([...rules.traits, ...said.traits]));
  const judged: Judged = { category, traits, ...assess(category, traits) };
  const isRaised = category !== rules.category || traits.join() !== rules.traits.join();
  const isConflict = disagrees(rules, said);
  const isDropped = samples.some(({ facts }) => facts.isDropped);
  // Words of a model that read a definition which steers its readers may be that definition's.
  const heard = traits.includes('suspicious_definition') ? [] : samples;
  const spoken = heard
    .filter(({ facts }) => (facts.category ?? category) === category)
    .map((sample) => words(sample, judged))
    .find((text) => text !== undefined);
  const result: RulesJudgement = {
    ...rules,
    ...judged,
    confidence: confidenceOf(rules, samples, isConflict, isDropped),
    rationale: spoken ?? (isRaised ? raisedWords(name, rules, judged) : rules.rationale),
    evidence: evidenceOf(rules, said, judged),
  };
  return withReview(result, [
    ...(isConflict ? (['rules-model-conflict'] as const) : []),
    ...(isDropped ? (['evidence-dropped'] as const) : []),
    ...(traits.includes('suspicious_definition') ? (['suspicious-definition'] as const) : []),
  ]);
}

/** What is judged, before words and evidence. */
export type Judged = Pick<RulesJudgement, 'category' | 'traits' | 'label' | 'risk' | 'riskRows'>;

/** What most of the samples say: the category that most reach, and the traits that most name. */
function majority(samples: readonly Sample[]): ModelFacts {
  // Of two that differ the stronger counts.
  const need = Math.ceil(samples.length / 2);
  const ranks = samples
    .flatMap(({ facts }) => (facts.category === undefined ? [] : [RANK[facts.category]]))
    .sort((a, b) => b - a);
  const rank = ranks[need - 1];
  const all = new Set(samples.flatMap(({ facts }) => [...facts.traits]));
  const traits = [...all].filter(
    (trait) => samples.filter(({ facts }) => facts.traits.has(trait)).length >= need,
  );
  return {
    ...(rank !== undefined && { category: CATEGORIES[rank] as Category }),
    traits: new Set(traits),
    evidence: samples.flatMap(({ facts }) =>
      facts.evidence.filter(
        ({ for: fact }) =>
          fact !== 'category' || (facts.category !== undefined && RANK[facts.category] === rank),
      ),
    ),
    isDropped: false,
  };
}

function stronger(a: Category, b: Category): Category {
  return RANK[a] >= RANK[b] ? a : b;
}

// As the rules do: an option means nothing where the act destroys anyway.
function settled(traits: Set<Trait>): Trait[] {
  if (traits.has('destructive')) traits.delete('destructive_option');
  return [...traits].sort();
}

function confidenceOf(
  rules: RulesJudgement,
  samples: readonly Sample[],
  isConflict: boolean,
  isDropped: boolean,
): Confidence {
  const answers = new Set(
    samples.map(({ facts }) => `${facts.category} ${[...facts.traits].sort()}`),
  );
  if (isConflict || answers.size > 1) return 'low';
  if (isDropped) return rules.confidence;
  // Two independent judges agree, and all their evidence is there.
  return rules.confidence === 'low' ? 'medium' : 'high';
}

function evidenceOf(rules: RulesJudgement, said: ModelFacts, judged: Judged): Evidence[] {
  const isSame = judged.category === rules.category;
  const facts = new Set<string>(['category', ...judged.traits]);
  // Words for a weaker category are no evidence of the stronger one that stands.
  const kept = rules.evidence.filter(({ for: fact }) => fact !== 'category' || isSame);
  const added = said.evidence.filter(
    ({ for: fact }) => fact !== 'category' || said.category === judged.category,
  );
  const count = new Map<string, number>();
  const seen = new Set<string>();
  return [...kept, ...added].filter((item) => {
    const key = JSON.stringify([item.for, item.pointer, item.quote]);
    const used = count.get(item.for) ?? 0;
    if (!facts.has(item.for) || seen.has(key) || used >= 3) return false;
    seen.add(key);
    count.set(item.for, used + 1);
    return true;
  });
}

function withReview(judged: RulesJudgement, reasons: readonly ReviewReason[]): RulesJudgement {
  return { ...judged, review: [...new Set([...judged.review, ...reasons])].sort() };
}
