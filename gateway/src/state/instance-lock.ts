import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Shows other processes that the writer of a chain lives. */
export type InstanceLock = { release(): void };

/**
 * Takes the lock of a chain; `undefined` where its writer lives. SQLite holds it, because what it takes from the
 * operating system ends with the process, however that ends, where a process number may mean another process by then.
 */
export function takeInstanceLock(folder: string, chain: string): InstanceLock | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${chain}.lock`);
  const db = new DatabaseSync(path, { timeout: 0 });
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
