import {
  categories,
  confidences,
  labels,
  levels,
  reviewReasons,
  riskRows,
  TAXONOMY_VERSION,
  traits,
} from '@toolwarden/catalogue';
import { accuracy } from './accuracy.ts';
import { argumentSignals } from './argument-signals.ts';
import type { Markdown } from './markdown.ts';
import type { MethodView } from './method-figures.ts';
import type { Twin } from './twins.ts';

/** How tools are judged: the taxonomy whole, the table of levels, and every measured figure. */
export function methodTwin({ figures, coverage, replays }: MethodView): Twin {
  const signals = argumentSignals.map(({ id, title, meaning }) => ({ id, title, meaning }));
  const asked = coverage.rows.map(({ title, total }) => ({ title, servers: total }));
  const measured = accuracy();
  return {
    data: {
      title: 'How tools are judged',
      taxonomyVersion: TAXONOMY_VERSION,
      categories,
      traits,
      labels,
      levels,
      riskRows,
      signals,
      confidences,
      reviewReasons,
      figures,
      asked,
      accuracy: measured,
      replays,
    },
    text: [
      { heading: 1, text: 'How tools are judged' },
      {
        text: 'From the definition alone: its name, description, schemas and annotations, and the server’s own name and description. No tool is called and no server’s code is read.',
      },
      ...terms('Category', categories),
      ...terms('Traits', traits),
      ...terms('Label', labels),
      ...terms('Level', levels),
      { heading: 2, text: `Table of levels, taxonomy version ${TAXONOMY_VERSION}` },
      {
        list: riskRows.map((row) => {
          const contained = 'contained' in row ? `, or ${row.contained} where contained` : '';
          return `${row.id}: ${row.condition}: at least ${row.level}${contained}`;
        }),
      },
      ...terms('Schema signals', signals),
      ...terms('Reasons for review', reviewReasons),
      { heading: 2, text: 'In this catalogue' },
      { list: figures.map(({ label, value }) => `${label}: ${value}`) },
      { list: asked.map(({ title, servers }) => `${title} ${servers}`) },
      { heading: 2, text: `How good it is, ruleset ${measured.rulesetVersion}` },
      {
        list: measured.sets.map(
          ({ title, category, level, actingCalledRead, macroF1 }) =>
            `${title}: category ${category}; level ${level}; an acting tool called Read ${actingCalledRead}; macro-F1 over traits ${macroF1}`,
        ),
      },
      ...(replays.length > 0
        ? [
            { heading: 2, text: 'Attacks, replayed' } as const,
            { list: replays.map(({ label, value }) => `${label}: ${value}`) },
          ]
        : []),
    ],
  };
}

function terms(heading: string, all: readonly { title: string; meaning: string }[]): Markdown[] {
  return [
    { heading: 2, text: heading },
    { list: all.map(({ title, meaning }) => `${title}: ${meaning}`) },
  ];
}
