import { type CatalogueEntry, type CatalogueTool, compactJson } from '@toolwarden/catalogue';
import type { ToolClass } from './classes.ts';
import { classSetOf } from './classes.ts';
import type { CompiledPolicy } from './compile.ts';
import { createMemoryCounters } from './counters.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { compileGlob } from './glob.ts';
import { placedRules } from './lint/places.ts';
import { normalisePolicy } from './normalise.ts';
import type { Policy } from './policy.ts';
import { benignArguments } from './recommend/benign.ts';

/** What a change of policy means for one tool. */
export type ToolChange = {
  tool: string;
  before: Decision['effect'];
  after: Decision['effect'];
  /** Why the new policy decides so. */
  reason: string;
  /** True where a plain call fares the same, but the rules that apply differ. */
  isOnlyConditions: boolean;
};

/**
 * What becomes allowed, asked about or refused, over a server's tools: each is called plainly, once, under both policies.
 * Tools for which nothing changes are left out.
 */
export function diff(
  before: CompiledPolicy,
  after: CompiledPolicy,
  entry: CatalogueEntry,
): ToolChange[] {
  return entry.tools.flatMap((tool): ToolChange[] => {
    const old = decidePlainly(before, tool, entry);
    const now = decidePlainly(after, tool, entry);
    const isOnlyConditions = old.effect === now.effect;
    if (isOnlyConditions && rulesFor(before.policy, tool) === rulesFor(after.policy, tool))
      return [];
    return [
      {
        tool: tool.definition.name,
        before: old.effect,
        after: now.effect,
        reason: now.reason,
        isOnlyConditions,
      },
    ];
  });
}

function decidePlainly(
  policy: CompiledPolicy,
  tool: CatalogueTool,
  entry: CatalogueEntry,
): Decision {
  const { definition, judgement } = tool;
  const call = { server: entry.record.id, tool: definition.name, arguments: benignArguments(tool) };
  return decide(policy, call, {
    at: 0,
    counters: createMemoryCounters(),
    definition,
    ...(judgement && { classification: classOf(tool) }),
  });
}

function classOf({ judgement, digest }: CatalogueTool): ToolClass {
  const { category, traits } = judgement as NonNullable<CatalogueTool['judgement']>;
  return { category, traits, toolDigest: digest };
}

/** All that applies to a tool, as text to compare: shorthands and order of keys make no difference. */
function rulesFor(policy: Policy, { definition, judgement }: CatalogueTool): string {
  const { keys } = classSetOf(judgement);
  const normal = normalisePolicy(policy) as Policy;
  const applying = placedRules(normal).filter(
    ({ part, key = '' }) =>
      part === 'all_tools' ||
      (part === 'tools'
        ? compileGlob(key)(definition.name)
        : (keys as ReadonlySet<string>).has(key)),
  );
  return compactJson([applying, normal.flows ?? [], normal.default]);
}
