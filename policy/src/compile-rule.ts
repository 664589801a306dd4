import type { JsonPointer, Trait } from '@toolwarden/catalogue';
import { type ApprovalTerms, approvalTerms, joinApprovals } from './approval-terms.ts';
import { type CompiledCondition, compileAll } from './conditions.ts';
import type { Decision } from './decision.ts';
import type { CompiledFlow, CompiledMark } from './flows.ts';
import { type CompiledLimit, compileLimit } from './limits.ts';
import type { PlacedRule } from './lint/places.ts';
import { limitsOf } from './normalise.ts';
import type { PatternEngine } from './operators/operator.ts';
import type { Rule } from './policy.ts';
import { joinResponses, type ResponseRule } from './response.ts';
import { conditionWords, factWords } from './rule-words.ts';
import { NOTHING_ALLOWS, settle } from './settle.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** Something of a policy that leads to an effect, and the text it gives. */
export type Mark = { pointer: JsonPointer; reason: string };
/** A mark that depends on the arguments. */
export type Check = Mark &
  CompiledCondition & {
    /** `error` once it could not be judged. */
    under: 'require' | 'deny_if' | 'approve_if' | 'error';
    /** Whether it takes effect where its condition is true, or where it is anything else; errors always do. */
    firesIfTrue: boolean;
    /** What a call comes to that only this check speaks against; made once, because nearly every refusal is one. */
    refusal: Verdict;
  };

/** An effect, and all that led to it. */
export type Outcome = { effect: Decision['effect']; marks: readonly Mark[] };

/** One rule object, prepared. */
export type CompiledRule = {
  part: PlacedRule['part'];
  key: string;
  /** True where the rule makes the tool one that may be called at all, be it only by asking. */
  isOpening: boolean;
  allows: Mark[];
  denies: Mark[];
  approves: Mark[];
  /** What refuses, and what asks, by the arguments. */
  refusing: Check[];
  asking: Check[];
  limits: CompiledLimit[];
  /** Traits that the rule gives for flow rules. */
  marks: readonly Trait[] | undefined;
  response: ResponseRule | undefined;
  approval: ApprovalTerms | undefined;
};

/** All that applies to one tool. */
export type Plan = Omit<CompiledRule, 'part' | 'key' | 'isOpening' | 'marks'> & {
  /** The flow rules that a call of it may meet. */
  flows: readonly CompiledFlow[];
  /** What a call of it leaves behind for flow rules. */
  marks: readonly CompiledMark[];
  /** True where a rule, or the default, makes this a tool that may be called. */
  isOpen: boolean;
  /** What a call comes to that no check speaks against, where that depends on nothing else. */
  undisturbed: Verdict | undefined;
};

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
    refusing: compileRefusing(rule, pointer, patterns),
    asking: compileAsking(rule, pointer, patterns),
    limits: limitsOf(rule).map((limit, index) => compileLimit(limit, pointer, index, rule)),
    marks: rule.marks,
    response: rule.response,
    approval: approvalTerms(rule),
  };
}

function compileRefusing(
  { require: required = [], deny_if = [] }: Rule,
  pointer: JsonPointer,
  patterns: PatternEngine,
): Check[] {
  return [
    ...required.map((condition, index) =>
      checkOf('require', compileAll([condition], 'every', patterns), {
        pointer: `${pointer}/require/${index}`,
        reason: conditionWords(condition),
      }),
    ),
    ...deny_if.map(({ conditions, on_deny }, index) =>
      checkOf('deny_if', compileAll(conditions, 'any', patterns), {
        pointer: `${pointer}/deny_if/${index}`,
        reason: on_deny ?? `refused because ${factWords(conditions)}`,
      }),
    ),
  ];
}

function compileAsking(
  { approve_if = [] }: Rule,
  pointer: JsonPointer,
  patterns: PatternEngine,
): Check[] {
  return approve_if.map(({ conditions, reason }, index) =>
    checkOf('approve_if', compileAll(conditions, 'any', patterns), {
      pointer: `${pointer}/approve_if/${index}`,
      reason: reason ?? `a person must approve this call, because ${factWords(conditions)}`,
    }),
  );
}

function checkOf(
  under: 'require' | 'deny_if' | 'approve_if',
  { key, absent, present }: CompiledCondition,
  { pointer, reason }: Mark,
): Check {
  const refusal = verdictOf({ effect: 'deny', marks: [{ pointer, reason }] });
  return {
    under,
    firesIfTrue: under !== 'require',
    pointer,
    reason,
    key,
    absent,
    present,
    refusal,
  };
}

/** Puts together what applies to one tool. Only lists are joined, so no order of rules can matter. */
export function mergeRules(
  rules: readonly CompiledRule[],
  around: Pick<Plan, 'flows' | 'marks'> & {
    hiddenBy: JsonPointer[];
    isAllowedByDefault: boolean;
  },
): Plan {
  const { hiddenBy, flows, marks, isAllowedByDefault } = around;
  const hidden = hiddenBy.map((pointer) => ({ pointer, reason: NOTHING_ALLOWS }));
  const denies = [...hidden, ...rules.flatMap(({ denies }) => denies)];
  const approves = rules.flatMap(({ approves }) => approves);
  const limits = rules.flatMap(({ limits }) => limits);
  const isOpen = isAllowedByDefault || rules.some(({ isOpening }) => isOpening);
  const allows = rules.flatMap(({ allows }) => allows);
  const asking = rules.flatMap(({ asking }) => asking);
  const isFixed = [approves, asking, flows, limits].every(({ length }) => length === 0);
  return {
    flows,
    marks,
    isOpen,
    allows,
    denies,
    approves,
    limits,
    response: rules.map(({ response }) => response).reduce(joinResponses, undefined),
    approval: rules.map(({ approval }) => approval).reduce(joinApprovals, undefined),
    refusing: rules.flatMap(({ refusing }) => refusing),
    asking,
    undisturbed: isFixed
      ? verdictOf(settle({ isOpen, allows }, denies, approves, false))
      : undefined,
  };
}
