import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compactJson } from '@toolwarden/catalogue';
import { classify, RULESET_VERSION } from '../src/index.ts';
import { readLabels, serverWordsOf } from './labels.ts';
import { type Score, type Share, score, serverFolds } from './score.ts';

// Scores the classifier on the labelled tools: `npm run eval [-- --file labels.jsonl] [--write]`.
const { values } = parseArgs({
  options: {
    file: { type: 'string', multiple: true },
    write: { type: 'boolean' },
    brief: { type: 'boolean' },
  },
});
const here = new URL('.', import.meta.url);
const files = values.file?.map((file) => new URL(file, `file://${process.cwd()}/`)) ?? [
  new URL('open-labels.jsonl', here),
];

for (const file of files) {
  const judged = readLabels(file).map((label) => ({
    label,
    judgement: classify({ server: serverWordsOf(label), tool: label.tool }),
  }));
  const whole = score(judged);
  const folds = serverFolds(judged, 5).map(score);
  console.log(report(file.pathname.split('/').at(-1) ?? '', whole, folds));
  // One line for the whole set, then one for each fold: what the method page shows.
  if (values.write) {
    const lines = [{ rulesetVersion: RULESET_VERSION, ...whole }, ...folds.map(withoutList)];
    writeFileSync(
      new URL('results.jsonl', here),
      `${lines.map((line) => compactJson(line)).join('\n')}\n`,
    );
  }
}

function report(name: string, whole: Score, folds: Score[]): string {
  const lines = [
    `${name}: ${whole.n} tools, rules ${RULESET_VERSION}`,
    `category             ${percent(whole.category)}`,
    `acting called Read   ${percent(whole.actingCalledRead)}`,
    `level exact          ${percent(whole.level)}   under ${whole.levelUnder.hits}, over ${whole.levelOver.hits}`,
    `macro-F1             ${(100 * whole.macroF1).toFixed(1)} % over traits with at least 5 positives`,
    ...whole.traits.map(
      ({ trait, positives, precision, recall, f1, falsePositives, falseNegatives }) =>
        `  ${trait.padEnd(26)} n=${String(positives).padStart(3)}  P ${precision.toFixed(2)}  R ${recall.toFixed(2)}  F1 ${f1.toFixed(2)}  (+${falsePositives} −${falseNegatives})`,
    ),
    `confusion (label → given) ${JSON.stringify(whole.confusion)}`,
    ...Object.entries(whole.byConfidence).map(
      ([confidence, value]) => `confidence ${confidence.padEnd(6)}    ${percent(value)}`,
    ),
    ...folds.map(
      (fold, index) =>
        `fold ${index + 1}: n=${fold.n} category ${percent(fold.category)}, level ${percent(fold.level)}, macro-F1 ${(100 * fold.macroF1).toFixed(1)} %`,
    ),
  ];
  if (!values.brief)
    for (const { id, server, tool, expected, given, rationale } of whole.disagreements)
      lines.push(
        `${id} ${server} ${tool}\n    expected ${expected.category} ${expected.risk} [${expected.traits}]\n    given    ${given.category} ${given.risk} [${given.traits}]\n    ${rationale}`,
      );
  return lines.join('\n');
}

function percent({ hits, n, share, low, high }: Share): string {
  return `${(100 * share).toFixed(1)} % (${hits}/${n}, 95 % ${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
}

function withoutList({ disagreements: _, ...fold }: Score): Omit<Score, 'disagreements'> {
  return fold;
}
