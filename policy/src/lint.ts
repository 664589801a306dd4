import type { CatalogueEntry } from '@toolwarden/catalogue';
import type { Problem } from './finding.ts';
import { lintDocument } from './lint/document-lints.ts';
import { lintAgainst } from './lint/entry-lints.ts';
import { placedRules } from './lint/places.ts';
import { lintRule } from './lint/rule-lints.ts';
import type { Policy } from './policy.ts';

/**
 * What a valid policy probably does not mean: rules that never matter, contradict each other or can be walked round.
 * With an entry, names of tools and arguments are compared with what the server lists.
 */
export function lint(policy: Policy, { entry }: { entry?: CatalogueEntry } = {}): Problem[] {
  return [
    ...lintDocument(policy),
    ...placedRules(policy).flatMap(lintRule),
    ...(entry ? lintAgainst(policy, entry) : []),
  ];
}
