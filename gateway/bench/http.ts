// What a call through the HTTP gateway costs, beside no gateway, nginx and a bare proxy: `npm run bench:gateway`.
// Everything is interleaved in one run, because only figures of one run compare. `gateway` judges by a policy without
// rules and keeps nothing; `sqlite` and `redis` have a policy with a limit and record each call; `pins+flows` also holds the
// server to a lock file (`pinAgeMs` 1000), leaves a mark and looks at marks. BENCH_ROUNDS, _CALLS and _WARM make it shorter.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpTarget, startTargets } from './http-targets.ts';
import { cpuOf } from './target.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 10);
const CALLS = Number(process.env['BENCH_CALLS'] ?? 200);
// V8 goes on compiling what calls need for some 20,000 of them.
const WARM = Number(process.env['BENCH_WARM'] ?? 20_000);
const SIZES = [200, 20_000];
const AT_ONCE = [1, 8, 64];

type Cell = { tenths: number[]; middles: number[]; perSecond: number[]; cpuUs: number };

const sorted = (list: number[]) => list.toSorted((a, b) => a - b);
const median = (list: number[]) => sorted(list)[list.length >> 1] ?? Number.NaN;
const tenth = (list: number[]) => sorted(list)[Math.floor(list.length / 10)] ?? Number.NaN;

const folder = mkdtempSync(join(tmpdir(), 'toolwarden-bench-'));
const { targets, redisPid, end } = await startTargets(folder);
try {
  for (const size of SIZES) {
    for (const { load } of targets) await load.calls(WARM, size, 8);
    for (const atOnce of AT_ONCE) await measure(size, atOnce);
  }
  process.stdout.write('\nRSS at the end, MB\n');
  print('', (target) => target.rssKb() / 1024);
} finally {
  await end();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(size: number, atOnce: number): Promise<void> {
  const cells = new Map<string, Cell>();
  const redisBefore = cpuOf(redisPid);
  for (let round = 0; round < ROUNDS; round++) {
    for (const target of targets) {
      const cell = cells.get(target.name) ?? { tenths: [], middles: [], perSecond: [], cpuUs: 0 };
      cells.set(target.name, cell);
      const [cpu, from] = [target.cpuUs(), performance.now()];
      const times = await target.load.calls(CALLS, size, atOnce);
      cell.perSecond.push((CALLS * 1000) / (performance.now() - from));
      cell.cpuUs += target.cpuUs() - cpu;
      cell.tenths.push(tenth(times));
      cell.middles.push(median(times));
    }
  }
  const cellOf = ({ name }: HttpTarget) => cells.get(name) as Cell;
  const direct = cellOf(targets[0] as HttpTarget);
  const calls = ROUNDS * CALLS;
  process.stdout.write(`\n${size} B, ${atOnce} at once, ${calls} calls each\n`);
  print('p10, µs', (target) => median(cellOf(target).tenths));
  print(
    'p10 added to direct, µs',
    (target) => median(cellOf(target).tenths) - median(direct.tenths),
  );
  print(
    'p50 added to direct, µs',
    (target) => median(cellOf(target).middles) - median(direct.middles),
  );
  print('CPU per call, µs', (target) => cellOf(target).cpuUs / calls);
  print('calls per second', (target) => median(cellOf(target).perSecond));
  process.stdout.write(
    `  Redis itself: ${((cpuOf(redisPid) - redisBefore) / calls).toFixed(1)} µs of CPU a call\n`,
  );
}

/** A line of figures, and each as a multiple of the bare proxy's. */
function print(what: string, figure: (target: HttpTarget) => number): void {
  const bare = targets.find(({ name }) => name === 'bare') as HttpTarget;
  const shown = targets.map((target) => {
    const ratio = figure(target) / figure(bare);
    const of = target.name === 'direct' || target.name === 'bare' ? '' : ` (${ratio.toFixed(2)})`;
    return `${target.name} ${figure(target).toFixed(0)}${of}`;
  });
  process.stdout.write(`  ${what.padEnd(26)} ${shown.join('  ')}\n`);
}
