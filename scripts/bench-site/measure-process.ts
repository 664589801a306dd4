import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What a program and its processes took; the memory is the most that one of them had resident. */
export type Measured = { seconds: number; cpuSeconds: number; peakBytes: number };

const LOOK_MS = 50;

/** Runs a program and watches its processes. Linux only, as it reads /proc. */
export async function measureProcess(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Measured> {
  const start = performance.now();
  // The shell adds up the processor time of all that came from it.
  const timed = ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', command, ...args];
  const child = spawn('bash', timed, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-100_000);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, ...descendants(child.pid ?? 0).map(peakOf));
  }, LOOK_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearInterval(timer));
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')}: exit ${code}: ${said}${stdout.slice(-2000)}`);
  const [, user = 0, system = 0] = /cpu ([\d.]+) ([\d.]+)/.exec(said) ?? [];
  const cpuSeconds = Number(user) + Number(system);
  return { seconds: (performance.now() - start) / 1000, cpuSeconds, peakBytes };
}

function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : '';
    const parent = /\) \S (\d+)/.exec(stat)?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const found = [root];
  for (const pid of found)
    for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}

function peakOf(pid: number): number {
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

// A process may have ended since it was listed.
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
