import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  CrawlOutcome,
  CrawlReason,
  CrawlRun,
  ServerId,
  ServerRecord,
  ServerSource,
} from '@toolwarden/catalogue';
import { type Store, StoreError } from '@toolwarden/catalogue/store';
import { changesBetween, withoutKnown } from './changes.ts';
import { type CrawlAttempt, type CrawlPlace, crawlServer } from './crawl-server.ts';
import { removeLeftovers, temporaryPrefix } from './leftovers.ts';
import { type CrawlLimits, defaultLimits } from './limits.ts';
import { readRegistrySettings } from './npm/registry-settings.ts';
import { mayReplace } from './record.ts';
import { MAX_SLOTS } from './sandbox/identity.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { steadied } from './stability.ts';

/** What came of one server in a run. */
export type CrawlResult = {
  server: ServerId;
  version: string;
  outcome: CrawlOutcome;
  reason?: CrawlReason;
  /** The server's or the package manager's own words about the failure. */
  detail?: string;
  tools: number;
  help: string[];
  durationMs: number;
};

export type CrawlOptions = {
  store: Store;
  /** What to crawl, in this order. */
  targets: ServerSource[];
  sandbox: Sandbox;
  /** Servers at once; 2 unless told, 16 at most. */
  concurrency?: number;
  /** Ends the run early and cleanly; the reason `'budget-spent'` is written down as such. */
  signal?: AbortSignal;
  onStart?: (id: ServerId) => void;
  /** In order of completion, after the record is on disk. */
  onResult?: (result: CrawlResult) => void;
  /** Each start of a server, with what it said: for finding out why one does not list. */
  onAttempt?: (attempt: CrawlAttempt) => void;
  limits?: Partial<CrawlLimits>;
  /** Versions to write into the run, beside node's and the sandbox's. */
  versions?: Record<string, string>;
};

/** Crawls servers one after the other in some places at once; writes a record for each, and the run. */
export async function crawl(options: CrawlOptions): Promise<CrawlRun> {
  const { store, targets, sandbox } = options;
  // One place that cannot write its record, for want of disk say, stops the others as well.
  const broken = new AbortController();
  const signal = AbortSignal.any([broken.signal, ...(options.signal ? [options.signal] : [])]);
  const limits = { ...defaultLimits, ...options.limits };
  const startedAt = new Date().toISOString();
  await removeLeftovers(store.dir);
  const root = await mkdtemp(temporaryPrefix('crawl'));
  await chmod(root, 0o755);
  const settings = await readRegistrySettings();
  const results: CrawlResult[] = [];
  const queue = targets.values();
  const work = async (slot: number) => {
    for (const source of queue) {
      if (signal.aborted) return;
      options.onStart?.(source.id);
      const began = performance.now();
      const shared = { sandbox, settings, limits, signal, onAttempt: options.onAttempt };
      const record = await inPlace(root, slot, source, shared);
      if (record === undefined) return;
      await save(store, record);
      const result = resultOf(record, Math.round(performance.now() - began));
      results.push(result);
      options.onResult?.(result);
    }
  };
  const places = Math.max(1, Math.min(options.concurrency ?? 2, MAX_SLOTS, targets.length));
  try {
    const ends = Array.from({ length: places }, (_, slot) =>
      work(slot).catch((error: unknown) => broken.abort(error)),
    );
    await Promise.all(ends);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  const run = runOf(results, {
    startedAt,
    endedAt: new Date().toISOString(),
    ending: broken.signal.aborted
      ? 'interrupted'
      : endingOf(options.signal, results.length === targets.length),
    versions: {
      node: process.versions.node,
      sandbox: `${sandbox.id} ${sandbox.version}`.trim(),
      ...options.versions,
    },
  });
  if (broken.signal.aborted) {
    // What is finished is told if it can be; what stopped the run is the error that counts.
    await store.writeCrawlRun(run).catch(() => {});
    throw broken.signal.reason;
  }
  await store.writeCrawlRun(run);
  return run;
}

async function inPlace(
  root: string,
  slot: number,
  source: ServerSource,
  shared: Omit<CrawlPlace, 'slot' | 'packageDir' | 'cacheDir'>,
): Promise<ServerRecord | undefined> {
  const packageDir = join(root, `package-${slot}`);
  try {
    return await crawlServer(source, {
      ...shared,
      slot,
      packageDir,
      cacheDir: join(root, `cache-${slot}`),
    });
  } finally {
    await rm(packageDir, { recursive: true, force: true });
  }
}

/** Writes a record and what it changed; a failed crawl leaves an earlier listing as it is. */
async function save(store: Store, crawled: ServerRecord): Promise<void> {
  const earlier = await readEarlier(store, crawled.id);
  if (earlier === 'unusable') {
    // What somebody may still mend is worth more than the news of a failure.
    if (crawled.outcome !== 'failed') await store.writeServer(crawled);
    return;
  }
  if (!mayReplace(earlier, crawled)) return;
  const record = steadied(earlier, crawled);
  if (earlier?.outcome === 'complete' && record.outcome === 'complete') {
    // History first: killed in between, the next crawl finds the same change again rather than losing it.
    const changes = changesBetween(earlier, record, new Date().toISOString());
    if (changes.length > 0) {
      const { items } = await store.readHistory(record.id);
      await store.appendHistory(record.id, withoutKnown(items, changes));
    }
  }
  await store.writeServer(record);
}

/** The record so far; one that cannot be understood does not end the run. */
async function readEarlier(
  store: Store,
  id: ServerId,
): Promise<ServerRecord | 'unusable' | undefined> {
  try {
    return await store.readServer(id);
  } catch (error) {
    if (error instanceof StoreError && error.code !== 'unreadable') return 'unusable';
    throw error;
  }
}

function resultOf(record: ServerRecord, durationMs: number): CrawlResult {
  return {
    server: record.id,
    version: record.version,
    outcome: record.outcome,
    ...(record.reason && { reason: record.reason }),
    ...(record.detail && { detail: record.detail }),
    tools: record.tools.length,
    help: record.help ?? [],
    durationMs,
  };
}

function endingOf(signal: AbortSignal | undefined, isAll: boolean): CrawlRun['ending'] {
  if (!signal?.aborted || isAll) return 'completed';
  return signal.reason === 'budget-spent' ? 'budget-spent' : 'interrupted';
}

function runOf(
  results: CrawlResult[],
  about: Pick<CrawlRun, 'startedAt' | 'endedAt' | 'ending' | 'versions'>,
): CrawlRun {
  const count = (outcome: CrawlOutcome) =>
    results.filter((result) => result.outcome === outcome).length;
  const failuresByReason: CrawlRun['failuresByReason'] = {};
  for (const { reason } of results)
    if (reason) failuresByReason[reason] = (failuresByReason[reason] ?? 0) + 1;
  return {
    ...about,
    counts: {
      servers: results.length,
      complete: count('complete'),
      partial: count('partial'),
      failed: count('failed'),
      tools: results.reduce((total, { tools }) => total + tools, 0),
    },
    failuresByReason,
    servers: results
      .map(({ server, version, outcome, reason, tools, durationMs }) => ({
        id: server,
        version,
        outcome,
        ...(reason && { reason }),
        tools,
        durationMs,
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
