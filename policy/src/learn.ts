import type { JsonObject } from '@toolwarden/catalogue';
import { compilePolicy } from './compile.ts';
import type { Condition } from './condition.ts';
import { createMemoryCounters } from './counters.ts';
import { decide } from './decide.ts';
import { argumentValues, type SeenArgument } from './learn/argument-values.ts';
import { type LimitOptions, learnedLimits } from './learn/learned-limits.ts';
import { valueBounds } from './learn/value-bounds.ts';
import type { Policy, Rule } from './policy.ts';
import { PolicyError } from './policy-error.ts';
import { argumentsOf, type RecordedDecision } from './recorded-call.ts';
import { simulate } from './simulate.ts';

/** A policy made from a recording, and how the recording fares under it. */
export type Learned = {
  policy: Policy;
  /** Calls that were learned from. */
  calls: number;
  /** Calls among them that the policy would refuse: those above the percentile. */
  refused: number;
  /** Tools whose calls were recorded without arguments, so that nothing could be learned about these. */
  withoutArguments: string[];
};

/**
 * The tightest policy of this form that lets a server's recorded calls pass: the tools that were called, what their
 * arguments had in common, and limits at a percentile with headroom. Everything else is denied.
 */
export async function learn(
  recording: readonly RecordedDecision[],
  options: LimitOptions,
): Promise<Learned> {
  const byTool = Map.groupBy(recording, ({ tool }) => tool);
  const tools: Record<string, Rule> = {};
  const withoutArguments: string[] = [];
  for (const [tool, calls] of [...byTool].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const known = calls.map(argumentsOf).filter((args) => args !== undefined);
    if (known.length < calls.length) withoutArguments.push(tool);
    const require = known.length < calls.length ? [] : await requirements(known);
    const limits = learnedLimits(
      calls.map(({ at = 0, grant = 'local' }) => ({ at, grant })),
      options,
    );
    // As a key it would be a pattern, and open more than itself.
    if (tool.includes('*')) continue;
    tools[tool] = { ...(require.length > 0 && { require }), limits };
  }
  const policy: Policy = { version: '1', default: 'deny', tools };
  const replayed = simulate(
    await compilePolicy(policy),
    recording.map((call) => ({ ...call, effect: 'allow' })),
  );
  const refused = replayed.changes.reduce((sum, { count }) => sum + count, 0);
  return { policy, calls: recording.length, refused, withoutArguments };
}

async function requirements(calls: readonly JsonObject[]): Promise<Condition[]> {
  const found: Condition[] = [];
  for (const argument of argumentValues(calls)) {
    found.push(...((await tightestBound(argument, calls)) ?? []));
  }
  return found;
}

/** The first of the possible bounds that lets every recorded call pass, by the engine's own judgement. */
async function tightestBound(
  argument: SeenArgument,
  calls: readonly JsonObject[],
): Promise<Condition[] | undefined> {
  const { path } = argument;
  for (const bound of valueBounds(argument)) {
    const optional = bound.map((condition) => ({
      any: [{ path, op: 'exists' as const, value: false }, condition],
    }));
    for (const conditions of [bound, optional]) {
      if (await allPass(conditions, calls)) return conditions;
    }
  }
  return undefined;
}

async function allPass(conditions: Condition[], calls: readonly JsonObject[]): Promise<boolean> {
  const policy = await compilePolicy({
    version: '1',
    default: 'deny',
    tools: { tool: { require: conditions } },
  }).catch((error: unknown) => {
    // What was recorded came from outside: a bound that no policy may hold is none.
    if (error instanceof PolicyError) return undefined;
    throw error;
  });
  if (policy === undefined) return false;
  const facts = { at: 0, counters: createMemoryCounters() };
  return calls.every(
    (args) =>
      decide(policy, { server: 's', tool: 'tool', arguments: args }, facts).effect === 'allow',
  );
}
