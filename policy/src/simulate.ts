import type { CompiledPolicy } from './compile.ts';
import type { Decision } from './decision.ts';
import { compileGlob } from './glob.ts';
import { placedRules, placedTests } from './lint/places.ts';
import { parsePath } from './path.ts';
import { argumentsFromFields, argumentsOf, type RecordedDecision } from './recorded-call.ts';
import { createRunner, type RecordedCall } from './run-calls.ts';

/** Calls of one tool that would fare otherwise, and the rules that make it so. */
export type SimulatedChange = {
  server: string;
  tool: string;
  from: Decision['effect'];
  to: Decision['effect'];
  rules: readonly string[];
  count: number;
};

/** What a recording would have come to under another policy. */
export type Simulation = {
  total: number;
  same: number;
  changes: SimulatedChange[];
  /** Calls that cannot be judged again, because the recording lacks arguments that a rule asks for. */
  uncertain: number;
};

/** Replays recorded decisions, in their order of time, under another policy. */
export function simulate(
  policy: CompiledPolicy,
  recording: readonly RecordedDecision[],
): Simulation {
  const run = createRunner(policy);
  const changes = new Map<string, SimulatedChange>();
  let same = 0;
  let uncertain = 0;
  for (const recorded of recording.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))) {
    if (lacksArguments(policy, recorded)) {
      uncertain++;
      continue;
    }
    const { effect: from, server, tool } = recorded;
    const { effect: to, rules } = run(callOf(recorded));
    if (from === to) {
      same++;
      continue;
    }
    const key = JSON.stringify([server, tool, from, to, rules]);
    const change = changes.get(key) ?? { server, tool, from, to, rules, count: 0 };
    changes.set(key, { ...change, count: change.count + 1 });
  }
  const sorted = [...changes.values()].sort(
    (a, b) => b.count - a.count || (a.tool < b.tool ? -1 : 1),
  );
  return { total: recording.length, same, changes: sorted, uncertain };
}

function callOf(recorded: RecordedDecision): RecordedCall {
  const { server, tool, grant, session, at = 0, classification, definition } = recorded;
  const args = argumentsOf(recorded) ?? argumentsFromFields(recorded.fields ?? {}, plainSteps);
  return {
    server,
    tool,
    arguments: args,
    at,
    ...(grant !== undefined && { grant }),
    ...(session !== undefined && { session }),
    ...(classification && { classification: classification as never }),
    ...(definition && { definition }),
  };
}

// Where only some fields were kept, a rule about another one would be judged on its absence, which is not what happened.
function lacksArguments({ policy }: CompiledPolicy, recorded: RecordedDecision): boolean {
  if (argumentsOf(recorded) !== undefined) return false;
  const { tool, fields } = recorded;
  const kept = new Set(Object.keys(fields ?? {}));
  return placedRules(policy)
    .filter(({ part, key = '' }) => part !== 'tools' || compileGlob(key)(tool))
    .some((placed) => {
      const sums = (placed.rule.limits ?? []).flatMap(({ sum }) => sum ?? []);
      const paths = [...placedTests(placed).map(({ test }) => test.path), ...sums];
      return paths.some((path) => !kept.has(path));
    });
}

function plainSteps(path: string): string[] | undefined {
  const steps = parsePath(path);
  if (steps === undefined || steps.includes('each')) return undefined;
  return steps.map((step) => (step === 'each' ? '' : step.key));
}
