import { entryUntil, type Listing, listingsUrl, readToolEvents } from '../../lib/listings.ts';
import { type LoadedServer, readServerData, serverDataUrl } from '../../lib/server-data.ts';

const loaded = new Map<string, Promise<LoadedServer>>();

/** Fetches a server's data from this site, once a page. */
export function loadServer(slug: string): Promise<LoadedServer> {
  const known = loaded.get(slug);
  if (known !== undefined) return known;
  const fetched = fetchServer(slug);
  loaded.set(slug, fetched);
  // What failed may work at the next try.
  fetched.catch(() => loaded.delete(slug));
  return fetched;
}

async function fetchServer(slug: string): Promise<LoadedServer> {
  const response = await fetch(serverDataUrl(encodeURIComponent(slug)));
  if (!response.ok) throw new Error(`the catalogue has no data for ${slug} (${response.status})`);
  return readServerData(await response.json());
}

/** The same server as it was listed until some moment. */
export async function loadListing(slug: string, listing: Listing): Promise<LoadedServer> {
  const [server, response] = await Promise.all([
    loadServer(slug),
    fetch(listingsUrl(encodeURIComponent(slug))),
  ]);
  if (!response.ok) throw new Error(`the catalogue has no history of ${slug} (${response.status})`);
  const events = readToolEvents(await response.json());
  return { ...server, entry: entryUntil(server.entry, events, listing) };
}
