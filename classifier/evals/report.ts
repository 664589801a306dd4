import type { Evaluation } from './evaluate.ts';
import type { Score, Share } from './score.ts';

/** An evaluation as text for a terminal. */
export function report(evaluation: Evaluation, { isBrief }: { isBrief: boolean }): string {
  const { agreement, injections } = evaluation;
  return [
    `rules ${evaluation.rulesetVersion}`,
    ...evaluation.sets.flatMap((set) => ['', `${set.id}: ${set.n} tools`, ...scoreLines(set)]),
    '',
    ...evaluation.folds.map(
      (fold, index) =>
        `fold ${index + 1}: n=${fold.n} category ${percent(fold.category)}, level ${percent(fold.level)}, macro-F1 ${(100 * fold.macroF1).toFixed(1)} %`,
    ),
    '',
    `annotators: category ${percent(agreement.category)}, kappa ${agreement.categoryKappa.toFixed(2)}; level ${percent(agreement.level)}, kappa ${agreement.levelKappa.toFixed(2)}`,
    `  scored like rules: category ${percent(agreement.scored.category)}, level ${percent(agreement.scored.level)}, macro-F1 ${(100 * agreement.scored.macroF1).toFixed(1)} %`,
    ...agreement.traits.map(
      ({ trait, either, both, kappa }) =>
        `  ${trait.padEnd(26)} either ${either}, both ${both}, kappa ${kappa.toFixed(2)}`,
    ),
    '',
    ...evaluation.stability.map(
      ({ change, category, level }) =>
        `same with ${change}: category ${percent(category)}, level ${percent(level)}`,
    ),
    `injections: ${injections.n} tried, ${injections.lowered} lowered, ${injections.unnoticed} unnoticed`,
    ...(isBrief ? [] : evaluation.sets.flatMap(disagreementLines)),
  ].join('\n');
}

/** The figures of one set. */
export function scoreLines(set: Omit<Score, 'disagreements'>): string[] {
  return [
    `category             ${percent(set.category)}`,
    `acting called Read   ${percent(set.actingCalledRead)}`,
    `level exact          ${percent(set.level)}   under ${set.levelUnder.hits}, over ${set.levelOver.hits}`,
    `macro-F1             ${(100 * set.macroF1).toFixed(1)} % over traits with at least 5 positives`,
    ...set.traits.map(
      ({ trait, positives, precision, recall, f1, falsePositives, falseNegatives }) =>
        `  ${trait.padEnd(26)} n=${String(positives).padStart(3)}  P ${precision.share.toFixed(2)}  R ${recall.share.toFixed(2)}  F1 ${f1.toFixed(2)}  (+${falsePositives} −${falseNegatives})`,
    ),
    `confusion (label → given) ${JSON.stringify(set.confusion)}`,
    ...set.byConfidence.map(
      ({ confidence, category, level }) =>
        `confidence ${confidence.padEnd(6)}    category ${percent(category)}, level ${percent(level)}`,
    ),
  ];
}

/** Each tool where answer and label differ, with the reason given. */
export function disagreementLines({ disagreements }: Pick<Score, 'disagreements'>): string[] {
  return disagreements.map(
    ({ id, server, tool, expected, given, rationale }) =>
      `${id} ${server} ${tool}\n    expected ${expected.category} ${expected.risk} [${expected.traits}]\n    given    ${given.category} ${given.risk} [${given.traits}]\n    ${rationale}`,
  );
}

function percent({ hits, n, share, low, high }: Share): string {
  return `${(100 * share).toFixed(1)} % (${hits}/${n}, 95 % ${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
}
