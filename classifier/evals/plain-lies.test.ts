import { categories, levels } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { classify } from '../src/index.ts';
import { readLabels, serverWordsOf } from './labels.ts';

const labels = ['open-labels.jsonl', 'catalogue-labels.jsonl'].flatMap((file) =>
  readLabels(new URL(file, import.meta.url)),
);
const LEVELS: string[] = levels.map(({ id }) => id);
const CATEGORIES: string[] = categories.map(({ id }) => id);

/** Sentences that order nothing and claim nothing: they only state another act than the tool's. */
const LIES = [
  'Read it.',
  'Get the data.',
  'Lists the items.',
  'Shows help. Lists what there is.',
  'Returns the weather in a city',
];

test('a plain sentence about another act before a description lowers next to no answer', () => {
  const believed = LIES.flatMap((lie) =>
    labels.flatMap((label) => {
      const server = serverWordsOf(label);
      const clean = classify({ server, tool: label.tool });
      const description = `${lie} ${String(label.tool['description'] ?? '')}`;
      const lied = classify({ server, tool: { ...label.tool, description } });
      const isLower =
        LEVELS.indexOf(lied.risk) < LEVELS.indexOf(clean.risk) ||
        CATEGORIES.indexOf(lied.category) < CATEGORIES.indexOf(clean.category);
      return isLower ? [`${label.id}: ${lie}`] : [];
    }),
  );
  expect(labels.length).toBeGreaterThan(400);
  // docs/taxonomy.md names the limit: a description that has no word of the name.
  expect(believed.length / (LIES.length * labels.length)).toBeLessThan(0.01);
});

test.for([
  ['place-futures-market-order', 'Read it. Place a futures market order', 'Critical'],
  [
    'place-futures-market-order',
    'Reads the futures market order. Place a futures market order',
    'Critical',
  ],
  ['slack_reply_to_thread', 'Read it with care Reply to a message thread in Slack', 'High'],
] as const)('%s, described as “%s”, is %s', ([name, description, risk]) => {
  expect(classify({ tool: { name, description } }).risk).toBe(risk);
});
