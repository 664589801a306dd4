import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { WebhookTarget } from '../approvals/webhook.ts';
import { GatewayError } from '../gateway-error.ts';
import { createGuard } from '../guard.ts';
import { createLineReader } from '../json/line-reader.ts';
import { createLink } from '../link/link.ts';
import type { Link } from '../link/link-options.ts';
import { type Pending, pendingLimits } from '../link/pending.ts';
import { needsLock, type PinBoard, pinEventNote } from '../pins/pin-board.ts';
import type { Pins } from '../pins/pins.ts';
import { type PolicyEvent, watchPolicy } from '../policy/watch-policy.ts';
import { readClientMessage } from '../protocol/client-message.ts';
import type { Note, State } from '../state/state.ts';
import { tokenHash } from '../state/token-hash.ts';
import { readToolClasses } from '../tools/tool-classes.ts';
import { envForServer, type ServerProcess, startServer } from './child.ts';
import { namesNothing } from './names-nothing.ts';
import { serverNameOf } from './server-name.ts';

/** How one server is wrapped. */
export type WrapOptions = {
  command: readonly string[];
  /** Where the server is, if it is not started by a command. */
  url?: { address: string; headers: Record<string, string> };
  policy: string;
  /** A policy that judges every call beside it, without effect. */
  shadow?: string;
  /** Names the server in counters and audit; else its command does. */
  server?: string;
  /** A file that says what tools are, by the digest of their definition. */
  catalogue?: string;
  /** The definitions that a person has accepted. */
  lock?: string;
  /** The token of a grant. */
  grant?: string;
  isObserving: boolean;
  /** How long a request may stay silent; progress extends it, up to the hard limit. */
  timeoutMs?: number;
  openState: () => State | Promise<State>;
  /** What a person adds to `toolwarden approvals` to reach that state. */
  stateOption?: string;
  /** Where the pages are on which people answer approvals. */
  approvalPages?: string;
  /** Hears of every call that begins to wait for a person. */
  webhook?: WebhookTarget;
};

/** The streams in front, and what a person is told. */
export type WrapIo = {
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream;
  err: (line: string) => void;
  env: NodeJS.ProcessEnv;
};

const DRAIN_MS = 10_000;
const TICK_MS = 1_000;

/** Runs a server behind its policy until either side ends; gives the server's exit code. */
export async function runWrap(
  options: WrapOptions,
  io: WrapIo,
  signal: AbortSignal,
): Promise<number> {
  const name = options.server ?? nameOf(options);
  // INVARIANT: nothing is started before the policy, the classes and the state are there.
  const teller = { note: (_: Note['kind'], __: Note['detail']) => {} };
  const policy = await watchPolicy(
    options.policy,
    (event) => {
      if (event.kind === 'rejected')
        io.err(`${event.error.message}; the policy before it stays in force`);
      else io.err(`policy loaded again: ${event.policy.digest}`);
      const { kind } = event;
      if (kind === 'loaded') teller.note('policy-loaded', { digest: event.policy.digest });
      else teller.note('policy-rejected', { why: event.error.message });
    },
    options.lock === undefined ? needsLock : undefined,
  );
  const staged = options.shadow ? await followShadow(options, io, teller) : undefined;
  const board = options.lock ? await followLock(options.lock, io, teller) : undefined;
  const classOf = options.catalogue ? await readToolClasses(options.catalogue) : undefined;
  const state = await openState(options, io);
  try {
    const grant = await grantOf(options, state, name);
    const note = (kind: Note['kind'], detail: Note['detail']) => {
      try {
        state.note({ at: Date.now(), kind, server: name, grant, detail });
      } catch (error) {
        io.err(`the audit cannot be written: ${(error as Error).message}`);
      }
    };
    teller.note = note;
    const child = await openServer(options, io);
    note('started', { digest: policy.current.digest, observing: options.isObserving });
    const pins = board && pinsFor(name, board, { err: io.err, note });
    const classify = classOf ?? pins?.classOf;
    const session = randomBytes(9).toString('base64url');
    let calls = 0;
    const guard = createGuard({
      caller: {
        ...{ server: name, grant },
        ...(options.grant !== undefined && { tokenHash: tokenHash(options.grant) }),
      },
      policy: () => policy.current,
      state,
      ...(pins && { pins }),
      ...(classify && { classOf: classify }),
      nextCallId: () => `${session}-${++calls}`,
      clock: Date.now,
      isObserving: options.isObserving,
      ...(staged && { shadow: () => staged.shadow }),
    });
    const warned = new Set<string>();
    const link = createLink({
      guard,
      session,
      ...connect(io, child),
      ...child.linkOptions,
      outcome: (callId, outcome) => state.outcome(callId, outcome),
      undo(callId) {
        state.undo(callId);
        staged?.shadow.undo(callId, Date.now());
      },
      approvalStatus: (id) => state.approvalStatus(id),
      note,
      onTools(names) {
        for (const line of namesNothing(policy.current.document, names)) {
          if (!warned.has(line)) io.err(line);
          warned.add(line);
        }
      },
      clock: () => performance.now(),
      limits: limitsOf(options),
      ...(options.stateOption !== undefined && { stateOption: options.stateOption }),
      approvalPages: () => options.approvalPages,
    });
    child.attach?.(link);
    const code = await carry(link, child, io, signal);
    note('stopped', { code });
    return code;
  } finally {
    policy.close();
    staged?.watch.close();
    board?.close();
    await state.close();
  }
}

