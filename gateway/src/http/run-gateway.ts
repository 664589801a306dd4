import { randomBytes } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AdminOptions, serveAdmin } from '../admin/admin-server.ts';
import type { ApprovalPagesOptions } from '../approvals/approval-pages.ts';
import { openLoginTokens } from '../approvals/login-token.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { isLoopback } from '../config/is-loopback.ts';
import { type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { GatewayError } from '../gateway-error.ts';
import type { State } from '../state/state.ts';
import { Admission } from './admission.ts';
import { boundYoungGeneration } from './bound-young-generation.ts';
import { counted, type Figures, newFigures } from './figures.ts';
import { type ConfigWatch, followConfig, makeSetup, type SetupMaker } from './follow-config.ts';
import { Front } from './front.ts';
import { type Identify, identifyAll, identifyByGrant, type Recall } from './identity.ts';
import { protectedResource } from './protected-resource.ts';
import { createGate } from './request-checks.ts';
import { Starts } from './starts.ts';
import { wantsTracing } from './tracing.ts';
import type { Setup, World } from './world.ts';

/** A state; where people can answer its questions, the pages for that are served beside health and metrics. */
type ApprovingState = State & Partial<Pick<ApprovalPagesOptions, 'approvals' | 'grants'>>;

/** How the gateway runs. */
export type GatewayOptions = {
  config: string;
  isObserving: boolean;
  openState: (config: LoadedConfig) => ApprovingState | Promise<ApprovingState>;
  /** Where the keys of that state lie. */
  keys?: (config: LoadedConfig) => string;
  stateOption: (config: LoadedConfig) => string;
  env: NodeJS.ProcessEnv;
  /** What a person is told; never a secret. */
  log: (line: string) => void;
};

/** A gateway that listens. */
export type RunningGateway = {
  /** Where it listens. */
  readonly url: string;
  /** Where it answers operators; absent where nobody asks. */
  readonly adminUrl: string | undefined;
  /** What goes on at this moment. */
  load(): { inFlight: number; sessions: number };
  /** Names of the servers that it leads to. */
  servers(): string[];
  /** Reads the configuration and its policies again; a broken one changes nothing. */
  reload(): Promise<void>;
  /** Takes no more, lets calls in flight end, and ends everything. */
  stop(): Promise<void>;
};

const TICK_MS = 1_000;
const PING_MS = 20_000;
const CHECK_STREAMS_MS = 5_000;

/** Starts the HTTP gateway. @throws GatewayError where it cannot. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const config = await loadConfig(options.config, options.env);
  const ending: (() => unknown)[] = [];
  const end = async () => {
    for (const each of ending.splice(0).reverse()) await each();
  };
  try {
    return await start(options, config, ending, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function start(
  options: GatewayOptions,
  config: LoadedConfig,
  ending: (() => unknown)[],
  end: () => Promise<void>,
): Promise<RunningGateway> {
  const { env, log } = options;
  const teller: Pick<World, 'note'> = { note: () => {} };
  const maker: SetupMaker = { env, log, note: (...told) => teller.note(...told) };
  const setup = await makeSetup(config, maker);
  ending.push(() => {
    world.setup.policies.close();
    world.setup.shadows?.close();
    world.setup.board?.close();
  });
  const figures = newFigures();
  const opened = await openState(options, config);
  const tracing = await tracingFor(config, options);
  ending.push(() => tracing?.close());
  const countedState = counted(opened, figures);
  const state = tracing?.traced(countedState) ?? countedState;
  ending.push(() => state.close());
  const resource = config.auth && protectedResource(config.auth.jwt);
  const { identify, recall } = await identifyFor(config, { state, resource, log });
  const world = worldOf(options, setup, state, identify);
  world.recall = recall;
  world.resource = resource;
  world.tracing = tracing;
  teller.note = world.note;
  const watch = await followConfig(options.config, maker, {
    current: () => world.setup,
    replace: (next) => {
      world.setup = next;
    },
  });
  ending.push(() => watch.close());
  const load = () => ({ inFlight: world.admission.inFlight, sessions: world.admission.sessions });
  const { approvals } = opened;
  const keys = options.keys?.(config);
  const hasPages = config.admin !== false && approvals !== undefined && keys !== undefined;
  const pages = async () => {
    if (approvals === undefined || keys === undefined) return async () => false;
    const { createApprovalPages } = await import('../approvals/approval-pages.ts');
    const tokens = openLoginTokens(keys);
    const { pages: pagesAt } = config.approvals;
    const { grants } = opened;
    return createApprovalPages({ approvals, grants, tokens, clock: Date.now, pagesAt });
  };
  const admin = await adminOf(config, world, { figures, watch, load, pages });
  ending.push(() => admin?.close());
  world.approvalPages =
    config.approvals.pages ?? (hasPages ? `${admin?.url}/approvals` : undefined);
  const http = listenerOf(config);
  await listening(http, config.listen);
  const { port } = http.address() as AddressInfo;
  const front = new Front(world, createGate(config.listen, port, isLoopback(config.listen.host)));
  http.on('request', (request, response) => front.handle(request, response));
  const timers = [
    setInterval(() => front.tick(performance.now()), TICK_MS),
    setInterval(boundYoungGeneration, TICK_MS),
    setInterval(() => front.ping(), PING_MS),
    setInterval(() => void front.checkStreams(), CHECK_STREAMS_MS),
  ];
  world.note('started', { observing: options.isObserving });
  return {
    url: `http://${shownHost(config.listen.host)}:${port}`,
    adminUrl: admin?.url,
    load,
    servers: () => [...world.setup.servers.keys()],
    async reload() {
      const { policies, shadows } = world.setup;
      await Promise.all([watch.check(), policies.check(), shadows?.check()]);
    },
    async stop() {
      await drained(http, front, world);
      for (const timer of timers) clearInterval(timer);
      await front.endAll();
      http.closeAllConnections();
      world.note('stopped', {});
      await end();
    },
  };
}

/** Takes no more, and waits for what is going on as long as the configuration says. */
async function drained(http: HttpServer, front: Front, world: World): Promise<void> {
  front.isDraining = true;
  http.close();
  http.closeIdleConnections();
  const end = performance.now() + world.setup.config.limits.drainMs;
  while (world.admission.inFlight > 0 && performance.now() < end) {
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Questions are told to the webhook, where there is one. */
async function openState(
  { openState: open, log }: GatewayOptions,
  config: LoadedConfig,
): Promise<ApprovingState> {
  const { webhook } = config.approvals;
  if (webhook === undefined) return open(config);
  const [{ announcing }, { createWebhook }] = await Promise.all([
    import('../approvals/announce.ts'),
    import('../approvals/webhook.ts'),
  ]);
  const sent = createWebhook({ ...webhook, onLost: (why) => log(`webhook: ${why}`) });
  return announcing(await open(config), sent);
}

/** What sends spans, where somebody wants them; nobody else loads it. */
async function tracingFor({ tracing }: LoadedConfig, { env, log }: GatewayOptions) {
  if (!wantsTracing(tracing, env)) return undefined;
  const { openTracing } = await import('./open-tracing.ts');
  return openTracing(tracing || {}, log);
}

type AdminParts = {
  figures: Figures;
  watch: ConfigWatch;
  load: RunningGateway['load'];
  pages: () => Promise<AdminOptions['pages']>;
};

async function adminOf(
  { admin, approvals }: LoadedConfig,
  world: World,
  { figures, watch, load, pages }: AdminParts,
) {
  if (admin === false) return undefined;
  // Only who is asked for figures pays for counting them out.
  const { gatewayMetrics } = await import('../admin/metrics.ts');
  return serveAdmin({
    ...admin,
    pages: await pages(),
    pagesAt: approvals.pages,
    metrics: gatewayMetrics(figures, load),
    checks: {
      state: async () => {
        try {
          await world.state.hasGrants();
          return undefined;
        } catch (error) {
          return (error as Error).message;
        }
      },
      audit: () => figures.stateFault,
      configuration: () =>
        watch.isGood ? undefined : 'the file is broken; the last good one is in force',
      policies: () =>
        world.setup.policies.isGood ? undefined : 'a file is broken; the last good one is in force',
    },
  });
}

async function identifyFor(
  config: LoadedConfig,
  { state, resource, log }: { state: State; log: (line: string) => void } & Pick<World, 'resource'>,
): Promise<{ identify: Identify; recall?: Recall }> {
  const hasGrants = await state.hasGrants();
  const byGrant = identifyByGrant(state);
  if (config.auth !== undefined && resource !== undefined) {
    const { identifyByJwt } = await import('./identify-by-jwt.ts');
    const byJwt = await identifyByJwt({ config: config.auth.jwt, resource, clock: Date.now });
    // No grant's token has dots.
    const identify: Identify = (authorization) =>
      (authorization?.includes('.') ? byJwt : byGrant.identify)(authorization);
    return { ...byGrant, identify };
  }
  if (config.grants !== 'open') {
    if (!hasGrants) log('there are no grants, so nobody can call; see toolwarden grants --help');
    return byGrant;
  }
  if (hasGrants) {
    throw new GatewayError(
      'config-invalid',
      '"grants": "open" would let callers past the grants that there are; take it out, or revoke them',
    );
  }
  const [policy = ''] = Object.keys(config.policies);
  log(`"grants": "open": whoever reaches this address may call, by the policy ${policy}`);
  return { identify: identifyAll(policy) };
}

function worldOf(options: GatewayOptions, setup: Setup, state: State, identify: Identify): World {
  const prefix = randomBytes(9).toString('base64url');
  let calls = 0;
  const world: World = {
    ...{ setup, state, identify, isObserving: options.isObserving },
    admission: new Admission(() => world.setup.config.limits),
    starts: new Starts(),
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
  const http = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: limits.headerMs,
    requestTimeout: limits.bodyMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headerMs),
    keepAliveTimeout: 65_000,
    insecureHTTPParser: false,
    noDelay: true,
  });
  http.maxConnections = limits.connections;
  return http;
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
