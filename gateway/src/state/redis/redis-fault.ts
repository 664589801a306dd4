import { GatewayError } from '../../gateway-error.ts';

/** What Redis says first in an error, and what a person can do about it. */
const WORDS: Record<string, string> = {
  READONLY:
    'it is a replica and takes no writes; a failover is going on, or the address is not that of the primary',
  OOM: 'it has no memory left; raise its maxmemory, calls then pass again by themselves',
  LOADING: 'it is still reading its data; calls pass when it has',
  BUSY: 'a script of another program runs in it; calls pass when that has ended',
  MASTERDOWN: 'it is a replica that has lost its primary; calls pass when there is one',
  NOREPLICAS: 'it has fewer replicas than its min-replicas-to-write asks for',
  MISCONF: 'it cannot write its data to disk; see its log, calls then pass again by themselves',
  NOAUTH: 'it wants a password; put it into the address: redis://:PASSWORD@HOST:PORT',
  WRONGPASS: 'it does not take this user and password',
  NOPERM: 'this user may not do what the gateway needs; see docs/redis.md',
  MOVED: 'it is a node of a cluster, which is not supported; name a Redis that holds all keys',
  CLUSTERDOWN:
    'it is a node of a cluster, which is not supported; name a Redis that holds all keys',
};

/** Says in words what is wrong with Redis; the address is shown without its password. */
export function redisFault(error: unknown, shown: string): GatewayError {
  if (error instanceof GatewayError) return error;
  const { message = String(error), code = '' } = error as NodeJS.ErrnoException;
  const [word = ''] = message.split(' ', 1);
  const words = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  const say = words ?? `it does not answer (${(message || code).slice(0, 200)})`;
  return new GatewayError('state-unavailable', `Redis at ${shown}: ${say}`, { cause: error });
}

/** Whether Redis itself said no; of every other error nobody knows if the command ran. */
export function isAnswer(error: unknown): boolean {
  return (error as Error | undefined)?.name === 'ReplyError';
}

/** The address as messages may show it. */
export function withoutPassword(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  return `${protocol}//${hostname}${port === '' ? '' : `:${port}`}${pathname === '/' ? '' : pathname}`;
}