type Teller = { note: (kind: Note['kind'], detail: Note['detail']) => void };

async function followShadow({ shadow = '', lock }: WrapOptions, { err }: WrapIo, teller: Teller) {
  // Most wraps have none, and the start of each waits for what is loaded.
  const { createShadow } = await import('../policy/shadow.ts');
  const tell = (event: PolicyEvent) => {
    if (event.kind === 'rejected') {
      err(`${event.error.message}; the staged policy before it stays`);
      return teller.note('policy-rejected', { staged: true, why: event.error.message });
    }
    err(`staged policy loaded again: ${event.policy.digest}`);
    teller.note('policy-loaded', { staged: true, digest: event.policy.digest });
  };
  const watch = await watchPolicy(shadow, tell, lock === undefined ? needsLock : undefined);
  return { watch, shadow: createShadow(() => watch.current) };
}

async function followLock(path: string, { err }: WrapIo, teller: Teller): Promise<PinBoard> {
  // Most wraps have none, and the start of each waits for what is loaded.
  const { openPins } = await import('../pins/open-pins.ts');
  return openPins(path, (event) => {
    if (event.kind === 'loaded') {
      err('lock file loaded again');
      return teller.note('lock-loaded', {});
    }
    err(`${event.error.message}; the lock file before it stays in force`);
    teller.note('lock-rejected', { why: event.error.message });
  });
}

function pinsFor(
  server: string,
  board: PinBoard,
  { err, note }: Teller & Pick<WrapIo, 'err'>,
): Pins {
  if (!board.knows(server)) {
    err(`the lock file has nothing of ${JSON.stringify(server)}: nothing of it was ever accepted`);
  }
  return board.forServer(server, (event) => {
    const { detail, lines } = pinEventNote(event);
    for (const line of lines) err(line);
    note('pin-mismatch', detail);
  });
}

async function openServer({ url, command }: WrapOptions, { env, err }: WrapIo) {
  if (url === undefined) return startServer(command, envForServer(env));
  // Only who needs it waits for it to load.
  const { openUrlServer } = await import('./url-server.ts');
  return openUrlServer(url.address, url.headers, err);
}

/** A server over HTTP is called by its address, as in the catalogue. */
function nameOf({ url, command }: WrapOptions): string {
  if (url === undefined) return serverNameOf(command);
  const { host, pathname } = new URL(url.address);
  return `url:${host}${pathname}`;
}

async function openState({ openState: open, webhook }: WrapOptions, { err }: WrapIo) {
  if (webhook === undefined) return open();
  // Most wraps have none, and the start of each waits for what is loaded.
  const [{ announcing }, { createWebhook }] = await Promise.all([
    import('../approvals/announce.ts'),
    import('../approvals/webhook.ts'),
  ]);
  const sent = createWebhook({ ...webhook, onLost: (why) => err(`webhook: ${why}`) });
  return announcing(await open(), sent);
}

