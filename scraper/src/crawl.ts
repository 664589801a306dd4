import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { CrawlRun, ServerId, ServerSource } from '@toolwarden/catalogue';
import type { Store } from '@toolwarden/catalogue/store';
import { crawlInPlace } from './crawl-in-place.ts';
import { type CrawlResult, resultOf } from './crawl-result.ts';
import type { CrawlAttempt, crawlServer } from './crawl-server.ts';
import { blameForRoom, LEAST_ROOM_BYTES } from './disk-room.ts';
import { closeKilledRun, finishServer, writeRun } from './finish-server.ts';
import { removeLeftovers, temporaryPrefix } from './leftovers.ts';
import { type CrawlLimits, defaultLimits } from './limits.ts';
import { readRegistrySettings } from './npm/registry-settings.ts';
import { MAX_SLOTS } from './sandbox/identity.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { ScraperError } from './scraper-error.ts';
import { openWorkList, type WorkList } from './work-list.ts';

export type CrawlOptions = {
  store: Store;
  /** What to crawl, in this order. */
  targets: ServerSource[];
  sandbox: Sandbox;
  /** Servers at once; 2 unless told, 16 at most. */
  concurrency?: number;
  /** Hosts, as `host:port`, that servers may reach while they list; needs a sandbox with relays. None where absent. */
  allowedHosts?: string[];
  /** Ends the run early and cleanly; the reason `'budget-spent'` is written down as such. */
  signal?: AbortSignal;
  /** Begins anew, also where a run of the same servers was left unfinished. */
  isAgain?: boolean;
  /** An unfinished run of the same servers goes on: how many of them it has done. */
  onContinue?: (run: { startedAt: string; finished: number }) => void;
  onStart?: (id: ServerId) => void;
  /** In order of completion, after the record is on disk. */
  onResult?: (result: CrawlResult) => void;
  /** Each start of a server, with what it said: for finding out why one does not list. */
  onAttempt?: (attempt: CrawlAttempt) => void;
  limits?: Partial<CrawlLimits>;
  /** Versions to write into the run, beside node's and the sandbox's. */
  versions?: Record<string, string>;
  /** Crawls one server; for tests that need no server. */
  listServer?: typeof crawlServer;
  /** Asks the disk; for tests that fill none. */
  hasLittleRoom?: () => Promise<boolean>;
};

/**
 * Crawls servers one after the other in some places at once; writes a record for each, and the run. What was finished
 * when an earlier crawler ended, however it ended, is not crawled again.
 */
export async function crawl(options: CrawlOptions): Promise<CrawlRun> {
  const { store, targets, sandbox, concurrency = 2 } = options;
  await removeLeftovers(store.dir);
  const work = openWorkList(store.dir);
  try {
    await closeKilledRun(store, work);
    const begun = work.begin(targets, {
      isAgain: options.isAgain ?? false,
      versions: {
        node: process.versions.node,
        sandbox: `${sandbox.id} ${sandbox.version}`.trim(),
        ...options.versions,
      },
    });
    if (begun.finished > 0) options.onContinue?.(begun);
    const left = work.left();
    const places = Math.max(1, Math.min(concurrency, MAX_SLOTS, left.length));
    const fault = await crawlAll(options, work, places);
    const isAll = work.left().length === 0 && fault === undefined;
    const ending = fault === undefined ? endingOf(options.signal, isAll) : 'interrupted';
    const run = await writeRun(store, work, ending).catch((error: unknown) => {
      // What is finished is told if it can be; what stopped the run is the error that counts.
      throw fault ?? error;
    });
    if (fault !== undefined) throw fault;
    return run;
  } finally {
    work.close();
  }
}

/** Crawls what is left; gives what stopped it, where that was no wish. */
async function crawlAll(options: CrawlOptions, work: WorkList, places: number): Promise<unknown> {
  // One place that cannot write its record, for want of disk say, stops the others as well.
  const broken = new AbortController();
  const signal = AbortSignal.any([broken.signal, ...(options.signal ? [options.signal] : [])]);
  const root = await mkdtemp(temporaryPrefix('crawl'));
  try {
    await chmod(root, 0o755);
    const settings = await readRegistrySettings();
    const { outsideProxy } = settings;
    const shared = {
      sandbox: options.sandbox,
      settings,
      ...(options.allowedHosts && { network: { hosts: options.allowedHosts, outsideProxy } }),
      limits: { ...defaultLimits, ...options.limits },
      signal,
      onAttempt: options.onAttempt,
    };
    const queue = work.left().values();
    const inPlace = async (slot: number) => {
      for (const position of queue) {
        if (signal.aborted) return;
        const source = options.targets[position] as ServerSource;
        options.onStart?.(source.id);
        const began = performance.now();
        // What helped last time is tried first; a record that cannot be read is no help.
        const earlier = await options.store.readServer(source.id).catch(() => undefined);
        const known = { ...shared, earlier };
        const crawled = await crawlInPlace(root, slot, source, known, options.listServer);
        if (crawled === undefined) return;
        const { record, isFull } = await blameForRoom(crawled, options.hasLittleRoom);
        const result = resultOf(record, Math.round(performance.now() - began));
        await finishServer(options.store, work, position, isFull ? undefined : record, result);
        options.onResult?.(result);
        if (isFull) throw outOfRoom(record.id);
      }
    };
    const slots = Array.from({ length: places }, (_, slot) => slot);
    await Promise.all(
      slots.map((slot) => inPlace(slot).catch((error: unknown) => broken.abort(error))),
    );
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return broken.signal.aborted ? broken.signal.reason : undefined;
}

function outOfRoom(id: ServerId): ScraperError {
  return new ScraperError(
    'disk-full',
    `No room left in ${tmpdir()}, so the crawl stopped at ${id}; free ${LEAST_ROOM_BYTES / 1024 ** 2} MiB or more and give the same command again: it goes on from there.`,
  );
}

function endingOf(signal: AbortSignal | undefined, isAll: boolean): CrawlRun['ending'] {
  if (!signal?.aborted || isAll) return 'completed';
  return signal.reason === 'budget-spent' ? 'budget-spent' : 'interrupted';
}
