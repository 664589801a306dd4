// What a call through `wrap` costs, beside no gateway and the least that records: `npm run bench:gateway`.
// Everything is interleaved in one run, because only figures of one run compare. BENCH_ROUNDS, _CALLS, _WARM and _STARTS
// make it shorter. The command is packed first, because that is what users run; BENCH_COMMAND measures another.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTarget, type Target } from './target.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 20);
const CALLS = Number(process.env['BENCH_CALLS'] ?? 200);
// So many calls of each size come first: compiled code only settles after several thousand.
const WARM = Number(process.env['BENCH_WARM'] ?? 10_000);
const SIZES = [200, 20_000];
const STARTS = Number(process.env['BENCH_STARTS'] ?? 7);

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'toolwarden-bench-'));
const policy = join(folder, 'policy.json');
const limits = [{ max: 1e9, window: 'minute' }];
const rule = { require: [{ path: 'args.text', op: 'max_length', value: 100_000 }], limits };
writeFileSync(policy, JSON.stringify({ version: '1', default: 'deny', tools: { echo: rule } }));

const echo = [process.execPath, plain('echo-server')];
const pipe = plain('minimal-pipe');
const command = process.env['BENCH_COMMAND'] ?? packed();
// What Node compiles is kept between starts, as it is for users, but not among the user's.
process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
const state = join(folder, 'state');
const targets: Record<string, string[]> = {
  direct: echo,
  pipe: [process.execPath, pipe, join(folder, 'pipe.db'), ...echo],
  wrap: [process.execPath, command, 'wrap', '--policy', policy, '--state', state, '--', ...echo],
};
type Name = keyof typeof targets;

const median = (list: number[]) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
const tenth = (list: number[]) =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 10)] ?? Number.NaN;

try {
  await measureStart();
  for (const size of SIZES) await measureCalls(size);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Stripping types costs time and memory that no user of a packed command pays, so nobody here pays it either. */
function plain(name: string): string {
  const path = join(folder, `${name}.mjs`);
  const source = readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8');
  writeFileSync(path, stripTypeScriptTypes(source));
  return path;
}

function packed(): string {
  const target = join(folder, 'package');
  execFileSync(process.execPath, [join(root, 'scripts/pack.ts'), target], { stdio: 'ignore' });
  return join(target, 'bin/toolwarden.js');
}

async function measureStart(): Promise<void> {
  const times: Record<Name, number[]> = {};
  for (let round = 0; round < STARTS; round++) {
    for (const [name, argv] of Object.entries(targets)) {
      const target = await openTarget(argv);
      times[name] = [...(times[name] ?? []), target.startMs];
      await target.close();
    }
  }
  const best = (name: Name) => Math.min(...(times[name] ?? []));
  print('start, spawn to initialize answered', 'ms', (name) => median(times[name] ?? []));
  print('  the best of them', 'ms', best);
}

async function measureCalls(size: number): Promise<void> {
  const open: Record<Name, Target> = {};
  const tenths: Record<Name, number[]> = {};
  const cpu: Record<Name, number> = {};
  for (const [name, argv] of Object.entries(targets)) {
    const target = await openTarget(argv);
    open[name] = target;
    tenths[name] = [];
    cpu[name] = 0;
    await target.calls(WARM, size);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, target] of Object.entries(open)) {
      const before = target.cpuUs();
      const times = await target.calls(CALLS, size);
      cpu[name] = (cpu[name] ?? 0) + target.cpuUs() - before;
      tenths[name]?.push(tenth(times));
    }
  }
  const calls = ROUNDS * CALLS;
  const p10 = (name: Name) => median(tenths[name] ?? []);
  const added = (name: Name) => p10(name) - p10('direct');
  process.stdout.write(`\n${size} B, concurrency 1, ${calls} calls each\n`);
  print('p10 latency', 'µs', p10);
  print('p10 added to direct', 'µs', added);
  print('CPU per call, whole tree', 'µs', (name) => (cpu[name] ?? 0) / calls);
  print('CPU per call, without the server', 'µs', (name) =>
    name === 'direct' ? 0 : ((cpu[name] ?? 0) - (cpu['direct'] ?? 0)) / calls,
  );
  print('RSS, whole tree', 'MB', (name) => (open[name]?.rssKb() ?? 0) / 1024);
  for (const target of Object.values(open)) await target.close();
}

function print(what: string, unit: string, figure: (name: Name) => number): void {
  const shown = Object.keys(targets).map((name) => `${name} ${figure(name).toFixed(1)}`);
  const ratio = figure('wrap') / figure('pipe');
  process.stdout.write(
    `${what.padEnd(36)} ${shown.join('  ')} ${unit}  wrap/pipe ${ratio.toFixed(2)}\n`,
  );
}
