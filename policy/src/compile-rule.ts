import type { JsonPointer } from '@toolwarden/catalogue';
import type { CompiledFlow } from './compile.ts';
import { compileAll, type Judge } from './conditions.ts';
import { type CompiledLimit, compileLimit } from './limits.ts';
import type { PlacedRule } from './lint/places.ts';
import { limitsOf } from './normalise.ts';
import type { PatternEngine } from './operators/operator.ts';
import { conditionWords, factWords } from './rule-words.ts';

/** Something of a policy that leads to an effect, and the text it gives. */
export type Mark = { pointer: JsonPointer; reason: string };
/** A mark that depends on the arguments. */
export type Check = Mark & { judge: Judge };

/** One rule object, prepared. */
export type CompiledRule = {
  part: PlacedRule['part'];
  key: string;
  /** True where the rule makes the tool one that may be called at all, be it only by asking. */
  isOpening: boolean;
  allows: Mark[];
  denies: Mark[];
  approves: Mark[];
  requires: Check[];
  denyIf: Check[];
  approveIf: Check[];
  limits: CompiledLimit[];
};

/** All that applies to one tool. */
export type Plan = Omit<CompiledRule, 'part' | 'key' | 'isOpening'> & {
  flows: CompiledFlow[];
  /** True where a rule, or the default, makes this a tool that may be called. */
  isOpen: boolean;
};

/** What a caller is told where nothing allows a tool; the same for hidden ones, so that it shows no difference. */
export const NOTHING_ALLOWS = 'no rule allows this tool';

/** Prepares a rule object. Pointers lead into the document as written, shorthands included. */
export function compileRule(placed: PlacedRule, patterns: PatternEngine): CompiledRule {
  const { pointer, rule, part, key = '' } = placed;
  const { action, reason } = rule;
  const acts = (which: typeof action, fallback: string): Mark[] =>
    action === which ? [{ pointer: `${pointer}/action`, reason: reason ?? fallback }] : [];
  const isNamed = part === 'tools' && action === undefined;
  const isOpening = part === 'tools' ? action !== 'deny' : part === 'classes' && action === 'allow';
  return {
    part,
    key,
    isOpening,
    allows:
      part === 'all_tools'
        ? []
        : isNamed
          ? [{ pointer, reason: 'a rule allows this tool' }]
          : acts('allow', 'a rule allows this tool'),
    denies: acts('deny', 'a rule refuses this tool'),
    approves: acts('approve', 'a person must approve this call'),
    requires: (rule.require ?? []).map((condition, index) => ({
      pointer: `${pointer}/require/${index}`,
      reason: conditionWords(condition),
      judge: compileAll([condition], 'every', patterns),
    })),
    denyIf: (rule.deny_if ?? []).map(({ conditions, on_deny }, index) => ({
      pointer: `${pointer}/deny_if/${index}`,
      reason: on_deny ?? `refused because ${factWords(conditions)}`,
      judge: compileAll(conditions, 'any', patterns),
    })),
    approveIf: (rule.approve_if ?? []).map(({ conditions, reason }, index) => ({
      pointer: `${pointer}/approve_if/${index}`,
      reason: reason ?? `a person must approve this call, because ${factWords(conditions)}`,
      judge: compileAll(conditions, 'any', patterns),
    })),
    limits: limitsOf(rule).map((limit, index) => compileLimit(limit, pointer, index, rule)),
  };
}

/** Puts together what applies to one tool. Only lists are joined, so no order of rules can matter. */
export function mergeRules(
  rules: readonly CompiledRule[],
  around: { hiddenBy: JsonPointer[]; flows: CompiledFlow[]; isAllowedByDefault: boolean },
): Plan {
  const { hiddenBy, flows, isAllowedByDefault } = around;
  const hidden = hiddenBy.map((pointer) => ({ pointer, reason: NOTHING_ALLOWS }));
  return {
    flows,
    isOpen: isAllowedByDefault || rules.some(({ isOpening }) => isOpening),
    allows: rules.flatMap(({ allows }) => allows),
    denies: [...hidden, ...rules.flatMap(({ denies }) => denies)],
    approves: rules.flatMap(({ approves }) => approves),
    requires: rules.flatMap(({ requires }) => requires),
    denyIf: rules.flatMap(({ denyIf }) => denyIf),
    approveIf: rules.flatMap(({ approveIf }) => approveIf),
    limits: rules.flatMap(({ limits }) => limits),
  };
}
