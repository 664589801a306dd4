import { type KnownParts, pagesIn, type WrittenServer } from './build-state.ts';
import { type FoundAttacks, foundIn } from './lib/applicable-attacks.ts';
import type { ServerSummary } from './lib/server-summary.ts';
import type { KnownTexts } from './worker-messages.ts';

/** What an earlier build wrote of a server, by what it is known again, and the attacks on it. */
export type KnownServer = WrittenServer &
  Pick<KnownParts, 'marks'> & { found: FoundAttacks | undefined };

/** Reads what an earlier build knew of a server. `isSameAttacks` is whether that looked for the same attacks. */
export function knownFrom(
  name: string,
  { pages, faults, summary, parts }: KnownTexts,
  isSameAttacks: boolean,
): KnownServer | undefined {
  if (parts === '') return undefined;
  const known: KnownParts = JSON.parse(parts);
  return {
    name,
    pages: pagesIn(pages),
    faults,
    ...known,
    // What a tool's page is made from names attacks only by their ids.
    ...(!isSameAttacks && { inputs: {}, frame: '' }),
    found:
      isSameAttacks && summary !== '' ? foundIn(JSON.parse(summary) as ServerSummary) : undefined,
  };
}
