import type { Listing } from '../../lib/listings.ts';
import { visibleText } from '../../lib/visible-text.ts';

/** `version 1.2.2, until 2026-11-20`. */
export function listingWords({ until, version }: Listing): string {
  const named = version === undefined ? 'an earlier version' : `version ${version.slice(0, 60)}`;
  return visibleText(`${named}, until ${until.slice(0, 10)}`);
}
