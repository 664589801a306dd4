import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlGroup, createControlGroup } from './cgroup.ts';
import type { ConfinedProcess, Exit, ProcessLimits } from './sandbox.ts';
import { figuresOf, limitExceeded, processTree } from './watch.ts';

/** A process limit counts threads, and a Node process has about ten. */
const THREADS_PER_PROCESS = 4;
/** Of util-linux, like `prlimit`. */
const TIE_TO_PARENT = 'setpriv';
const WATCH_MS = 250;
/** How long pipes may still deliver what was written before the end. */
const DRAIN_MS = 300;

type Start = {
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  identity: { uid: number; gid: number } | undefined;
  limits: ProcessLimits;
  /** Texts the program reads from file descriptors {@link FIRST_INPUT} and on. */
  inputs: string[];
};

export const FIRST_INPUT = 5;

/**
 * Put before a program inside a sandbox that takes some steps to tie its life to ours: says that it is there, and goes
 * on only when we, still alive, answer. A crawler killed in between leaves a gate that opens for nobody and ends.
 */
export const INNER_GATE = [
  ...['/bin/sh', '-c', 'echo ready >&4 && read -r go <&4 && exec "$@" 4<&-', 'sh'],
];

/** Starts a program under limits that bind it and all it starts: rlimits, a control group, and a watcher over both. */
export async function startConfined(start: Start): Promise<ConfinedProcess> {
  const { identity, limits } = start;
  const tasks = limits.processes * THREADS_PER_PROCESS;
  const group = createControlGroup({ memoryBytes: limits.memoryBytes, tasks });
  const rlimits = [
    `--nofile=${limits.openFiles}`,
    `--fsize=${limits.diskBytes}`,
    `--cpu=${limits.cpuSeconds}:${limits.cpuSeconds + 1}`,
    `--as=${limits.addressBytes}`,
    '--core=0',
    // Counts all processes of the user, so it can bind only a user id that runs nothing else.
    ...(identity === undefined ? [] : [`--nproc=${tasks}`]),
  ];
  // The gate: nothing of the program runs before its process is in the control group. It dies with us from the start:
  // who sets that and then still sees its parent cannot have missed the parent's death.
  const gate = 'read -r go <&3 && [ "$PPID" = "$0" ] && exec "$@" 3<&-';
  const child = spawn(
    TIE_TO_PARENT,
    [
      ...['--pdeathsig', 'KILL', '/bin/sh', '-c', gate, `${process.pid}`],
      ...['prlimit', ...rlimits, ...start.argv],
    ],
    {
      cwd: start.cwd,
      env: start.env,
      detached: true,
      stdio: [...Array(FIRST_INPUT).fill('pipe'), ...start.inputs.map(() => 'pipe' as const)],
      ...identity,
    },
  );
  await started(child, group);
  // A program that ends early leaves a broken pipe, and its exit tells more than that.
  for (const pipe of child.stdio.slice(3)) pipe?.on('error', () => {});
  const [outer, inner, ...inputs] = child.stdio.slice(3) as Duplex[];
  outer?.end('go\n');
  inner?.once('data', () => inner.end('go\n'));
  for (const [index, text] of start.inputs.entries()) inputs[index]?.end(text);
  return supervise(child, group, limits);
}

async function started(child: ChildProcess, group: ControlGroup | undefined): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    group?.add(child.pid as number);
  } catch (error) {
    child.kill('SIGKILL');
    await group?.remove();
    throw error;
  }
}

function supervise(
  child: ChildProcess,
  group: ControlGroup | undefined,
  limits: ProcessLimits,
): ConfinedProcess {
  const pid = child.pid as number;
  const { stdin, stdout, stderr } = child as {
    stdin: Writable;
    stdout: Readable;
    stderr: Readable;
  };
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {});
  let exceeded: string | undefined;

  const killAll = () => {
    // At once first, where that is possible: one by one a program that forks fast enough is never all killed.
    group?.kill();
    for (const id of [-pid, ...(group?.pids() ?? [])]) {
      try {
        process.kill(id, 'SIGKILL');
      } catch {
        // Already gone.
      }
    }
  };
  const watcher = setInterval(() => {
    const figures =
      group === undefined
        ? processTree(pid)
        : group
            .pids()
            .map(figuresOf)
            .filter((one) => one !== undefined);
    // With a control group the kernel counts memory, and counts shared pages once.
    const memoryBytes = group === undefined ? limits.memoryBytes : Number.POSITIVE_INFINITY;
    const found = limitExceeded(figures, { ...limits, memoryBytes });
    if (found === undefined) return;
    exceeded ??= found;
    killAll();
  }, WATCH_MS);

  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  }).then(async (exit) => {
    clearInterval(watcher);
    if (group?.hasRunOutOfMemory())
      exceeded ??= `memory over ${limits.memoryBytes / 1024 ** 2} MiB`;
    // Whoever left the process group, or holds a pipe open, does not outlive the program.
    killAll();
    await Promise.race([sleep(DRAIN_MS, undefined, { ref: false }), closed(stdout, stderr)]);
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    await group?.remove();
    return exit;
  });
  return {
    stdin,
    stdout,
    stderr,
    exited,
    kill: () => {
      killAll();
      return exited;
    },
    exceeded: () => exceeded,
  };
}

function closed(...streams: Readable[]): Promise<unknown> {
  return Promise.all(
    streams.map((stream) =>
      stream.closed ? undefined : new Promise<void>((resolve) => stream.once('close', resolve)),
    ),
  );
}
