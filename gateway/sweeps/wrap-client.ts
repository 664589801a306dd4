import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A client that calls one tool through a real `toolwarden wrap`, so many calls at once, until it is told to stop. */
export type WrapClient = {
  /** Settles with the first answer to a call. */
  firstAnswer: Promise<void>;
  answers: { allowed: number; refused: number; failed: number };
  /** Settles when so many refusals in a row were seen, or the gateway has ended. */
  done: Promise<void>;
  /** Ends the gateway as a crash does, with no time to do anything. */
  kill(): Promise<void>;
  /** Closes its input, as a client that leaves does. */
  leave(): Promise<void>;
};

const COMMAND = join(import.meta.dirname, '../../cli/bin/toolwarden.js');
const SERVER = join(import.meta.dirname, 'counting-server.ts');
const ENOUGH_REFUSALS = 20;

/** Starts a gateway around the counting server, and calls as fast as `atOnce` calls in flight can. */
export function startWrapClient(options: {
  folder: string;
  name: string;
  atOnce: number;
  most?: number;
  /** Goes on though it is refused. */
  isPatient?: boolean;
}): WrapClient {
  const { folder, name, atOnce, most = Number.POSITIVE_INFINITY, isPatient = false } = options;
  const child = spawn(
    process.execPath,
    [
      ...[COMMAND, 'wrap', '--policy', join(folder, 'policy.json'), '--server', 'counting'],
      ...['--state', join(folder, 'state'), '--', process.execPath, SERVER, join(folder, 'calls')],
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  // A gateway that was killed no longer reads; that is what is tested.
  child.stdin?.on('error', () => {});
  const ended = once(child, 'exit');
  const answers = { allowed: 0, refused: 0, failed: 0 };
  const first = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  ended.then(() => {
    first.resolve();
    done.resolve();
  });
  let sent = 0;
  let inRow = 0;
  const send = (message: object) =>
    child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const call = () => {
    if (sent >= most) return;
    sent++;
    const params = { name: 'touch', arguments: { n: `${name}-${sent}` } };
    send({ id: `call-${sent}`, method: 'tools/call', params });
  };
  const answered = (message: { error?: unknown; result?: { isError?: boolean } }) => {
    const isRefused = message.result?.isError === true;
    if (message.error !== undefined) answers.failed++;
    else if (isRefused) answers.refused++;
    else answers.allowed++;
    inRow = isRefused ? inRow + 1 : 0;
    first.resolve();
    const seen = answers.allowed + answers.refused + answers.failed;
    if ((inRow >= ENOUGH_REFUSALS && !isPatient) || seen >= most) done.resolve();
    else call();
  };
  createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> }).on(
    'line',
    (line) => {
      const message = JSON.parse(line);
      if (message.id === 'hello') {
        send({ method: 'notifications/initialized' });
        for (let one = 0; one < atOnce; one++) call();
      } else if (message.id !== undefined) answered(message);
    },
  );
  const clientInfo = { name: 'sweep', version: '1' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
  send({ id: 'hello', method: 'initialize', params });
  return {
    ...{ firstAnswer: first.promise, done: done.promise, answers },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async leave() {
      child.stdin?.end();
      await ended;
    },
  };
}
