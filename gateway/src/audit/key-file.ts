import { chmodSync, readFileSync, statSync } from 'node:fs';
import { GatewayError } from '../gateway-error.ts';
import { writeOnce } from '../state/write-once.ts';

/** Reads a secret file, making it where there is none; of several processes that make it at once, one wins. */
export function keyFile(path: string, make: () => string): string {
  try {
    return readKey(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(path, error);
  }
  try {
    writeOnce(path, make());
    return readKey(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

function readKey(path: string): string {
  const text = readFileSync(path, 'utf8');
  // A copy from a backup may have lost its mode; a key that others read is none.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  return text;
}

function unusable(path: string, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError(
    'state-unavailable',
    `${path}: no key there (${(error as Error).message})`,
    {
      cause: error,
    },
  );
}
