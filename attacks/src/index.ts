export { entryProblems } from './entry-problems.ts';
export { type AttackFacts, attackFactsSchema, readFacts } from './facts.ts';
