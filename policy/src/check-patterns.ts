import { placed } from './check.ts';
import type { Finding, Problem } from './finding.ts';
import { readJsonText } from './json-text.ts';
import { placedRules, placedTests } from './lint/places.ts';
import { loadPatterns } from './patterns.ts';
import type { Policy } from './policy.ts';
import { PolicyError } from './policy-error.ts';
import { schemaProblems } from './schema-problems.ts';

/**
 * What the pattern engine itself says against the patterns of a policy's text. Apart from `checkPolicyText`, because it
 * loads the engine. Texts that are no valid policy give nothing here.
 */
export async function checkPatterns(text: string): Promise<Finding[]> {
  const read = readJsonText(text);
  if (!read.ok || schemaProblems(read.value).length > 0) return [];
  const rules = placedRules(read.value as Policy);
  const patterns = [
    ...rules
      .flatMap(placedTests)
      .flatMap(({ pointer, test }) =>
        test.op === 'matches' || test.op === 'regex'
          ? [{ pointer: `${pointer}/value`, pattern: test.value }]
          : [],
      ),
    ...rules.flatMap(({ pointer, rule }) =>
      (rule.response?.redact ?? []).flatMap((entry, index) => {
        const at = `${pointer}/response/redact/${index}`;
        return typeof entry === 'string'
          ? [{ pointer: at, pattern: entry }]
          : (entry.allow ?? []).map((pattern, i) => ({ pointer: `${at}/allow/${i}`, pattern }));
      }),
    ),
  ];
  if (patterns.length === 0) return [];
  const engine = await loadPatterns();
  const refused = patterns.flatMap(({ pointer, pattern }): Problem[] => {
    try {
      engine.search(pattern);
      return [];
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      return [{ pointer, severity: 'error', code: 'pattern-refused', message: error.message }];
    }
  });
  return placed(refused, text);
}
