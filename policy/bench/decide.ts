// What a decision costs, beside a bare Map look-up and beside casl on equivalent rules, all in one run.
// Usage: node policy/bench/decide.ts   Exit code 1 if a figure is missed.
import { createMongoAbility, subject } from '@casl/ability';
import type { JsonObject } from '@toolwarden/catalogue';
import { type Call, compilePolicy, createMemoryCounters, decide } from '../src/index.ts';

const TOOLS = 100;
const CALLS = 4096;
const ROUNDS = 40;
const MAX_LOOKUPS = 30;
const MIN_CASL = 5;

const names = Array.from({ length: TOOLS }, (_, index) => `tool_${index}_of_some_server`);
const environments = ['dev', 'staging', 'preview'];
const rule = {
  require: [
    { path: 'args.amount', op: 'lte', value: 500 },
    { path: 'args.environment', op: 'in', value: environments },
    { path: 'args.priority', op: 'gte', value: 1 },
  ],
  deny_if: [
    { conditions: [{ path: 'args.kind', op: 'eq', value: 'draft' }] },
    { conditions: [{ path: 'args.urgent', op: 'eq', value: true }] },
  ],
};
const document = {
  version: '1',
  default: 'deny',
  tools: Object.fromEntries(names.map((name) => [name, rule])),
};
const limited = {
  ...document,
  all_tools: { limits: [{ counter: 'all', window: 'minute', max: 1_000_000_000 }] },
};

// The same rules in casl's words. Arguments stand inside a call, which casl's paths with dots reach; what a call is of is
// told by `detectSubjectType`, as casl advises for plain objects, or by wrapping the arguments in `subject`.
const caslRules = (prefix: string) =>
  names.flatMap((name) => [
    {
      action: 'call',
      subject: name,
      conditions: {
        [`${prefix}amount`]: { $lte: 500 },
        [`${prefix}environment`]: { $in: environments },
        [`${prefix}priority`]: { $gte: 1 },
      },
    },
    {
      action: 'call',
      subject: name,
      inverted: true,
      conditions: { [`${prefix}kind`]: 'draft' },
    },
    { action: 'call', subject: name, inverted: true, conditions: { [`${prefix}urgent`]: true } },
  ]);
const ofCalls = createMongoAbility(caslRules('arguments.'), {
  detectSubjectType: (call) => (call as unknown as Call).tool,
});
const ofSubjects = createMongoAbility(caslRules(''));

// A fixed sequence, so that runs compare.
let seed = 42;
const random = (below: number) => {
  seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
  return (seed >>> 8) % below;
};
const callsOf = (isAllowed: () => boolean): Call[] =>
  Array.from({ length: CALLS }, () => ({
    server: 'npm:some-server',
    tool: names[random(TOOLS)] as string,
    arguments: {
      amount: isAllowed() ? 100 : 700,
      environment: 'staging',
      priority: 3,
      kind: 'final',
      urgent: false,
    },
    grant: 'local',
  }));
const shapes = {
  'all allowed': callsOf(() => true),
  'half allowed': callsOf(() => random(2) === 0),
  'all denied': callsOf(() => false),
};

const map = new Map(names.map((name, index) => [name, { index }]));
const compiled = await compilePolicy(document);
const compiledLimited = await compilePolicy(limited);
const facts = { at: 0, counters: createMemoryCounters() };

const wrapped = (call: Call) => subject(call.tool, { ...(call.arguments as JsonObject) });
let sink = 0;
/** Each goes through the same calls; what casl needs beside the call is made on the way, as it would be in a gateway. */
const contestants = {
  lookUp: (calls: readonly Call[]) => {
    for (const { tool } of calls) sink += map.get(tool)?.index ?? 0;
  },
  decide: (calls: readonly Call[]) => {
    for (const call of calls) sink += decide(compiled, call, facts).effect === 'allow' ? 1 : 0;
  },
  decideWithLimit: (calls: readonly Call[]) => {
    for (const call of calls)
      sink += decide(compiledLimited, call, facts).effect === 'allow' ? 1 : 0;
  },
  casl: (calls: readonly Call[]) => {
    for (const call of calls) sink += ofCalls.can('call', call as never) ? 1 : 0;
  },
  caslSubject: (calls: readonly Call[]) => {
    for (const call of calls) sink += ofSubjects.can('call', wrapped(call)) ? 1 : 0;
  },
};
const titles: Record<keyof typeof contestants, string> = {
  lookUp: 'Map look-up',
  decide: 'decide',
  decideWithLimit: 'decide, with a limit',
  casl: 'casl, of the call',
  caslSubject: 'casl, of a subject made of its arguments',
};

// Required where all calls are allowed and where half are. Where all are refused casl stops at the first rule that settles
// a call, and we name every rule that refuses: there the figure is printed, not required.
let isMissed = false;
for (const [shape, calls] of Object.entries(shapes)) {
  checkAgreement(calls);
  const cost = measure(calls);
  console.log(`${shape}:`);
  for (const name of Object.keys(titles) as (keyof typeof contestants)[]) {
    console.log(`  ${titles[name].padEnd(42)}${cost[name].toFixed(1).padStart(7)} ns`);
  }
  const lookUps = cost.decide / cost.lookUp;
  const casl = cost.casl / cost.decide;
  const caslSubject = cost.caslSubject / cost.decide;
  console.log(`  a decision costs ${lookUps.toFixed(1)} look-ups (at most ${MAX_LOOKUPS})`);
  const isRequired = calls !== shapes['all denied'];
  const bar = isRequired ? `at least ${MIN_CASL}` : 'not required here';
  console.log(
    `  casl costs ${casl.toFixed(1)} decisions (${bar}); of a subject ${caslSubject.toFixed(1)}`,
  );
  if (lookUps > MAX_LOOKUPS || (isRequired && casl < MIN_CASL)) isMissed = true;
}
if (sink < 0 || isMissed) process.exitCode = 1;

/** Nanoseconds a call, the best of many rounds, taken in turns, so that a busy moment of the machine meets all of them. */
function measure(calls: readonly Call[]): Record<keyof typeof contestants, number> {
  const best = Object.fromEntries(Object.keys(contestants).map((name) => [name, Infinity]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const start = process.hrtime.bigint();
      for (let repeat = 0; repeat < 5; repeat++) run(calls);
      const nanoseconds = Number(process.hrtime.bigint() - start) / (5 * CALLS);
      best[name] = Math.min(best[name] as number, nanoseconds);
    }
  }
  return best as Record<keyof typeof contestants, number>;
}

// Figures of engines that answer differently compare nothing.
function checkAgreement(calls: readonly Call[]): void {
  for (const [index, call] of calls.entries()) {
    const ours = decide(compiled, call, facts).effect === 'allow';
    const theirs = [ofCalls.can('call', call as never), ofSubjects.can('call', wrapped(call))];
    if (theirs.some((each) => each !== ours)) {
      throw new Error(`call ${index}: decide and casl disagree`);
    }
  }
}
