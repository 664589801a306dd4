import { BoundedOutput } from './bounded-output.ts';
import { BoundedTransport } from './bounded-transport.ts';
import { bridgeBefore } from './http-bridge.ts';
import type { CrawlLimits } from './limits.ts';
import { atDeadline, type Listing, ListingError, readListing } from './listing.ts';
import { relayed } from './relay/inside-relay.ts';
import type { OutsideProxy } from './relay/outside-proxy.ts';
import { startRelay } from './relay/relay.ts';
import type { Exit, Places, Sandbox } from './sandbox/sandbox.ts';
import { openStatelessSession } from './stateless-session.ts';
import { openStdioSession } from './stdio-session.ts';

/** A command that should speak MCP on its standard streams. */
export type Launch = {
  argv: (places: Places) => string[];
  /** After the command; `{dir}` stands for the working folder. */
  args: string[];
  /** Variables; `{dir}` as in `args`. */
  env: Record<string, string>;
  /** Path below the working folder → text. */
  files: Record<string, string>;
  /** Loopback ports, inside the sandbox, on which something accepts and never answers. */
  ports?: number[];
  /** It speaks HTTP on a port of its own inside the sandbox. */
  isBridged?: boolean;
  /** It knows no `initialize`: the revision of 2026 is spoken from the first word. */
  isStateless?: boolean;
};

/** Hosts that a person lets servers reach while they list. */
export type Network = { hosts: string[]; outsideProxy: OutsideProxy };

/** What a listing may send and receive through {@link Network}. */
const TRAFFIC_BYTES = 64 * 1024 ** 2;

/** One start of a server: its listing, or how it failed, with all it said. */
export type Attempt = {
  listing?: Listing;
  error?: ListingError;
  exit: Exit;
  /** The limit it was stopped by, in words. */
  exceeded?: string;
  stderr: string;
  /** Hosts that it reached; there is none unless a person let it reach some. */
  reached?: string[];
  /** Lines on stdout that were no message. */
  junk: string[];
};

type IntrospectPlace = {
  sandbox: Sandbox;
  slot: number;
  packageDir: string;
  /** None at all where absent. */
  network?: Network | undefined;
};

/** Starts a command in a sandbox, lists what it offers, and leaves nothing of it behind. */
export async function introspect(
  launch: Launch,
  place: IntrospectPlace,
  limits: CrawlLimits,
  signal?: AbortSignal,
): Promise<Attempt> {
  if (place.network === undefined) return attempt(launch, place, limits, signal);
  const relay = await startRelay({
    ...{ ...place.network, bytes: TRAFFIC_BYTES, refusal: 'was not allowed' },
    owner: place.sandbox.ownerOf(place.slot),
  });
  try {
    const found = await attempt(launch, place, limits, signal, relay.socket);
    return { ...found, reached: relay.reached() };
  } finally {
    await relay.close();
  }
}

async function attempt(
  launch: Launch,
  place: IntrospectPlace,
  limits: CrawlLimits,
  signal: AbortSignal | undefined,
  relay?: string,
): Promise<Attempt> {
  const fill = (text: string, places: Places) => text.replaceAll('{dir}', places.work);
  const command = (places: Places) => ({
    argv: [
      ...listenerBefore(launch.ports ?? [], places),
      ...(launch.isBridged ? bridgeBefore(places) : []),
      ...launch.argv(places),
      ...launch.args.map((arg) => fill(arg, places)),
    ],
    env: Object.fromEntries([
      // Node heeds proxy variables only where it is told to.
      ...(relay === undefined ? [] : [['NODE_USE_ENV_PROXY', '1']]),
      ...Object.entries(launch.env).map(([name, value]) => [name, fill(value, places)]),
    ]),
  });
  const confined = await place.sandbox.start({
    slot: place.slot,
    packageDir: place.packageDir,
    workFiles: launch.files,
    ...(relay === undefined ? { command } : { command: relayed(command), relay }),
    limits,
  });
  const stderr = new BoundedOutput(limits.stderrBytes);
  stderr.follow(confined.stderr);
  const transport = new BoundedTransport(confined, limits);
  const stop = () => void transport.close();
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    stop();
  }, limits.serverMs);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  let outcome: { listing: Listing } | { error: ListingError };
  try {
    const open = launch.isStateless ? openStatelessSession : openStdioSession;
    const listing = await readListing(() => open(transport, limits), limits);
    if (isLate && listing.stoppedBy?.cause === 'error')
      listing.stoppedBy.error = atDeadline(listing.stoppedBy.error);
    outcome = { listing };
  } catch (error) {
    if (!(error instanceof ListingError)) throw error;
    outcome = { error: isLate ? atDeadline(error) : error };
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', stop);
  }
  const exit = await settle(confined, 'listing' in outcome);
  const exceeded = confined.exceeded() ?? transport.exceeded;
  return {
    ...outcome,
    exit,
    stderr: stderr.text(),
    junk: transport.junk,
    ...(exceeded !== undefined && { exceeded }),
  };
}

/** A program that listens on ports and then becomes the parent of the server, which keeps its standard streams. */
function listenerBefore(ports: number[], { node }: Places): string[] {
  const script = `
const { createServer } = require('node:net');
const [ports, command, ...args] = process.argv.slice(1);
const opened = JSON.parse(ports).map((port) => new Promise((done) => {
  createServer(() => {}).on('error', done).listen(port, '127.0.0.1', done);
}));
Promise.all(opened).then(() => {
  const child = require('node:child_process').spawn(command, args, { stdio: 'inherit' });
  child.on('exit', (code) => process.exit(code ?? 1));
});`;
  return ports.length === 0 ? [] : [node, '-e', script, JSON.stringify(ports)];
}

/** A server that closed its output may be about to say why on stderr: it gets a moment, then it is ended. */
async function settle(
  confined: { exited: Promise<Exit>; kill: () => Promise<Exit> },
  isListed: boolean,
): Promise<Exit> {
  const patience = isListed ? 0 : 300;
  const timer = setTimeout(() => void confined.kill(), patience);
  try {
    return await confined.exited;
  } finally {
    clearTimeout(timer);
  }
}
