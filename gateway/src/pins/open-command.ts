import { createLineReader } from '../json/line-reader.ts';
import type { Upstream, UpstreamEvents } from '../upstream/upstream.ts';
import { envForServer, startServer } from '../wrap/child.ts';

/** Starts a server exactly as `wrap` does: the command as it stands, without a shell, with the same variables. */
export async function openCommand(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  events: UpstreamEvents,
): Promise<Upstream> {
  const child = await startServer(command, envForServer(env));
  child.stdout.on(
    'data',
    createLineReader(
      (line) => events.onMessage(line),
      () => events.note('a line of the server was too long and was dropped'),
    ),
  );
  void child.exited.then((code) => events.onEnd(`it ended with code ${code}`));
  return {
    send: (message) => void child.write(message),
    cancel: () => false,
    settled: Promise.resolve(),
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
    close: () => child.end(),
  };
}
