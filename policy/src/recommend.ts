import {
  type CatalogueEntry,
  type CatalogueTool,
  displayName,
  escapePointer,
  type JsonPointer,
} from '@toolwarden/catalogue';
import { isNameable } from './is-nameable.ts';
import type { Policy, Rule } from './policy.ts';
import { PolicyError } from './policy-error.ts';
import { buildRule } from './recommend/build-rule.ts';
import type { Profile } from './recommend/caps.ts';
import { ruleWords } from './rule-words.ts';

/** A policy with the reason for each of its rules; the reasons stay out of the document. */
export type Recommendation = {
  policy: Policy;
  rules: { pointer: JsonPointer; why: string }[];
  /** What the policy does, in one line. */
  effect: string;
};

/** The rule of one tool with the reasons for its parts, and how many more bounds its arguments would have had. */
export type ToolRule = { rule: Rule; rules: Recommendation['rules']; unbounded: number };

/**
 * The policy for one tool of a server: a whole document that denies everything else.
 *
 * @throws PolicyError for a tool that the server does not list.
 */
export function recommend(
  entry: CatalogueEntry,
  toolName: string,
  profile: Profile = 'recommended',
): Recommendation {
  const tool = entry.tools.find(({ definition }) => definition.name === toolName);
  if (tool === undefined) {
    throw new PolicyError(
      'invalid',
      `${entry.record.id} lists no tool ${JSON.stringify(toolName)}`,
    );
  }
  const part = toolRule(tool, profile);
  if (part === undefined) return unnameable();
  const { rule, rules, unbounded } = part;
  return {
    policy: { version: '1', default: 'deny', tools: { [toolName]: rule } },
    rules,
    effect:
      unbounded === 0
        ? ruleWords(rule)
        : `${ruleWords(rule)} Left without a bound of their own: ${unbounded} more conditions.`,
  };
}

/**
 * The policy for all tools of a server; under `strict`, tools it refuses are left to the default. `ruleOf` is for callers that
 * know the rules of some tools already.
 */
export function recommendServer(
  entry: CatalogueEntry,
  profile: Profile = 'recommended',
  ruleOf: typeof toolRule = toolRule,
): Recommendation {
  const parts = entry.tools.flatMap((tool) => {
    const part = ruleOf(tool, profile);
    return part === undefined ? [] : [{ name: tool.definition.name, ...part }];
  });
  const allowed = parts.filter(({ rule }) => rule.action !== 'deny');
  const kept = profile === 'strict' && allowed.length > 0 ? allowed : parts;
  if (kept.length === 0) return unnameable();
  const asks = allowed.filter(({ rule }) => rule.action === 'approve').length;
  return {
    policy: {
      name: `${displayName(entry.record)}: ${profile}`.slice(0, 200),
      version: '1',
      default: 'deny',
      tools: Object.fromEntries(kept.map(({ name, rule }) => [name, rule])),
    },
    rules: kept.flatMap(({ rules }) => rules),
    effect: serverEffect(entry.tools.length, allowed.length, asks),
  };
}

function serverEffect(all: number, allowed: number, asks: number): string {
  const free = allowed - asks;
  const refused = all - allowed;
  const parts = [
    `${free} of ${all} tools may be called within limits`,
    ...(asks > 0 ? [`${asks} ${asks === 1 ? 'asks' : 'ask'} a person each time`] : []),
    ...(refused > 0 ? [`${refused} ${refused === 1 ? 'is' : 'are'} refused`] : []),
  ];
  return `${parts.join(', ')}.`;
}

/** The rule for one tool, a function of the tool alone; `undefined` where a policy cannot name it. */
export function toolRule(tool: CatalogueTool, profile: Profile): ToolRule | undefined {
  const { name } = tool.definition;
  // Such a name cannot be a key, or would be a pattern that lets other tools pass.
  if (!isNameable(name)) return undefined;
  return buildRule(tool, profile).finish(`/tools/${escapePointer(name)}`);
}

function unnameable(): Recommendation {
  return {
    policy: { version: '1', default: 'deny' },
    rules: [],
    effect: 'Refused: a policy cannot name this tool without naming others.',
  };
}
