import type { Policy } from './policy.ts';
import { PolicyError } from './policy-error.ts';
import { schemaProblems } from './schema-problems.ts';

/** A document as a policy. @throws PolicyError that lists what the schema says against it. */
export function parsePolicy(document: unknown): Policy {
  const problems = schemaProblems(document as Parameters<typeof schemaProblems>[0]);
  if (problems.length === 0) return document as Policy;
  const lines = problems.map(({ pointer, message }) => `${pointer || '/'}: ${message}`);
  throw new PolicyError('invalid', lines.join('\n'));
}
