import type { JsonObject } from '@toolwarden/catalogue';
import { compilePolicy } from './compile.ts';
import type { Condition } from './condition.ts';
import { createMemoryCounters } from './counters.ts';
import { decide } from './decide.ts';
import { isNameable } from './is-nameable.ts';
import { argumentValues, type SeenArgument } from './learn/argument-values.ts';
import { type LimitOptions, learnedLimits } from './learn/learned-limits.ts';
import { addressKeys, type LearnedKind, recordedKind } from './learn/recorded-kind.ts';
import { valueBounds } from './learn/value-bounds.ts';
import type { Policy, Rule } from './policy.ts';
import { PolicyError } from './policy-error.ts';
import { argumentsOf, type RecordedDecision } from './recorded-call.ts';
import { simulate } from './simulate.ts';

/** A policy made from a recording, and how the recording fares under it. */
export type Learned = {
  policy: Policy;
  /** What was learned from: calls, and what else was asked for. */
  calls: number;
  /** Calls among them that the policy would refuse: those above the percentile. */
  refused: number;
  /** Tools and prompts recorded without arguments, so that nothing could be learned about these. */
  withoutArguments: string[];
};

/** What of one kind was asked for, as rules by name. */
type LearnedRules = { rules: Record<string, Rule>; refused: number; withoutArguments: string[] };

/**
 * The tightest policy of this form that lets what was recorded pass: the tools that were called, what their arguments had in
 * common, and limits at a percentile with headroom; the same for prompts, and for resources by their addresses. All else is denied.
 */
export async function learn(
  recording: readonly RecordedDecision[],
  options: LimitOptions,
): Promise<Learned> {
  const byKind = Map.groupBy(recording, recordedKind);
  byKind.delete(undefined);
  const policy: Policy = { version: '1', default: 'deny', tools: {} };
  const learned: Learned = { policy, calls: 0, refused: 0, withoutArguments: [] };
  for (const [kind, calls] of byKind as Map<LearnedKind, RecordedDecision[]>) {
    const { rules, refused, withoutArguments } = await learnRules(kind, calls, options);
    learned.calls += calls.length;
    learned.refused += refused;
    learned.withoutArguments.push(...withoutArguments);
    if (kind === 'sampling' || kind === 'elicitation') policy[kind] = rules[kind] ?? {};
    else policy[kind] = rules;
  }
  return learned;
}

async function learnRules(
  kind: LearnedKind,
  recording: readonly RecordedDecision[],
  options: LimitOptions,
): Promise<LearnedRules> {
  const addressKey = addressKeys(new Set(recording.map(({ tool }) => tool)));
  const keyOf = ({ tool }: RecordedDecision) => {
    if (kind === 'resources') return addressKey(tool);
    return isNameable(tool) ? tool : undefined;
  };
  const rules: Record<string, Rule> = {};
  const withoutArguments: string[] = [];
  const byKey = [...Map.groupBy(recording, keyOf)].sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  for (const [key, calls] of byKey) {
    const known = calls.map(argumentsOf).filter((args) => args !== undefined);
    const isUnknown = takesArguments(kind) && known.length < calls.length;
    if (isUnknown) withoutArguments.push(...new Set(calls.map(({ tool }) => tool)));
    if (key === undefined) continue;
    const require = takesArguments(kind) && !isUnknown ? await requirements(known) : [];
    rules[key] = { ...(require.length > 0 && { require }), limits: limitsOf(calls, options) };
  }
  const replayed = simulate(
    await compilePolicy({ version: '1', default: 'deny', tools: rules }),
    recording.map((call) => ({ ...call, effect: 'allow' })),
  );
  const refused = replayed.changes.reduce((sum, { count }) => sum + count, 0);
  return { rules, refused, withoutArguments };
}

/** An address has none, and what a server says when it asks is not a client's. */
const takesArguments = (kind: LearnedKind) => kind === 'tools' || kind === 'prompts';

/** Limits are counted by server and grant. */
function limitsOf(calls: readonly RecordedDecision[], options: LimitOptions) {
  return learnedLimits(
    calls.map(({ at = 0, server, grant = 'local' }) => ({
      at,
      grant: JSON.stringify([server, grant]),
    })),
    options,
  );
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
