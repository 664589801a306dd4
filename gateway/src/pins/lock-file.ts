import { readFile, rename, writeFile } from 'node:fs/promises';
import { canonicalJson } from '@toolwarden/catalogue';
import { GatewayError } from '../gateway-error.ts';
import { type Lock, parseLock } from './lock.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** Reads and checks a lock file. @throws GatewayError that names the file and the first thing wrong with it. */
export async function readLock(path: string): Promise<Lock> {
  let document: unknown;
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_BYTES) throw new Error('it is larger than 64 MiB');
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : (code ?? message);
    throw new GatewayError(
      code === 'ENOENT' ? 'lock-missing' : 'lock-invalid',
      `${path}: cannot read the lock file: ${why}; toolwarden pins accept writes one`,
      { cause },
    );
  }
  const read = parseLock(document);
  if ('lock' in read) return read.lock;
  throw new GatewayError('lock-invalid', `${path}: ${read.problem.slice(0, 500)}`);
}

/** Writes a lock file in the one way it is printed; a reader sees the old one or the new one, never a part. */
export async function writeLock(path: string, lock: Lock): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, `${canonicalJson(lock)}\n`);
    await rename(partial, path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new GatewayError('lock-invalid', `${path}: cannot be written: ${code ?? message}`, {
      cause,
    });
  }
}
