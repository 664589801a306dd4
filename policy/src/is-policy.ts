import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';
import { fitsShape } from './fits-shape.ts';
import { readJsonText } from './json-text.ts';
import type { Policy } from './policy.ts';
import { policyShape, shapes } from './policy-shape.ts';
import { structuralProblem } from './structural-problem.ts';

/**
 * Whether the schema has nothing against a document: what `parsePolicy` says, without loading the schema and without
 * saying why not. A gateway waits for this at each start.
 */
export function isPolicy(document: unknown): document is Policy {
  if (structuralProblem(document) !== undefined || !isJsonObject(document)) return false;
  return fitsShape(document satisfies JsonValue, policyShape, shapes);
}

/** Whether a text is JSON, and a policy. */
export function isPolicyText(text: string): boolean {
  const read = readJsonText(text);
  return read.ok && isPolicy(read.value);
}
