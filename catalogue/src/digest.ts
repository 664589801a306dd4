import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { compactJson } from './canonical-json.ts';

/** `sha256:` and 64 hex digits. */
export type Digest = `sha256:${string}`;

/** SHA-256 of a text's UTF-8 bytes, as 64 hex digits. Synchronous, so that it also serves the browser. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** Digest of a JSON value's canonical form: key order does not matter, every other byte does. */
export function jsonDigest(value: unknown): Digest {
  return `sha256:${sha256Hex(compactJson(value))}`;
}
