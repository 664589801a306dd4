import type { PatternEngine } from './operators/operator.ts';
import { longestText } from './operators/pattern.ts';
import { PolicyError } from './policy-error.ts';

/**
 * Loads the regex engine. It is linear in pattern × text and knows neither look-around nor back-references; it is
 * large, so only policies that have a pattern load it.
 */
export async function loadPatterns(): Promise<PatternEngine> {
  const { RE2JS } = await import('re2js');
  const compile = (pattern: string) => {
    try {
      return RE2JS.compile(pattern);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new PolicyError('pattern-refused', `${JSON.stringify(pattern)}: ${why}`, { cause });
    }
  };
  return {
    search: (pattern) => {
      const compiled = compile(pattern);
      return { test: (text) => compiled.test(text), longest: longestText(compiled.programSize()) };
    },
    whole: (pattern) => {
      const compiled = compile(pattern);
      const longest = longestText(compiled.programSize());
      return { test: (text) => compiled.testExact(text), longest };
    },
  };
}

/** For policies without a pattern, so that none is loaded in vain. */
export const noPatterns: PatternEngine = { search: refuse, whole: refuse };

function refuse(pattern: string): never {
  throw new PolicyError('pattern-refused', `${pattern}: the pattern engine is not loaded`);
}
