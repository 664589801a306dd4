import type { Store } from '@toolwarden/catalogue/store';
import { CliError } from './command.ts';

/** How much a catalogue holds: servers that listed, and their tools. */
export type Extent = { servers: number; tools: number };

/** A release that holds less than this share of the one before is not published unless somebody says so. */
const LEAST_SHARE = 0.8;

export async function extentOf(store: Store): Promise<Extent> {
  const { items } = await store.readServers();
  const listed = items.filter(({ outcome }) => outcome !== 'failed');
  return {
    servers: listed.length,
    tools: listed.reduce((sum, { tools }) => sum + tools.length, 0),
  };
}

/**
 * Refuses a catalogue that lost more than a fifth of its servers or tools since it was last published: an empty answer of
 * a registry, or a damaged folder, is likelier than that many servers gone at once.
 */
export function refuseDrop(before: Extent | undefined, now: Extent): void {
  if (before === undefined) return;
  for (const what of ['servers', 'tools'] as const) {
    if (now[what] >= before[what] * LEAST_SHARE) continue;
    throw new CliError(
      'refused',
      `not published: the catalogue would drop from ${before[what]} ${what} to ${now[what]}, more than a fifth; the site before stands. Find out why, or give --accept-drop if it is meant.`,
    );
  }
}
