import { hash } from 'node:crypto';

/** A hash of a value that can be written as JSON: enough of one to tell what changed between two builds of ours. */
export function shortHash(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'hex').slice(0, 32);
}
