// `npm run bench:verify [RECORDS]`: how long `toolwarden audit verify` takes over a long audit, and how much memory.
// BENCH_COMMAND measures a packed command, which is what users run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const records = process.argv[2] ?? '10000000';
const folder = mkdtempSync(join(tmpdir(), 'toolwarden-verify-'));
const [log, checkpoints, keys] = ['audit.jsonl', 'checkpoints.jsonl', 'keys'].map((name) =>
  join(folder, name),
) as [string, string, string];
try {
  const make = join(import.meta.dirname, 'make-audit.ts');
  const maker = spawn(process.execPath, [make, records, keys, checkpoints], {
    stdio: ['ignore', openSync(log, 'w'), 'inherit'],
  });
  await once(maker, 'exit');
  const ours = join(import.meta.dirname, '../../cli/bin/toolwarden.js');
  const command = process.env['BENCH_COMMAND'] ?? ours;
  // The keys lie where those of a state do.
  const flags = ['--state', folder, '--checkpoints', checkpoints, '--json'];
  const start = performance.now();
  const verifier = spawn(process.execPath, [command, 'audit', 'verify', log, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peak = 0;
  const watch = setInterval(() => {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readStatus(verifier.pid))?.[1];
    peak = Math.max(peak, Number(kilobytes ?? 0));
  }, 100);
  let said = '';
  verifier.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(verifier, 'close');
  clearInterval(watch);
  const report = JSON.parse(said);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const gigabytes = (statSync(log).size / 1e9).toFixed(2);
  process.stdout.write(
    `${report.records} records (${gigabytes} GB), ${report.checkpoints} checkpoints, ${report.problems.length} problems, exit ${code}: ${seconds} s, ${Math.round(peak / 1024)} MiB\n`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

function readStatus(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
