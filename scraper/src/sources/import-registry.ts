import { canonicalJson, type ServerSource } from '@toolwarden/catalogue';
import type { Store } from '@toolwarden/catalogue/store';
import { ScraperError } from '../scraper-error.ts';
import type { SourceProblem } from './define-source.ts';
import { officialRegistry } from './official-registry.ts';
import type { RegistryOrder, World } from './registry-client.ts';

/** A whole listing that lacks more than this share of what was there is taken for a fault of the registry. */
const MOST_LOST = 0.2;
/** Of so few, one more or less is a large share. */
const FEW = 5;

export type ImportResult = {
  added: string[];
  changed: string[];
  unchanged: number;
  deleted: string[];
  /** No longer in a whole listing, and not said to be deleted. */
  vanished: string[];
  problems: SourceProblem[];
};

type ImportOptions = {
  /** Takes a registry's word for it that more than a fifth of it is gone. */
  acceptDrop?: boolean;
  given?: World;
};

/**
 * Brings the sources of a data folder up to date with a registry. All of it is read before anything is written;
 * what is gone stays as a tombstone, so that its record and its history keep their place.
 */
export async function importRegistry(
  store: Pick<Store, 'readSources' | 'writeSource'>,
  order: RegistryOrder,
  { acceptDrop = false, given }: ImportOptions = {},
): Promise<ImportResult> {
  const { sources, problems } = await officialRegistry.read({ order, ...(given && { given }) });
  const { items } = await store.readSources();
  const known = new Map(
    items.filter(({ id }) => id.startsWith('registry:')).map((source) => [source.id, source]),
  );
  const listed = new Set(sources.map(({ id }) => id));
  const isWhole = order.updatedSince === undefined;
  const lost = isWhole
    ? [...known.values()].filter(({ id, status }) => !listed.has(id) && !isGone(status))
    : [];
  const before = [...known.values()].filter(({ status }) => !isGone(status)).length;
  const leaving = new Set([
    ...lost.map(({ id }) => id),
    ...sources
      .filter(({ id, status }) => isGone(status) && known.has(id) && !isGone(known.get(id)?.status))
      .map(({ id }) => id),
  ]);
  // Also of few not all at once: a registry that lists nothing was set up anew, or is another one.
  const isAll = before > 1 && leaving.size === before;
  if (!acceptDrop && (isAll || leaving.size > Math.max(before * MOST_LOST, FEW)))
    throw new ScraperError(
      'drop-refused',
      `the registry ${order.baseUrl} no longer lists ${leaving.size} of ${before} servers, which is ${isAll ? 'all of them' : 'more than a fifth'}: nothing was changed; look at it, and give --accept-drop if it is right`,
    );

  const result: ImportResult = {
    added: [],
    changed: [],
    unchanged: 0,
    deleted: [],
    vanished: [],
    problems,
  };
  for (const source of sources) {
    const earlier = known.get(source.id);
    // Somebody deleted before we knew of it: there is nothing to remember.
    if (earlier === undefined && source.status === 'deleted') continue;
    const next = joined(earlier, source);
    if (earlier !== undefined && canonicalJson(earlier) === canonicalJson(next)) {
      result.unchanged++;
      continue;
    }
    await store.writeSource(next);
    if (next.status === 'deleted') result.deleted.push(next.id);
    else if (earlier === undefined) result.added.push(next.id);
    else result.changed.push(next.id);
  }
  for (const source of lost) {
    await store.writeSource({ ...source, status: 'vanished' });
    result.vanished.push(source.id);
  }
  return result;
}

function isGone(status: ServerSource['status']): boolean {
  return status === 'deleted' || status === 'vanished';
}

/** What the registry says now, with what a person added: its own fields are the registry's, all others stay. */
function joined(earlier: ServerSource | undefined, now: ServerSource): ServerSource {
  if (earlier === undefined) return now;
  const { version, packages, remotes, status, links, ...added } = earlier;
  // A deleted entry may come without what it was; its tombstone keeps that.
  return now.status === 'deleted' ? { ...earlier, status: 'deleted' } : { ...added, ...now };
}
