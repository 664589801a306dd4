import type { CrawlRun, ServerId, ServerSource } from '@toolwarden/catalogue';
import type { Store } from '@toolwarden/catalogue/store';
import { isOurs, readUnfinishedRun } from '@toolwarden/scraper';

const DAY_MS = 86_400_000;
/** A listing this old is looked at again. */
const STALE_AFTER_MS = 7 * DAY_MS;
/** A server that failed is tried again after one day, two, four … up to this. */
const LONGEST_BACKOFF_MS = 14 * DAY_MS;

/**
 * The sources that want a crawl now: never crawled, another version than the record's, failed and waited long
 * enough, or older than a week. `now` in ms since the epoch; runs that ended before `since` do not count.
 */
export async function dueSources(
  sources: ServerSource[],
  store: Store,
  now: number,
  since: number = Number.NEGATIVE_INFINITY,
): Promise<ServerSource[]> {
  const [{ items: records }, { items: runs }] = await Promise.all([
    store.readServers(),
    store.readCrawlRuns(),
  ]);
  const versions = new Map(records.map(({ id, version }) => [id, version]));
  // A killed crawler wrote down what it had finished, though not yet its run.
  const unfinished = readUnfinishedRun(store.dir);
  const past = pastCrawls(
    [...runs, ...(unfinished ? [unfinished] : [])].filter(
      ({ endedAt, isFromNamesAlone }) => !isFromNamesAlone && Date.parse(endedAt) >= since,
    ),
  );
  return sources.filter(({ id, version }) => {
    const last = past.get(id);
    if (last === undefined) return true;
    const isOtherVersion =
      version !== undefined && versions.get(id) !== version && last.version !== version;
    if (isOtherVersion) return true;
    const waitMs =
      last.failures > 0
        ? Math.min(DAY_MS * 2 ** (last.failures - 1), LONGEST_BACKOFF_MS)
        : STALE_AFTER_MS;
    return now - last.at >= waitMs;
  });
}

/** Of each server: when it was last crawled, which version, and how often it has failed since it last listed. */
function pastCrawls(
  runs: CrawlRun[],
): Map<ServerId, { at: number; version: string; failures: number }> {
  const past = new Map<ServerId, { at: number; version: string; failures: number }>();
  for (const run of runs.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))) {
    for (const { id, version, outcome, reason } of run.servers) {
      const at = Date.parse(run.endedAt);
      // Whether it is the server or our own line that is dead cannot be told, so it waits, and never for longer.
      if (reason === 'unreachable' && !id.startsWith('npm:')) {
        past.set(id, { at, version, failures: Math.max(past.get(id)?.failures ?? 0, 1) });
        continue;
      }
      if (isOurs(reason)) continue;
      const failures = outcome === 'failed' ? (past.get(id)?.failures ?? 0) + 1 : 0;
      past.set(id, { at, version, failures });
    }
  }
  return past;
}
