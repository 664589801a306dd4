import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../gateway-error.ts';
import { writeOnce } from '../write-once.ts';
import type { RedisConnection } from './redis-connection.ts';
import { keys } from './redis-keys.ts';
import { goneFault } from './redis-ledger.ts';

const VERSION = '1';

/**
 * The name of the store in Redis, made at first use. Each state folder remembers it: a Redis that was emptied or replaced
 * has forgotten what was charged, and must not pass for one where nothing was.
 */
export async function openEpoch(redis: RedisConnection, folder: string): Promise<string> {
  const path = join(folder, 'redis.json');
  const remembered = readEpoch(path);
  if (remembered === undefined) {
    const made = randomBytes(12).toString('base64url');
    if ((await redis.send('HSETNX', keys.meta, 'epoch', made)) === 1) {
      await redis.send('HSET', keys.meta, 'version', VERSION);
    }
  }
  const epoch = await redis.send('HGET', keys.meta, 'epoch');
  if (typeof epoch !== 'string' || (remembered !== undefined && epoch !== remembered)) {
    throw goneFault(redis.shown);
  }
  const version = await redis.send('HGET', keys.meta, 'version');
  // Whoever made the store is about to write it.
  if (version !== null && version !== VERSION) {
    const message = `Redis at ${redis.shown}: written by a newer toolwarden; use that version`;
    throw new GatewayError('state-unavailable', message);
  }
  if (remembered !== undefined) return epoch;
  writeEpoch(path, epoch);
  // Another process may have been first, with another Redis.
  if (readEpoch(path) !== epoch) throw goneFault(redis.shown);
  return epoch;
}

function readEpoch(path: string): string | undefined {
  try {
    const { epoch } = JSON.parse(readFileSync(path, 'utf8')) as { epoch?: unknown };
    if (typeof epoch === 'string') return epoch;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  }
  const message = `${path}: does not say which Redis this state belongs to; restore it, or delete it to take the one that is there`;
  throw new GatewayError('state-corrupt', message);
}

function writeEpoch(path: string, epoch: string): void {
  try {
    writeOnce(path, `${JSON.stringify({ epoch })}\n`);
  } catch (error) {
    const message = `${path}: cannot be written (${(error as Error).message}); see to the folder's permissions`;
    throw new GatewayError('state-unavailable', message, { cause: error });
  }
}
