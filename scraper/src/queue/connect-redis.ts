import { Redis } from 'ioredis';
import { ScraperError } from '../scraper-error.ts';

const CONNECT_MS = 5000;

/**
 * Connects to the Redis that holds the queue, after it has answered and does not throw keys away when memory is short: a
 * queue that loses jobs loses servers without a word.
 */
export async function connectRedis(
  url: string,
  onTrouble: (message: string) => void,
): Promise<Redis> {
  const shown = withoutPassword(url);
  await probe(url, shown);
  const redis = new Redis(url, { maxRetriesPerRequest: null, connectTimeout: CONNECT_MS });
  let isAway = false;
  redis.on('error', (error: Error) => {
    if (!isAway) onTrouble(`Redis at ${shown} does not answer (${wordsOf(error)}); trying again`);
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) onTrouble(`Redis at ${shown} answers again`);
    isAway = false;
  });
  return redis;
}

async function probe(url: string, shown: string): Promise<void> {
  let last: Error | undefined;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    retryStrategy: () => null,
  });
  redis.on('error', (error: Error) => {
    last = error;
  });
  try {
    await redis.connect();
    const memory = await redis.info('memory');
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
    if (policy !== undefined && policy !== 'noeviction')
      throw new ScraperError(
        'redis-evicts',
        `Redis at ${shown} may throw jobs away when memory is short (maxmemory-policy ${policy}); set it: redis-cli config set maxmemory-policy noeviction`,
      );
  } catch (error) {
    if (error instanceof ScraperError) throw error;
    throw new ScraperError(
      'redis-unreachable',
      `Redis at ${shown} cannot be used (${wordsOf(last ?? (error as Error))}); start it, or name another with --redis redis://HOST:PORT`,
      { cause: error },
    );
  } finally {
    redis.disconnect();
  }
}

function wordsOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}

function withoutPassword(url: string): string {
  try {
    const { protocol, hostname, port } = new URL(url);
    return `${protocol}//${hostname}${port === '' ? '' : `:${port}`}`;
  } catch {
    return 'the address given';
  }
}
