import type { PolicyPanel } from './policy-panels.ts';

/** Reasons for reading: each sentence once, with all the places it holds for, in the order of the first of them. */
export function policyReasons(whys: PolicyPanel['whys']): { why: string; places: string[] }[] {
  const bySentence = Map.groupBy(whys, ({ why }) => why);
  return [...bySentence].map(([why, those]) => ({ why, places: those.map(({ place }) => place) }));
}
