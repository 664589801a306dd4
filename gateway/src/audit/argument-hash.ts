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
  const hashShort = shortHmac(Buffer.from(text, 'hex'));
  return {
    keyId: hash('sha256', `toolwarden key ${text}`).slice(0, 16),
    hash: (argumentsText) =>
      argumentsText.length <= SHORT
        ? hashShort(argumentsText)
        : createHmac('sha256', key).update(argumentsText).digest('hex'),
  };
}

// In characters; the place for three bytes each of them is kept.
const SHORT = 32 * 1024;
const BLOCK = 64;

/** HMAC-SHA-256 as RFC 2104 has it: up to many kilobytes, setting up Node's own object costs more than the hashing. */
function shortHmac(key: Buffer): (text: string) => string {
  const inner = Buffer.alloc(BLOCK + 3 * SHORT, 0x36);
  const outer = Buffer.alloc(BLOCK + 32, 0x5c);
  for (const [index, byte] of key.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  return (text) => {
    const end = BLOCK + inner.write(text, BLOCK);
    outer.write(hash('sha256', inner.subarray(0, end), 'hex'), BLOCK, 'hex');
    return hash('sha256', outer);
  };
}
