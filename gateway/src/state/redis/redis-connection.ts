import { Redis } from 'ioredis';
import { GatewayError } from '../../gateway-error.ts';
import { isAnswer, redisFault, withoutPassword } from './redis-fault.ts';
import type { RedisScript } from './redis-script.ts';

/** How a Redis is reached. */
export type RedisOptions = {
  /** `redis://[USER:PASSWORD@]HOST:PORT[/DATABASE]`, or `rediss://` for TLS. */
  url: string;
  /** So many replicas must have a charge before its call is sent on. */
  replicas?: number;
  /** How long a call may wait for Redis before it is refused. */
  deadlineMs?: number;
};

/** A connection that answers within a deadline or throws a GatewayError, and mends itself. */
export type RedisConnection = {
  /** Runs a script, again where its answer was lost: scripts here do the same thing only once. */
  run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown>;
  /** Runs a command that may be repeated. */
  send(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** To be told whenever the connection has come back. */
  onReady(listener: () => void): void;
  readonly shown: string;
  close(): void;
};

const DEADLINE_MS = 2000;
const LONGEST_PAUSE_MS = 1000;
/** Settings of a Redis can change while it runs; that one throws keys away is seen after this long at the latest. */
const LOOK_AGAIN_MS = 5000;
/** What is connected and not fit is looked at more often. */
const LOOK_UNFIT_MS = 500;

/** Connects, and does not come back before Redis has been found fit to keep limits. */
export async function connectRedis(options: RedisOptions): Promise<RedisConnection> {
  const { replicas = 0, deadlineMs = DEADLINE_MS } = options;
  const shown = shownAddress(options.url);
  const redis = new Redis(options.url, {
    lazyConnect: true,
    // A call that waits is refused in time; it must not be sent when nobody waits for it any more.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: deadlineMs,
    socketTimeout: deadlineMs,
    keepAlive: 10_000,
    disableClientInfo: true,
    retryStrategy: (times) => Math.min(20 * 2 ** Math.min(times, 10), LONGEST_PAUSE_MS),
    // After a failover the name may lead to another machine.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  });
  const listeners: (() => void)[] = [];
  let fault: unknown = new Error('not connected');
  let isFit = false;
  let closedSince = performance.now();
  let waiting: (() => void)[] = [];

  const look = async () => {
    try {
      checkFit(String(await redis.info()), shown);
      if (isFit) return;
      isFit = true;
      for (const wake of waiting.splice(0)) wake();
      for (const listener of listeners) listener();
    } catch (error) {
      unfit(error);
    }
  };
  const unfit = (error: unknown) => {
    fault = error;
    if (isFit) closedSince = performance.now();
    isFit = false;
  };
  redis.on('error', unfit);
  redis.on('close', () => {
    if (isFit) unfit(new Error('the connection closed'));
  });
  redis.on('ready', () => void look());
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (redis.status !== 'ready' || (isFit && now - lookedAt < LOOK_AGAIN_MS)) return;
    lookedAt = now;
    void look();
  }, LOOK_UNFIT_MS).unref();

  const untilFit = async (end: number) => {
    if (isFit) return;
    // One that has been away for long is not waited for by every call anew.
    const left = Math.min(end, closedSince + deadlineMs) - performance.now();
    if (left > 0) {
      const woken = Promise.withResolvers<void>();
      waiting.push(woken.resolve);
      const late = setTimeout(woken.resolve, left);
      await woken.promise;
      clearTimeout(late);
      waiting = waiting.filter((each) => each !== woken.resolve);
    }
    if (!isFit) throw redisFault(fault, shown);
  };
  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const end = performance.now() + deadlineMs;
    for (;;) {
      await untilFit(end);
      try {
        return await within(work(), end, shown);
      } catch (error) {
        if (isAnswer(error) || error instanceof GatewayError || performance.now() >= end) {
          throw redisFault(error, shown);
        }
        // The connection is gone, which its own events tell a moment later.
        unfit(error);
      }
    }
  };
  const evaluate = async (script: RedisScript, list: (string | number)[], count: number) => {
    try {
      return await replicated(
        redis,
        redis.evalsha(script.sha1, count, ...list),
        replicas,
        deadlineMs,
      );
    } catch (error) {
      if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
      return replicated(redis, redis.eval(script.text, count, ...list), replicas, deadlineMs);
    }
  };

  redis.connect().catch(() => {});
  const connection: RedisConnection = {
    run: (script, keys, args) => attempt(() => evaluate(script, [...keys, ...args], keys.length)),
    send: (command, ...args) => attempt(() => redis.call(command, ...args)),
    onReady: (listener) => void listeners.push(listener),
    shown,
    close() {
      clearInterval(timer);
      redis.disconnect();
    },
  };
  try {
    await untilFit(performance.now() + deadlineMs);
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

function shownAddress(url: string): string {
  const isRedis = URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol);
  if (isRedis) return withoutPassword(url);
  throw new GatewayError(
    'settings-invalid',
    'redis: expected an address such as redis://HOST:6379',
  );
}

/** A Redis that throws keys away when memory is short forgets limits, and nobody would know. */
function checkFit(info: string, shown: string): void {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy === 'noeviction') return;
  const message =
    policy === undefined
      ? `Redis at ${shown}: it does not say whether it throws keys away; let this user run INFO`
      : `Redis at ${shown}: it may throw limits away when memory is short (maxmemory-policy ${policy}); set it: redis-cli config set maxmemory-policy noeviction`;
  throw new GatewayError('state-unavailable', message);
}

/** Waits until replicas have what was written before; on one connection, so the order of commands is theirs. */
async function replicated<Result>(
  redis: Redis,
  answer: Promise<Result>,
  replicas: number,
  deadlineMs: number,
): Promise<Result> {
  if (replicas === 0) return answer;
  const waited = redis.wait(replicas, Math.ceil(deadlineMs / 2));
  const [result, reached] = await Promise.all([answer, waited]);
  if (reached >= replicas) return result;
  const message = `Redis has the charge, but only ${reached} of ${replicas} replicas have it in time`;
  throw new GatewayError('state-unavailable', message);
}

async function within<Result>(work: Promise<Result>, end: number, shown: string): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `Redis at ${shown}: it did not answer in time; the call was refused`;
    late.reject(new GatewayError('state-unavailable', message));
  }, end - performance.now());
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
