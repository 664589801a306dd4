import { createHmac, createSecretKey, hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { GatewayError } from '../gateway-error.ts';
import { keyFile } from './key-file.ts';

/** Hashes arguments so that equal ones can be told, and nobody without the key can try out what they were. */
export type ArgumentHasher = { readonly keyId: string; hash(argumentsText: string): string };

/** The file of the key. */
export const argumentKeyPath = (keys: string) => join(keys, 'arguments.key');

/** The hasher with the key of a state folder. */
export function openArgumentHasher(keys: string): ArgumentHasher {
  const path = argumentKeyPath(keys);
  const text = keyFile(path, () => `${randomBytes(32).toString('hex')}\n`).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new GatewayError(
      'state-unavailable',
      `${path}: not a key of 64 hex digits; restore it, or move it away for a new one`,
    );
  }
  const key = createSecretKey(text, 'hex');
  return {
    keyId: hash('sha256', `toolwarden key ${text}`).slice(0, 16),
    hash: (argumentsText) => createHmac('sha256', key).update(argumentsText).digest('hex'),
  };
}
