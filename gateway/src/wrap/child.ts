import { type ChildProcess, spawn } from 'node:child_process';
import { GatewayError } from '../gateway-error.ts';
import type { Link, LinkOptions } from '../link/link-options.ts';
import type { Pending } from '../link/pending.ts';
import { watchOver } from './watchdog.ts';

/** The wrapped server as a process: a group of its own, so that what it starts ends with it. */
export type ServerProcess = {
  readonly stdout: NodeJS.ReadableStream;
  /** `about` is the request that the message is. */
  write(message: string, about?: Pending): boolean;
  onDrain(listener: () => void): void;
  /** The exit code, 128 and the signal's number where one ended it; settles when its output has been read. */
  readonly exited: Promise<number>;
  /** Asks it to end by closing its input, then by signals; settles when nothing of it is left. */
  end(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it at once, and hears no more of it. */
  destroy(): void;
  /** What a server over HTTP needs beside: who is told of its failures, and where each request came from. */
  attach?(link: Link): void;
  originOf?(): object;
  linkOptions?: Partial<LinkOptions>;
};

const PATIENCE_MS = 2_000;
const LAST_WORDS_MS = 1_000;
const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

/** A client's configuration sets the server's variables on us; ours are not the server's business. */
export function envForServer(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('TOOLWARDEN_')),
  );
}

/** Starts a server; its stderr is ours. @throws GatewayError where the command cannot be started. */
export async function startServer(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd?: string,
): Promise<ServerProcess> {
  const [program = '', ...args] = command;
  const child = spawnIn(program, args, { env, cwd });
  const { promise: exited, resolve: setExit } = Promise.withResolvers<number>();
  let callOff = () => {};
  child.on('close', (code, signal) => {
    callOff();
    setExit(code ?? 128 + (SIGNAL_NUMBERS[signal ?? 'SIGKILL'] ?? 9));
  });
  child.on('exit', () => endLeftovers(child));
  const { stdin, stdout } = child;
  // A server that closed its input is about to end; its exit says the rest.
  stdin.on('error', () => {});
  await new Promise<void>((started, failed) => {
    child.once('spawn', started);
    child.once('error', (cause) => failed(notStarted(program, cause)));
  });
  child.on('error', () => {});
  if (child.pid !== undefined && child.exitCode === null) callOff = watchOver(child.pid);
  return {
    stdout,
    write: (message) => stdin.write(`${message}\n`),
    onDrain: (listener) => void stdin.on('drain', listener),
    exited,
    async end(signal = 'SIGTERM') {
      stdin.end();
      if (await settles(exited, PATIENCE_MS)) return;
      signalGroup(child, signal);
      if (await settles(exited, PATIENCE_MS)) return;
      signalGroup(child, 'SIGKILL');
      await exited;
    },
    destroy() {
      stdout.destroy();
      signalGroup(child, 'SIGKILL');
    },
  };
}

function spawnIn(
  program: string,
  args: string[],
  world: { env: NodeJS.ProcessEnv; cwd: string | undefined },
) {
  try {
    return spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true, ...world });
  } catch (error) {
    // An empty name, or a NUL in a word.
    throw notStarted(program, error as Error);
  }
}

function notStarted(program: string, cause: NodeJS.ErrnoException): GatewayError {
  const why = cause.code ?? cause.message;
  return new GatewayError(
    'server-not-started',
    `cannot start ${JSON.stringify(program)}: ${why}; check the command of the server`,
    { cause },
  );
}

/** What a server itself started and left behind goes with it, also where it holds the output open. */
function endLeftovers(child: ChildProcess): void {
  signalGroup(child, 'SIGKILL');
  // Something that left the group can keep the pipe for ever. A client that reads slowly is waited for.
  const timer = setInterval(() => {
    if (child.stdout?.isPaused() === false) child.stdout.destroy();
  }, LAST_WORDS_MS);
  child.once('close', () => clearInterval(timer));
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group is gone, which is what was wanted.
  }
}

async function settles(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((done) => {
    timer = setTimeout(done, ms, false);
  });
  const isDone = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return isDone;
}
