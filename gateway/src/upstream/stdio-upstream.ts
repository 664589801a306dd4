import { createLineReader } from '../json/line-reader.ts';
import { type ServerProcess, startServer } from '../wrap/child.ts';
import type { Upstream, UpstreamEvents } from './upstream.ts';

/** A server that is a program of ours to start. */
export type CommandServer = {
  command: string;
  args?: string[] | undefined;
  env?: Record<string, string> | undefined;
  cwd?: string | undefined;
};

/** What every program may know of us; all else is named in the configuration. */
const PASSED = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TMPDIR', 'SystemRoot'];

/** A server that reads nothing of so much is sent no more until it has. */
const MOST_UNREAD = 16 * 1024 * 1024;

/** Starts a server for one client. @throws GatewayError where the command cannot be started. */
export async function openStdioUpstream(
  { command, args = [], env = {}, cwd }: CommandServer,
  events: UpstreamEvents,
): Promise<Upstream> {
  const child = await startServer([command, ...args], childEnv(env), cwd);
  const { stdout } = child;
  const readLine = createLineReader(
    (line) => events.onMessage(line),
    () => events.note('a line of the server was too long and was dropped'),
  );
  stdout.on('data', readLine);
  void child.exited.then((code) => events.onEnd(`the server ended with code ${code}`));
  return stdioUpstream(child);
}

function stdioUpstream(child: ServerProcess): Upstream {
  /** Characters that came since the server last had read everything. */
  let unread = 0;
  child.onDrain(() => {
    unread = 0;
  });
  return {
    send(message) {
      if (!child.write(message)) unread += message.length;
    },
    get isFull() {
      return unread > MOST_UNREAD;
    },
    cancel: () => false,
    settled: Promise.resolve(),
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
    close: () => child.end(),
  };
}

function childEnv(chosen: Record<string, string>): NodeJS.ProcessEnv {
  const passed = PASSED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), ...chosen };
}
