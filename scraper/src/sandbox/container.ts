import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryPrefix } from '../leftovers.ts';
import {
  CONTAINER_PLACES,
  type ContainerRuntime,
  containerArguments,
} from './container-arguments.ts';
import { identityOf } from './identity.ts';
import { inside } from './inside.ts';
import type { ConfinedProcess, Exit, Sandbox, SandboxRun } from './sandbox.ts';

const execute = promisify(execFile);
const ASK_MS = 20_000;
let count = 0;

/** The container runtime of this machine that really answers; docker before podman. */
export async function findContainerRuntime(): Promise<
  { runtime: ContainerRuntime; version: string } | undefined
> {
  for (const program of ['docker', 'podman'] as const) {
    const format =
      program === 'docker' ? '{{json .Runtimes}} {{.ServerVersion}}' : '{{.Version.Version}}';
    try {
      const { stdout } = await execute(program, ['info', '--format', format], { timeout: ASK_MS });
      const version = stdout.trim().split(' ').at(-1) ?? '';
      const hasGvisor =
        program === 'docker' ? stdout.includes('"runsc"') : await isThere('runsc', ['--version']);
      return { runtime: { program, hasGvisor }, version };
    } catch {
      // Not installed, or its service does not run: the next one.
    }
  }
  return undefined;
}

async function isThere(program: string, args: string[]): Promise<boolean> {
  return execute(program, args, { timeout: ASK_MS }).then(
    () => true,
    () => false,
  );
}

/**
 * Containers without network, capabilities or a writable root, under gVisor where that is installed. With an image of
 * its own a server brings its program along; otherwise it runs in Node's image beside its package.
 */
export async function containerSandbox(
  { runtime, version }: { runtime: ContainerRuntime; version: string },
  image?: string,
): Promise<Sandbox> {
  await removeLeftovers(runtime);
  return {
    id: runtime.program,
    version: `${version}${runtime.hasGvisor ? ' with gVisor' : ''}`,
    isIsolated: true,
    isRelayed: false,
    start: (run) =>
      startContainer(image === undefined ? run : { ...run, image }, runtime, image !== undefined),
    ownerOf: identityOf,
  };
}

/** Containers of crawlers that were killed: a container outlives the command that started it. */
async function removeLeftovers({ program }: ContainerRuntime): Promise<void> {
  const format = '{{.ID}} {{.Label "toolwarden.pid"}}';
  const args = ['ps', '--all', '--filter', 'label=toolwarden.pid', '--format', format];
  const { stdout } = await execute(program, args, { timeout: ASK_MS }).catch(() => ({
    stdout: '',
  }));
  for (const line of stdout.split('\n')) {
    const [id, pid] = line.trim().split(' ');
    if (id && pid && !isAlive(Number(pid)))
      await execute(program, ['rm', '--force', id], { timeout: ASK_MS }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function startContainer(
  run: SandboxRun,
  runtime: ContainerRuntime,
  isOwnProgram: boolean,
): Promise<ConfinedProcess> {
  const name = `toolwarden-${process.pid}-${++count}`;
  const stage = await mkdtemp(temporaryPrefix('container'));
  const user = identityOf(run.slot) ?? {
    uid: process.getuid?.() ?? 1000,
    gid: process.getgid?.() ?? 1000,
  };
  const staged: Record<string, string> = {};
  const files = [
    ...Object.entries(run.homeFiles ?? {}).map(([path, text]) => [
      inside(CONTAINER_PLACES.home, path),
      text,
    ]),
    ...Object.entries(run.workFiles ?? {}).map(([path, text]) => [
      inside(CONTAINER_PLACES.work, path),
      text,
    ]),
  ] as [string, string][];
  for (const [index, [path, text]] of files.entries()) {
    const file = join(stage, String(index));
    await writeFile(file, text, { mode: 0o644 });
    staged[path] = file;
  }
  const args = containerArguments(run, runtime, { name, user, staged, isOwnProgram });
  const finished = tieToUs(runtime.program, name);
  const child = spawn(runtime.program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
  let isKilled = false;
  let exceeded: string | undefined;
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).then(async (exit) => {
    finished();
    // Nobody but the kernel sends it that signal when we did not.
    if (exit.code === 137 && !isKilled)
      exceeded = `memory over ${run.limits.memoryBytes / 1024 ** 2} MiB`;
    await rm(stage, { recursive: true, force: true });
    return exit;
  });
  const kill = async () => {
    isKilled = true;
    await execute(runtime.program, ['kill', name], { timeout: ASK_MS }).catch(() => {});
    child.kill('SIGKILL');
    return exited;
  };
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  }).catch((error: unknown) => {
    finished();
    throw error;
  });
  const { stdin, stdout, stderr } = child;
  return { stdin, stdout, stderr, exited, kill, exceeded: () => exceeded };
}

/**
 * A container outlives the command that started it, so a process of its own waits for our end: its pipe closes when we
 * are killed, and it kills the container, which may only be about to start. Returns what to call when that is over.
 */
function tieToUs(program: string, name: string): () => void {
  const script =
    'read -r over && exit; for i in 1 2 3 4 5 6; do "$0" rm --force "$1"; sleep 5; done >/dev/null 2>&1';
  const guard = spawn('/bin/sh', ['-c', script, program, name], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  return () => void guard.stdin.end('over\n');
}
