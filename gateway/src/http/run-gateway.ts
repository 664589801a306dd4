import { randomBytes } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { isLoopback, type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { openPolicyShelf } from '../config/policy-shelf.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Note, State } from '../state/state.ts';
import { readToolClasses } from '../tools/tool-classes.ts';
import { Admission } from './admission.ts';
import { Front } from './front.ts';
import { type Identify, identifyAll, identifyByGrant } from './identity.ts';
import { createGate } from './request-checks.ts';
import { prepareServers, type Setup, type World } from './world.ts';

/** How the gateway runs. */
export type GatewayOptions = {
  config: string;
  isObserving: boolean;
  openState: (config: LoadedConfig) => State | Promise<State>;
  stateOption: (config: LoadedConfig) => string;
  env: NodeJS.ProcessEnv;
  /** What a person is told; never a secret. */
  log: (line: string) => void;
};

/** A gateway that listens. */
export type RunningGateway = {
  /** Where it listens. */
  readonly url: string;
  /** What goes on at this moment. */
  load(): { inFlight: number; sessions: number };
  /** Names of the servers that it leads to. */
  servers(): string[];
  /** Takes no more, lets calls in flight end, and ends everything. */
  stop(): Promise<void>;
};

const TICK_MS = 1_000;
const PING_MS = 20_000;

/** Starts the HTTP gateway. @throws GatewayError where it cannot. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const config = await loadConfig(options.config, options.env);
  const teller = { note: (_: Note['kind'], __: Note['detail']) => {} };
  const policies = await openPolicyShelf(config.policies, (name, event) => {
    if (event.kind === 'rejected') {
      options.log(`${event.error.message}; the policy ${name} before it stays in force`);
      teller.note('policy-rejected', { policy: name, why: event.error.message });
    } else {
      options.log(`policy ${name} loaded again: ${event.policy.digest}`);
      teller.note('policy-loaded', { policy: name, digest: event.policy.digest });
    }
  });
  const classOf = config.catalogue ? await readToolClasses(config.catalogue) : undefined;
  const setup: Setup = { config, servers: prepareServers(config.servers), policies, classOf };
  const state = await options.openState(config);
  const identify = await identifyFor(config, state);
  const world = worldOf(options, setup, state, identify);
  teller.note = world.note;
  const http = listenerOf(config);
  await listening(http, config.listen);
  const { port } = http.address() as AddressInfo;
  const front = new Front(world, createGate(config.listen, port, isLoopback(config.listen.host)));
  http.on('request', (request, response) => front.handle(request, response));
  const timers = [
    setInterval(() => {
      front.sessions.tick(performance.now());
      void front.stateless.tick(performance.now());
    }, TICK_MS),
    setInterval(() => front.sessions.ping(), PING_MS),
  ];
  world.note('started', { observing: options.isObserving });
  return {
    url: `http://${shownHost(config.listen.host)}:${port}`,
    load: () => ({ inFlight: world.admission.inFlight, sessions: world.admission.sessions }),
    servers: () => [...world.setup.servers.keys()],
    async stop() {
      front.isDraining = true;
      http.close();
      http.closeIdleConnections();
      const end = performance.now() + world.setup.config.limits.drainMs;
      while (world.admission.inFlight > 0 && performance.now() < end) {
        await new Promise((done) => setTimeout(done, 10));
      }
      for (const timer of timers) clearInterval(timer);
      await Promise.all([front.sessions.endAll(), front.stateless.endAll()]);
      http.closeAllConnections();
      world.setup.policies.close();
      world.note('stopped', {});
      await state.close();
    },
  };
}

async function identifyFor(config: LoadedConfig, state: State): Promise<Identify> {
  const [policy] = Object.keys(config.policies);
  if (config.grants !== 'open') return identifyByGrant(state);
  if (await state.hasGrants()) {
    throw new GatewayError(
      'config-invalid',
      '"grants": "open" would let callers past the grants that there are; take it out, or revoke them',
    );
  }
  return identifyAll(policy ?? '');
}

function worldOf(options: GatewayOptions, setup: Setup, state: State, identify: Identify): World {
  const prefix = randomBytes(9).toString('base64url');
  let calls = 0;
  const world: World = {
    ...{ setup, state, identify, isObserving: options.isObserving },
    admission: new Admission(() => world.setup.config.limits),
    nextCallId: () => `${prefix}-${++calls}`,
    note(kind, detail, server = '', grant = '') {
      try {
        state.note({ at: Date.now(), kind, server, grant, detail });
      } catch (error) {
        options.log(`the audit cannot be written: ${(error as Error).message}`);
      }
    },
    log: options.log,
    stateOption: options.stateOption(setup.config),
  };
  return world;
}

function listenerOf({ limits }: GatewayConfig): HttpServer {
  return createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: limits.headerMs,
    requestTimeout: limits.bodyMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headerMs),
    keepAliveTimeout: 65_000,
    insecureHTTPParser: false,
    noDelay: true,
  });
}

async function listening(http: HttpServer, { host, port }: GatewayConfig['listen']) {
  await new Promise<void>((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : (cause.code ?? cause.message);
      reject(
        new GatewayError('not-listening', `cannot listen on ${shownHost(host)}:${port}: ${why}`, {
          cause,
        }),
      );
    });
    http.listen({ host, port, backlog: 1_024 }, resolve);
  });
}

const shownHost = (host: string) => (host.includes(':') ? `[${host}]` : host);
