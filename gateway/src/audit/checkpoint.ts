import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  sign,
  verify,
} from 'node:crypto';
import { join } from 'node:path';
import { keyFile } from './key-file.ts';

/** A signed statement that a chain had so many records, the last with this hash. */
export type Checkpoint = { chain: string; count: number; root: string; at: number; key: string };

/** Signs checkpoints with the key of a state folder. */
export type CheckpointSigner = {
  readonly keyId: string;
  sign(facts: Omit<Checkpoint, 'key'>): string;
};

/** The file of the signing key. */
export const checkpointKeyPath = (keys: string) => join(keys, 'checkpoint.key');

/** The signer of a state folder, with a key made at first use. */
export function openCheckpointSigner(keys: string): CheckpointSigner {
  const pem = keyFile(checkpointKeyPath(keys), () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  const key = createPrivateKey(pem);
  const keyId = publicKeyId(publicKeyOf(pem));
  return {
    keyId,
    sign({ chain, count, root, at }) {
      const text = JSON.stringify({ chain, count, root, at, key: keyId });
      const signature = sign(null, Buffer.from(text), key).toString('base64url');
      return `${text.slice(0, -1)},"signature":"${signature}"}`;
    },
  };
}

/** The public half of a key file's text, as a text to keep elsewhere. */
export function publicKeyOf(pem: string): string {
  return createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
}

/** A short name of a public key, from its bytes. */
export function publicKeyId(publicPem: string): string {
  const der = createPublicKey(publicPem).export({ type: 'spki', format: 'der' });
  return hash('sha256', der).slice(0, 16);
}

const LINE =
  /^(\{"chain":"([0-9a-z-]{1,64})","count":(\d{1,16}),"root":"([0-9a-f]{64})","at":(\d{1,16}),"key":"([0-9a-f]{16})"),"signature":"([\w-]{86})"\}$/;

/** A checkpoint that one of the keys signed; a word for what is wrong with any other line. */
export function readCheckpoint(
  line: string,
  publicKeys: ReadonlyMap<string, string>,
): Checkpoint | 'unreadable' | 'unknown-key' | 'forged' {
  const [, text, chain, count, root, at, key, signature] = LINE.exec(line) ?? [];
  if (chain === undefined || root === undefined || key === undefined) return 'unreadable';
  const publicKey = publicKeys.get(key);
  if (publicKey === undefined) return 'unknown-key';
  const isOurs = verify(
    null,
    Buffer.from(`${text}}`),
    publicKey,
    Buffer.from(signature ?? '', 'base64url'),
  );
  return isOurs ? { chain, count: Number(count), root, at: Number(at), key } : 'forged';
}