async function grantOf(
  { grant: token, policy }: WrapOptions,
  state: State,
  server: string,
): Promise<string> {
  if (token === undefined) {
    if (!(await state.hasGrants())) return 'local';
    throw new GatewayError(
      'grant-required',
      'grants are configured, so a caller without one is refused; give --grant, see toolwarden grants --help',
    );
  }
  const grant = await state.findGrant(token, Date.now());
  if (grant === undefined || !(grant.servers.includes(server) || grant.servers.includes('*'))) {
    throw new GatewayError(
      'grant-unknown',
      `the grant is unknown, revoked, expired, or not for ${JSON.stringify(server)}; see toolwarden grants list`,
    );
  }
  // Whoever has the token must not choose what it allows.
  if (grant.policy !== resolve(policy)) {
    throw new GatewayError(
      'grant-unknown',
      `the grant is for the policy ${grant.policy}, not for ${policy}; give that one with --policy`,
    );
  }
  return grant.id;
}

function limitsOf({ timeoutMs }: WrapOptions) {
  if (timeoutMs === undefined) return pendingLimits;
  return { ...pendingLimits, idleMs: timeoutMs, hardMs: Math.max(timeoutMs, pendingLimits.hardMs) };
}

/** Messages to both sides; a side that does not read stops the other from being read. */
function connect({ stdin, stdout }: WrapIo, child: ServerProcess) {
  stdout.on('drain', () => child.stdout.resume());
  child.onDrain(() => stdin.resume());
  return {
    toClient(message: string | Buffer) {
      const line = typeof message === 'string' ? `${message}\n` : message;
      if (!stdout.write(line)) child.stdout.pause();
    },
    toServer(message: string, about?: Pending) {
      if (!child.write(message, about)) stdin.pause();
    },
  };
}

/** Carries messages until the client leaves, a signal comes or the server ends. */
async function carry(
  link: Link,
  child: ServerProcess,
  io: WrapIo,
  signal: AbortSignal,
): Promise<number> {
  const overlong = (who: string) => () =>
    io.err(`a line of the ${who} was too long and was dropped`);
  const fromClient = (line: Buffer) =>
    link.fromClientMessage(readClientMessage(line), child.originOf?.());
  const readClient = createLineReader(fromClient, overlong('client'));
  const readServer = createLineReader((line) => link.fromServer(line), overlong('server'));
  const left = Promise.withResolvers<'left' | 'failed'>();
  const leave = () => left.resolve('left');
  // Whatever was not foreseen leaves a state that nobody knows: nothing is judged by it any more.
  const fail = (error: Error) => {
    io.err(`an error inside ended the gateway: ${error?.message}; the client can start it again`);
    io.stdin.off('data', readClient);
    child.destroy();
    left.resolve('failed');
  };
  process.on('uncaughtException', fail);
  io.stdin.on('data', readClient);
  io.stdin.on('end', leave);
  io.stdin.on('error', leave);
  // Nobody reads any more: the client is gone.
  io.stdout.on('error', leave);
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  child.stdout.on('data', readServer);
  const timer = setInterval(() => link.tick(), TICK_MS);
  timer.unref();
  const first = await Promise.race([left.promise, child.exited]);
  clearInterval(timer);
  if (first === 'failed') {
    io.stdin.pause();
    await child.exited;
    return 2;
  }
  if (first === 'left') {
    io.stdin.off('data', readClient);
    await drained(link, child);
    await child.end();
  }
  link.serverEnded();
  process.off('uncaughtException', fail);
  io.stdin.pause();
  // A server that ends by the signal we had to send has ended as it was asked to.
  return first === 'left' ? 0 : first;
}

async function drained(link: Link, child: ServerProcess): Promise<void> {
  let isOver = false;
  void child.exited.then(() => {
    isOver = true;
  });
  const end = performance.now() + DRAIN_MS;
  while (!isOver && link.inFlight > link.held && performance.now() < end) {
    await new Promise((done) => setTimeout(done, 10));
  }
}
