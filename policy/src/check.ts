import type { CatalogueEntry } from '@toolwarden/catalogue';
import type { Finding, Problem } from './finding.ts';
import { lineAndColumn, readJsonText } from './json-text.ts';
import { lint } from './lint.ts';
import type { Policy } from './policy.ts';
import { schemaProblems } from './schema-problems.ts';

/** What a policy is checked against. */
export type CheckOptions = {
  /** The server it is meant for: then names of tools and arguments are checked too. */
  entry?: CatalogueEntry;
};

/**
 * Everything wrong with a policy's text, in the order of its lines: JSON, schema, then lint. Patterns are only looked
 * at here; `refusedPatterns` asks the engine itself.
 *
 * @example checkPolicyText('{"version": "1"}') // [{ pointer: '', code: 'missing-key', line: 1, … }]
 */
export function checkPolicyText(text: string, options: CheckOptions = {}): Finding[] {
  const read = readJsonText(text);
  if (!read.ok) {
    const { offset, pointer, message, isSyntax } = read;
    const place = lineAndColumn(text, offset);
    const code = isSyntax ? 'json-syntax' : 'invalid-value';
    return [{ ...place, pointer, severity: 'error', code, message }];
  }
  const problems = schemaProblems(read.value);
  const found = problems.length > 0 ? problems : lint(read.value as Policy, options);
  return placed(found, text);
}

/** Gives each problem its line and column in the text. */
export function placed(problems: readonly Problem[], text: string): Finding[] {
  if (problems.length === 0) return [];
  const read = readJsonText(text);
  const offsetOf = (pointer: string) => {
    const place = read.ok ? read.places.get(pointer) : undefined;
    return place?.key ?? place?.value ?? 0;
  };
  return problems
    .map((problem) => ({ ...lineAndColumn(text, offsetOf(problem.pointer)), ...problem }))
    .sort((a, b) => a.line - b.line || a.column - b.column || (a.pointer < b.pointer ? -1 : 1));
}
