import { serverSlug } from '@toolwarden/catalogue';
import type { ServerFiles, Store } from '@toolwarden/catalogue/store';
import type { Listings } from './lib/listing-dates.ts';
import { shortHash } from './short-hash.ts';

/**
 * What there is to read of each server that may be published. A takedown of a tool counts as a change of its server, and
 * so does that it was listed again, which its page tells.
 */
export async function publicFiles(store: Store, listings: Listings): Promise<ServerFiles[]> {
  const [files, takedowns] = await Promise.all([store.fingerprints(), store.readTakedowns()]);
  const bySlug = Map.groupBy(takedowns, ({ server }) => serverSlug(server));
  const datesOf = new Map([...listings].map(([id, dates]) => [serverSlug(id), dates]));
  return files.flatMap((each) => {
    const those = bySlug.get(each.name) ?? [];
    const dates = datesOf.get(each.name);
    if (those.length === 0 && dates === undefined) return [each];
    if (those.some(({ tool }) => tool === undefined)) return [];
    return [{ ...each, digest: shortHash([each.digest, those.map(({ tool }) => tool), dates]) }];
  });
}
