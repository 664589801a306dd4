import type { Digest } from '@toolwarden/catalogue';
import { type ClassSet, classSetOf } from './classes.ts';
import { type CompiledRule, compileRule, mergeRules, type Plan } from './compile-rule.ts';
import type { Call, Facts } from './decision.ts';
import { compileFlows } from './flows.ts';
import { compileGlob, isPattern } from './glob.ts';
import { isPolicy } from './is-policy.ts';
import { placedRules } from './lint/places.ts';
import { policyDigest } from './normalise.ts';
import type { PatternEngine } from './operators/operator.ts';
import { loadPatterns, noPatterns } from './patterns.ts';
import type { ClassKey, Policy } from './policy.ts';

/** A policy prepared for deciding: patterns compiled, and the rules for a tool gathered when it is first called. */
export type CompiledPolicy = {
  readonly policy: Policy;
  readonly digest: Digest;
  /** The rules that apply to a tool; for `decide`. */
  planFor(call: Call, facts: Pick<Facts, 'classification' | 'definition'>): Plan;
};

/**
 * Prepares a policy document. Asynchronous only because the pattern engine is loaded when a policy needs it, and the schema
 * when it is to say what is wrong.
 *
 * @throws PolicyError for a document that is none, or a pattern that the engine refuses.
 * @example const policy = await compilePolicy(JSON.parse(text));
 */
export async function compilePolicy(document: unknown): Promise<CompiledPolicy> {
  const policy = isPolicy(document) ? document : await parsed(document);
  return compileWith(policy, hasPatterns(policy) ? await loadPatterns() : noPatterns);
}

/** Says what is wrong, with the schema itself: loaded only where something is. */
async function parsed(document: unknown): Promise<Policy> {
  const { parsePolicy } = await import('./parse-policy.ts');
  return parsePolicy(document);
}

// Looks for the operators' names rather than walking every place where a condition may stand.
function hasPatterns(policy: Policy): boolean {
  return /"op":"(matches|regex)"/.test(JSON.stringify(policy));
}

// Names come from agents, so what is remembered for them is bounded.
const MAX_REMEMBERED = 10_000;

function compileWith(policy: Policy, patterns: PatternEngine): CompiledPolicy {
  const rules = placedRules(policy).map((placed) => compileRule(placed, patterns));
  const select = selector(policy, rules);
  const usesClasses = policy.classes !== undefined || policy.flows !== undefined;
  type Remembered = { classification: unknown; definition: unknown; plan: Plan };
  const remembered = new Map<string, Remembered>();
  return {
    policy,
    digest: policyDigest(policy),
    planFor({ tool }, { classification, definition }) {
      const known = remembered.get(tool);
      if (known !== undefined) {
        if (!usesClasses) return known.plan;
        if (known.classification === classification && known.definition === definition)
          return known.plan;
      }
      const plan = select(tool, classSetOf(classification, definition));
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(tool, { classification, definition, plan });
      return plan;
    },
  };
}

/** Gathers what applies to a tool: every key of `tools` that matches, every class it has, and what is for all. */
function selector(policy: Policy, rules: readonly CompiledRule[]) {
  const hide = (policy.hide ?? []).map((name, index) => ({
    pointer: `/hide/${index}`,
    matches: compileGlob(name),
  }));
  const exact = new Map(
    rules.flatMap((rule) =>
      rule.part === 'tools' && !isPattern(rule.key) ? [[rule.key, rule]] : [],
    ),
  );
  const wild = rules
    .filter(({ part, key }) => part === 'tools' && isPattern(key))
    .map((rule) => ({ rule, matches: compileGlob(rule.key) }));
  const flows = compileFlows(policy);
  return (tool: string, classes: ClassSet): Plan => {
    const { keys, allowing } = classes;
    const named = exact.get(tool);
    const applying = [
      ...rules.filter(({ part }) => part === 'all_tools'),
      ...(named ? [named] : []),
      ...wild.flatMap(({ rule, matches }) => (matches(tool) ? [rule] : [])),
      ...rules
        .filter(({ part, key }) => part === 'classes' && keys.has(key as ClassKey))
        .map((rule) =>
          allowing.has(rule.key as ClassKey) ? rule : { ...rule, isOpening: false, allows: [] },
        ),
    ];
    return mergeRules(applying, {
      hiddenBy: hide.filter(({ matches }) => matches(tool)).map(({ pointer }) => pointer),
      ...flows.of(classes, applying),
      isAllowedByDefault: policy.default === 'allow',
    });
  };
}
