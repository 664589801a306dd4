import type { CrawlRun, ServerSource } from '@toolwarden/catalogue';
import type { Store, StoreProblem } from '@toolwarden/catalogue/store';
import { classifyStore } from '@toolwarden/classifier';
import {
  type CrawlOptions,
  type CrawlResult,
  chooseSandbox,
  crawl,
  lockStore,
} from '@toolwarden/scraper';
import { buildSite } from '@toolwarden/site';
import { extentOf, refuseDrop } from './extent.ts';
import type { Publication } from './publish.ts';

export type RefreshOptions = {
  store: Store;
  /** What to crawl; empty crawls nothing and renders what is there. */
  targets: ServerSource[];
  publication: Publication;
  signal: AbortSignal;
  /** Ends the crawl only; what it has by then is classified and published. */
  crawlSignal?: AbortSignal;
  concurrency?: number;
  unsafeNoSandbox?: boolean;
  /** Publishes also what lost more than a fifth of its servers or tools. */
  isDropAccepted?: boolean;
  limits?: CrawlOptions['limits'];
  onCrawled?: (result: CrawlResult) => void;
  /** While pages are rendered. */
  onBuild?: (done: number, total: number) => void;
  onPhase?: (phase: 'crawl' | 'classify' | 'build') => void;
};

/** What a refresh did. */
export type RefreshResult = {
  run?: CrawlRun;
  judgedAnew: number;
  pages: number;
  tools: number;
  servers: number;
  problems: StoreProblem[];
};

/** Crawls, classifies, builds, and publishes by one atomic switch; until then the old site stands. */
export async function refreshCatalogue(options: RefreshOptions): Promise<RefreshResult> {
  const run = options.targets.length > 0 ? await crawlTargets(options) : undefined;
  options.signal.throwIfAborted();
  return { ...(run && { run }), ...(await publishCatalogue(options)) };
}

/** Classifies what is new, builds, and publishes. */
export async function publishCatalogue({
  store,
  publication,
  signal,
  isDropAccepted = false,
  onPhase,
  onBuild,
}: Pick<
  RefreshOptions,
  'store' | 'publication' | 'signal' | 'isDropAccepted' | 'onPhase' | 'onBuild'
>) {
  const extent = await extentOf(store);
  if (!isDropAccepted) refuseDrop(await publication.extent(), extent);
  onPhase?.('classify');
  const { changed, problems } = await classifyStore(store, { signal });
  signal.throwIfAborted();
  onPhase?.('build');
  const release = await publication.nextRelease();
  const spareDir = await publication.spareRelease();
  const built = await buildSite({
    dataDir: store.dir,
    outDir: release,
    previousDir: publication.current,
    ...(spareDir !== undefined && { spareDir }),
    signal,
    onProgress: ({ done, total }) =>
      done !== undefined && total !== undefined && onBuild?.(done, total),
  });
  await publication.publish(release, extent);
  return {
    judgedAnew: changed,
    pages: built.pages,
    tools: built.tools,
    servers: built.servers,
    problems: mergeProblems(problems, built.problems),
  };
}

async function crawlTargets(options: RefreshOptions): Promise<CrawlRun> {
  const {
    store,
    targets,
    concurrency = 2,
    unsafeNoSandbox = false,
    limits,
    onCrawled,
    onPhase,
  } = options;
  const sandbox = await chooseSandbox({ unsafeNoSandbox });
  const lock = await lockStore(store.dir);
  onPhase?.('crawl');
  try {
    return await crawl({
      store,
      targets,
      sandbox,
      concurrency,
      signal: options.crawlSignal ?? options.signal,
      versions: { node: process.versions.node },
      ...(limits && { limits }),
      ...(onCrawled && { onResult: onCrawled }),
    });
  } finally {
    await lock.release();
  }
}

// Classifier and site read the same files and so report the same faults.
function mergeProblems(...lists: StoreProblem[][]): StoreProblem[] {
  return [
    ...new Map(
      lists.flat().map((problem) => [`${problem.file}\n${problem.message}`, problem]),
    ).values(),
  ];
}
