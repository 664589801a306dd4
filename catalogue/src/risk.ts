import type { Category, Label, Level, RiskRowId, Trait } from './taxonomy.ts';
import { levels, riskRows } from './taxonomy.ts';

/** What follows from category and traits alone. */
export type Assessment = { label: Label; risk: Level; riskRows: RiskRowId[] };

/** How a level is computed: the table of the taxonomy, or the label alone (to compare with catalogues that do that). */
export const riskProfiles = ['standard', 'category-only'] as const;
export type RiskProfile = (typeof riskProfiles)[number];

/**
 * The fixed function from category and traits to label, level and the rows that fired, in the table's order.
 * The same input always gives the same level; only `contained` lowers one, where its row says so.
 */
export function assess(
  category: Category,
  traits: Iterable<Trait>,
  profile: RiskProfile = 'standard',
): Assessment {
  const has = new Set(traits);
  const label = labelOf(category, has);
  if (profile === 'category-only') return { label, risk: LEVEL_OF_LABEL[label], riskRows: [] };
  const fired = riskRows.filter(({ id }) => CONDITIONS[id](category, has));
  const reached = fired.map((row) =>
    'contained' in row && has.has('contained') ? row.contained : row.level,
  );
  const highest = levels.findLast(({ id }) => reached.includes(id));
  return { label, risk: highest?.id ?? 'Low', riskRows: fired.map(({ id }) => id) };
}

function labelOf(category: Category, has: ReadonlySet<Trait>): Label {
  if (has.has('financial')) return 'Financial';
  return has.has('destructive') ? 'Destructive' : category;
}

const LEVEL_OF_LABEL: Record<Label, Level> = {
  Read: 'Low',
  Write: 'Medium',
  Execute: 'High',
  Destructive: 'Critical',
  Financial: 'Critical',
};

const CONDITIONS: Record<RiskRowId, (category: Category, has: ReadonlySet<Trait>) => boolean> = {
  R1: (category) => category === 'Read',
  R2: (category) => category === 'Write',
  R3: (category) => category === 'Execute',
  R4: (category, has) => category === 'Read' && has.has('private_data'),
  R5: (category, has) => category === 'Read' && has.has('raw_query'),
  R6: (category, has) => category === 'Read' && has.has('communicates_externally'),
  R7: (_, has) => has.has('credential_access'),
  R8: (category, has) =>
    category === 'Write' &&
    (has.has('communicates_externally') || has.has('bulk') || has.has('raw_query')),
  R9: (_, has) => has.has('destructive'),
  R9b: (_, has) => has.has('destructive_option'),
  R10: (_, has) => has.has('financial'),
  R11: (_, has) => has.has('code_execution'),
  R12: (category, has) => category !== 'Read' && has.has('credential_access') && has.has('bulk'),
  R13: (_, has) => has.has('suspicious_definition'),
};
