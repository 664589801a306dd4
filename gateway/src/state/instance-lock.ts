import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../gateway-error.ts';
import { makeFolder } from './make-folder.ts';

/** Shows other processes that the writer of a chain lives. */
export type InstanceLock = { release(): void };

/**
 * Takes the lock of a chain; `undefined` where its writer lives. SQLite holds it, because what it takes from the
 * operating system ends with the process, however that ends, where a process number may mean another process by then.
 */
export function takeInstanceLock(folder: string, chain: string): InstanceLock | undefined {
  const path = join(folder, `${chain}.lock`);
  const db = openLock(folder, path);
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch {
    db.close();
    return undefined;
  }
  return {
    release() {
      if (existsSync(path)) rmSync(path, { force: true });
      db.close();
    },
  };
}

function openLock(folder: string, path: string): DatabaseSync {
  try {
    makeFolder(folder);
    return new DatabaseSync(path, { timeout: 0 });
  } catch (error) {
    const message = `${path}: cannot be made (${(error as Error).message}); see to the folder's permissions`;
    throw new GatewayError('state-unavailable', message, { cause: error });
  }
}
