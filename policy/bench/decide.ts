// What a decision costs, beside a bare Map look-up and beside casl on equivalent rules, all in one run.
// Usage: node policy/bench/decide.ts   Exit code 1 if a figure of DESIGN section 9 is missed.
import { createMongoAbility, subject } from '@casl/ability';
import { type Call, compilePolicy, createMemoryCounters, decide } from '../src/index.ts';

const TOOLS = 100;
const CALLS = 4096;
const ROUNDS = 15;
const MAX_LOOKUPS = 30;
const MIN_CASL = 5;

const names = Array.from({ length: TOOLS }, (_, index) => `tool_${index}_of_some_server`);
const environments = ['dev', 'staging', 'preview'];
const rule = {
  require: [
    { path: 'args.amount', op: 'lte', value: 500 },
    { path: 'args.environment', op: 'in', value: environments },
    { path: 'args.note', op: 'max_length', value: 200 },
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
// The same five rules in casl's words; it has no length of texts, so that one compares an equally long field.
const ability = createMongoAbility(
  names.flatMap((name) => [
    {
      action: 'call',
      subject: name,
      conditions: {
        amount: { $lte: 500 },
        environment: { $in: environments },
        note: { $lte: 'zzz' },
      },
    },
    { action: 'call', subject: name, inverted: true, conditions: { kind: 'draft' } },
    { action: 'call', subject: name, inverted: true, conditions: { urgent: true } },
  ]),
);
const limited = {
  ...document,
  all_tools: { limits: [{ counter: 'all', window: 'minute', max: 1_000_000_000 }] },
};

// A fixed sequence, so that runs compare; half of the calls are allowed.
let seed = 42;
const random = (below: number) => {
  seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
  return (seed >>> 8) % below;
};
const calls: Call[] = Array.from({ length: CALLS }, () => ({
  server: 'npm:some-server',
  tool: names[random(TOOLS)] as string,
  arguments: {
    amount: random(2) === 0 ? 100 : 700,
    environment: 'staging',
    note: 'a short note',
    kind: 'final',
    urgent: false,
  },
  grant: 'local',
}));
const subjects = calls.map(({ tool, arguments: args }) => subject(tool, { ...args }));

const map = new Map(names.map((name, index) => [name, { index }]));
const compiled = await compilePolicy(document);
const compiledLimited = await compilePolicy(limited);
const counters = createMemoryCounters();
const facts = { at: 0, counters };

let sink = 0;
const contestants = {
  'Map look-up': () => {
    for (const { tool } of calls) sink += map.get(tool)?.index ?? 0;
  },
  decide: () => {
    for (const call of calls) sink += decide(compiled, call, facts).effect === 'allow' ? 1 : 0;
  },
  'decide, with a limit': () => {
    for (const call of calls)
      sink += decide(compiledLimited, call, facts).effect === 'allow' ? 1 : 0;
  },
  casl: () => {
    for (const each of subjects) sink += ability.can('call', each) ? 1 : 0;
  },
};

checkAgreement();
const best = new Map<string, number>();
// Taken in turns, so that a busy moment of the machine meets all of them.
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(contestants)) {
    const start = process.hrtime.bigint();
    for (let repeat = 0; repeat < 10; repeat++) run();
    const nanoseconds = Number(process.hrtime.bigint() - start) / (10 * CALLS);
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, nanoseconds));
  }
}
for (const [name, nanoseconds] of best)
  console.log(`${name.padEnd(22)} ${nanoseconds.toFixed(1)} ns`);
const cost = (name: keyof typeof contestants) => best.get(name) as number;
const lookups = cost('decide') / cost('Map look-up');
const casl = cost('casl') / cost('decide');
console.log(`decide costs ${lookups.toFixed(1)} look-ups (at most ${MAX_LOOKUPS})`);
console.log(`casl costs ${casl.toFixed(1)} decisions (at least ${MIN_CASL})`);
if (sink < 0 || lookups > MAX_LOOKUPS || casl < MIN_CASL) process.exitCode = 1;

// Figures of engines that answer differently compare nothing.
function checkAgreement(): void {
  for (const [index, call] of calls.entries()) {
    const ours = decide(compiled, call, facts).effect === 'allow';
    const theirs = ability.can('call', subjects[index] as (typeof subjects)[number]);
    if (ours !== theirs) throw new Error(`call ${index}: decide and casl disagree`);
  }
}
