import { hash } from 'node:crypto';

/** What is kept of a grant's token. Tokens are 256 random bits, so one plain hash hides them. */
export function tokenHash(token: string): string {
  return hash('sha256', token);
}
