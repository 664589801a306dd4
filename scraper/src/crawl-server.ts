import type { CrawlReason, ServerRecord, ServerSource } from '@toolwarden/catalogue';
import type { AttemptPlace } from './attempts.ts';
import { crawlNpm } from './crawl-npm.ts';
import { hiddenIn } from './hidden-in.ts';
import type { InstallPlace } from './npm/install.ts';
import { crawlOci } from './oci/crawl-oci.ts';
import { crawlPypi } from './pypi/crawl-pypi.ts';
import { failedRecord } from './record.ts';
import { crawlRemote, placeOfUrlId, type RemoteOptions } from './remote/crawl-remote.ts';
import { detailOf } from './words.ts';

export type { CrawlAttempt } from './attempts.ts';

/** What a crawl of one server may use. */
export type CrawlPlace = InstallPlace &
  AttemptPlace & {
    /** Where `${env:NAME}` in the headers of a source is looked up; this process's own where absent. */
    env?: Record<string, string | undefined>;
    /** Finds addresses of remote servers; the system's way where absent. */
    resolve?: RemoteOptions['resolve'];
  };

/** A way to a server: a package to start, or a place where it runs. */
type Way = () => Promise<ServerRecord | undefined>;

/** One server from its source to its record. Only an abort leaves it without one. */
export async function crawlServer(
  source: ServerSource,
  place: CrawlPlace,
): Promise<ServerRecord | undefined> {
  const fail = (reason: CrawlReason, detail: string) =>
    failedRecord(
      { source, installed: undefined, bin: undefined },
      { reason, detail },
      source.version ?? '',
    );
  try {
    if (source.status === 'deleted' || source.status === 'vanished')
      return fail('not-found', `its registry lists it no longer (${source.status})`);
    const ways = waysTo(source, place);
    if (ways.length === 0)
      return fail('unsupported-origin', 'its source names no package and no address to list');
    let first: ServerRecord | undefined;
    for (const way of ways) {
      const record = await way();
      if (record === undefined || record.outcome === 'complete') return record;
      first = first === undefined || isMore(record, first) ? record : first;
    }
    return first;
  } catch (error) {
    if (place.signal?.aborted) return undefined;
    // A source that no program can be started with, or a machine that gives no room: the next server may fare better.
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'not-started';
    return fail(reason, detailOf(message, hiddenIn(place)));
  }
}

/** A part is more than nothing; of two failures the first is told. */
function isMore(a: ServerRecord, b: ServerRecord): boolean {
  return a.outcome === 'partial' && (b.outcome === 'failed' || a.tools.length > b.tools.length);
}

function waysTo(source: ServerSource, place: CrawlPlace): Way[] {
  if (source.id.startsWith('npm:')) {
    const name = source.id.slice('npm:'.length);
    return [() => crawlNpm(source, { name, version: source.version }, place)];
  }
  const packages = (source.packages ?? []).map((one): Way => {
    const own = {
      ...source,
      args: source.args ?? one.args ?? [],
      env: { ...one.env, ...source.env },
    };
    const crawlPackage = { npm: crawlNpm, oci: crawlOci, pypi: crawlPypi }[one.registry];
    return () => crawlPackage(own, one, place);
  });
  const named = placeOfUrlId(source);
  // A source may say more of a `url:` id than its name does: its transport and its headers.
  const remotes = source.remotes ?? (named ? [named] : []);
  const options: RemoteOptions = {
    limits: place.limits,
    env: place.env ?? process.env,
    signal: place.signal,
    resolve: place.resolve,
  };
  return [
    ...packages,
    ...remotes.map(
      (one): Way =>
        () =>
          crawlRemote(source, one, options),
    ),
  ];
}
