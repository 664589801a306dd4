import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../state/make-folder.ts';
import { argumentKeyPath, openArgumentHasher } from './argument-hash.ts';
import { checkpointKeyPath, openCheckpointSigner, publicKeyId, publicKeyOf } from './checkpoint.ts';

const oldKeys = (keys: string) => join(keys, 'old');

/** The public keys by which a folder's checkpoints are checked: today's, and those before it. */
export function publicKeys(keys: string): Map<string, string> {
  const current = checkpointKeyPath(keys);
  const texts = existsSync(current) ? [publicKeyOf(readFileSync(current, 'utf8'))] : [];
  if (existsSync(oldKeys(keys))) {
    for (const name of readdirSync(oldKeys(keys))) {
      if (name.endsWith('.pub')) texts.push(readFileSync(join(oldKeys(keys), name), 'utf8'));
    }
  }
  return new Map(texts.map((text) => [publicKeyId(text), text]));
}

/** The public half of the key that signs now, made if there is none. */
export function currentPublicKey(keys: string): { keyId: string; pem: string } {
  const { keyId } = openCheckpointSigner(keys);
  return { keyId, pem: publicKeyOf(readFileSync(checkpointKeyPath(keys), 'utf8')) };
}

/**
 * Puts new keys in the place of the old. What the old key signed can still be checked, but no more be signed; argument
 * hashes can still be compared with the old key, which is kept. Running gateways go on with the old keys until they end.
 */
export function rotateKeys(keys: string): { argumentKey: string; checkpointKey: string } {
  makeFolder(oldKeys(keys));
  const old = currentPublicKey(keys);
  writeFileSync(join(oldKeys(keys), `checkpoint-${old.keyId}.pub`), old.pem, { flush: true });
  rmSync(checkpointKeyPath(keys));
  const { keyId } = openArgumentHasher(keys);
  renameSync(argumentKeyPath(keys), join(oldKeys(keys), `arguments-${keyId}.key`));
  return {
    argumentKey: openArgumentHasher(keys).keyId,
    checkpointKey: openCheckpointSigner(keys).keyId,
  };
}
