import { hash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type AttackEntry, serverSlug } from '@toolwarden/catalogue';
import {
  openStore,
  type ServerFiles,
  type Store,
  type StoreProblem,
} from '@toolwarden/catalogue/store';
import { type BuildWorker, startWorker } from './build-pool.ts';
import { type BuildState, readState, type ServerState, writeState } from './build-state.ts';
import { compileTemplates } from './compile-templates.ts';
import { dropLeftovers } from './drop-leftovers.ts';
import { writeJsonLines } from './json-lines.ts';
import { aroundDigests } from './lib/around-digest.ts';
import { type CatalogueView, catalogueView } from './lib/catalogue-view.ts';
import { type Listings, listingDates } from './lib/listing-dates.ts';
import type { SearchRecord } from './lib/search-record.ts';
import { SiteError } from './lib/site-error.ts';
import { DEFAULT_ORIGIN } from './lib/site-url.ts';
import { linkTree } from './link-tree.ts';
import { shareOut } from './share-out.ts';
import { type Group, processesFor, readingOf, workOn } from './work-shares.ts';
import { writeFeeds } from './write-feeds.ts';
import { searchRecords, writeIndex } from './write-index.ts';
import { writeNames } from './write-names.ts';

/** Of all records so many may be bad before the build fails rather than leave them out. */
const MAX_BAD_SHARE = 0.01;

export type BuildOptions = {
  dataDir: string;
  /** A folder; replaced only by a whole site. */
  outDir: string;
  /** A site built before, whose unchanged pages are taken over; by default the one in `outDir`. */
  previousDir?: string;
  /** Pages alone, without twins, lists and search: to measure them. Such a site is no start for another. */
  only?: 'html';
  /** Where the site will be published, for sitemap and canonical links. */
  origin?: string;
  onProgress?: (progress: {
    phase: 'load' | 'pages' | 'search';
    done?: number;
    total?: number;
  }) => void;
  signal?: AbortSignal;
};

export type BuildResult = {
  pages: number;
  tools: number;
  servers: number;
  /** Servers whose pages were looked at again; all of them where there was no site to start from. */
  rebuilt: number;
  /** Records that were left out, and policies that failed our own check, each with the reason. */
  problems: StoreProblem[];
  durationMs: number;
};

/**
 * Builds the whole site into a folder beside `outDir` and swaps it in when nothing is missing. What has not changed
 * since the site before is taken over. The same data gives the same bytes, either way.
 *
 * @throws SiteError, and then `outDir` is as it was.
 */
export async function buildSite(options: BuildOptions): Promise<BuildResult> {
  const outDir = resolve(options.outDir);
  await mkdir(dirname(outDir), { recursive: true });
  const prefix = `.${basename(outDir)}-build-`;
  await dropLeftovers(dirname(outDir), prefix);
  // Beside the target, so that the last step is a rename within one file system.
  const work = await mkdtemp(join(dirname(outDir), prefix));
  // What fails ends the rest: nothing may write into a folder that is being removed.
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  try {
    const result = await new Build({ ...options, outDir }, work, stop, signal).run();
    options.signal?.throwIfAborted();
    await swapIn(join(work, 'html'), outDir, join(work, 'old'));
    return result;
  } catch (error) {
    if (options.signal?.aborted)
      throw new SiteError('aborted', 'the build was stopped; the site is as it was', {
        cause: error,
      });
    throw error;
  } finally {
    stop.abort();
    // A site that was replaced has hundreds of thousands of files, and one call for each takes three times as long.
    rmSync(work, { recursive: true, force: true });
  }
}

class Build {
  readonly #options: BuildOptions;
  readonly #work: string;
  readonly #html: string;
  readonly #attacksFile: string;
  readonly #listingsFile: string;
  readonly #stop: AbortController;
  readonly #signal: AbortSignal;
  readonly #store: Store;
  readonly #origin: string;
  readonly #start = performance.now();

  constructor(options: BuildOptions, work: string, stop: AbortController, signal: AbortSignal) {
    this.#options = options;
    this.#work = work;
    this.#html = join(work, 'html');
    this.#attacksFile = join(work, 'attacks.json');
    this.#listingsFile = join(work, 'listings.json');
    this.#stop = stop;
    this.#signal = signal;
    this.#store = openStore(resolve(options.dataDir));
    this.#origin = options.origin ?? DEFAULT_ORIGIN;
  }

  async run(): Promise<BuildResult> {
    this.#report('load');
    const listings = listingDates((await this.#store.readCrawlRuns()).items);
    await writeFile(this.#listingsFile, JSON.stringify([...listings]));
    const [templates, files, { items: attackEntries, problems }] = await Promise.all([
      compileTemplates(this.#signal),
      publicFiles(this.#store, listings),
      this.#store.readAttacks(),
      mkdir(this.#html),
    ]);
    const attacks = digestOf(attackEntries);
    const head = { version: templates.version, origin: this.#origin, attacks };
    const previousDir = resolve(this.#options.previousDir ?? this.#options.outDir);
    const before = await stateOf(previousDir, head);
    const groups = files.map((each): Group => {
      const known = before?.servers.get(each.name);
      const isSameAttacks = before?.attacks === attacks;
      // What a tool's page is made from names attacks only by their ids.
      if (known !== undefined && !isSameAttacks) known.inputs = {};
      const isRead = known?.digest !== each.digest || !isSameAttacks;
      return { files: each, before: known, isRead, isSameAttacks };
    });
    const shares = shareOut(groups, processesFor(files), ({ files: { bytes }, isRead }) =>
      isRead ? bytes : bytes / 20,
    );
    await writeFile(this.#attacksFile, JSON.stringify(attackEntries));
    const workers = shares.map((_, index) =>
      this.#startWorker({
        templates: templates.dir,
        previousDir: before && previousDir,
        index,
        processes: shares.length,
      }),
    );
    try {
      const servers = await readServers(shares, workers);
      const catalogue = await this.#gather(servers, attackEntries, problems);
      linkTree(join(templates.dir, 'html'), this.#html, (name) => name === '_astro');
      const records = searchRecords(catalogue, servers);
      const search = digestOf(records);
      const state: BuildState = { ...head, search, pages: {}, servers };
      const isWhole = this.#options.only === undefined;
      const [, , pages] = await allOrNone(this.#stop, [
        isWhole ? this.#writeLists(catalogue) : undefined,
        isWhole && this.#writeIndex(records, before?.search === search ? previousDir : undefined),
        this.#writePages(shares, workers, { servers, before, catalogue }),
      ]);
      state.pages = pages;
      if (isWhole) await writeState(this.#html, state);
      return this.#result(state, catalogue, problems, groups);
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  }

  #done = 0;
  #total = 0;
  #startWorker(job: {
    templates: string;
    previousDir: string | undefined;
    index: number;
    processes: number;
  }) {
    const onPages = (count: number) => {
      this.#done += count;
      this.#report('pages');
    };
    return startWorker(
      {
        ...job,
        dataDir: this.#store.dir,
        attacks: this.#attacksFile,
        listings: this.#listingsFile,
        outDir: this.#html,
      },
      { origin: this.#origin, signal: this.#signal, onPages },
    );
  }

  /** Brings all servers together, and leaves them in a file for every process to read. */
  async #gather(
    servers: Map<string, ServerState>,
    attackEntries: AttackEntry[],
    problems: readonly StoreProblem[],
  ): Promise<CatalogueView> {
    const states = [...servers.values()];
    const summaries = states.flatMap(({ summary }) => summary ?? []);
    refuseBadRecords(summaries.length + attackEntries.length, [
      ...problems,
      ...states.flatMap((state) => state.problems),
    ]);
    await writeJsonLines(join(this.#work, 'summaries.jsonl'), summaries);
    const catalogue = catalogueView(summaries, attackEntries);
    this.#total = catalogue.tools.length + catalogue.servers.length + catalogue.attacks.length;
    return catalogue;
  }

  async #writePages(
    shares: Group[][],
    workers: BuildWorker[],
    {
      servers,
      before,
      catalogue,
    }: {
      servers: Map<string, ServerState>;
      before: BuildState | undefined;
      catalogue: CatalogueView;
    },
  ): Promise<BuildState['pages']> {
    this.#report('pages');
    const around = aroundDigests(catalogue);
    for (const state of servers.values()) state.around = around.get(state.name) ?? '';
    const written = await Promise.all(
      shares.map((share, index) =>
        (workers[index] as BuildWorker).write({
          do: 'write',
          summaries: join(this.#work, 'summaries.jsonl'),
          only: this.#options.only,
          ...workOn(share, around),
          before: before?.pages,
        }),
      ),
    );
    for (const { name, ...made } of written.flatMap((each) => each.servers)) {
      const state = servers.get(name);
      if (state !== undefined) Object.assign(state, made);
    }
    return sorted(Object.assign({}, ...written.map(({ pages }) => pages)));
  }

  async #writeLists(catalogue: CatalogueView): Promise<void> {
    await writeFeeds(catalogue, this.#html, this.#origin);
    await writeNames(catalogue, this.#html);
  }

  async #writeIndex(records: SearchRecord[], from: string | undefined): Promise<void> {
    if (from !== undefined) linkTree(join(from, 'pagefind'), join(this.#html, 'pagefind'));
    else await writeIndex(records, this.#html, this.#signal);
  }

  #report(phase: 'load' | 'pages'): void {
    const { onProgress = () => {} } = this.#options;
    if (phase === 'load') onProgress({ phase });
    else onProgress({ phase, done: Math.min(this.#done, this.#total), total: this.#total });
  }

  #result(
    { pages, servers }: BuildState,
    catalogue: CatalogueView,
    problems: readonly StoreProblem[],
    groups: readonly Group[],
  ): BuildResult {
    const states = [...servers.values()];
    const count = (hashes: object) => Object.keys(hashes).length;
    return {
      pages: states.reduce((sum, state) => sum + count(state.pages), count(pages)),
      tools: catalogue.tools.length,
      servers: catalogue.servers.length,
      rebuilt: groups.filter(({ isRead }) => isRead).length,
      problems: [...problems, ...states.flatMap((state) => [...state.problems, ...state.faults])],
      durationMs: Math.round(performance.now() - this.#start),
    };
  }
}

/** Waits for all parts, so that none still writes when one has failed; the first to fail ends the others. */
async function allOrNone<Parts extends unknown[]>(
  stop: AbortController,
  parts: { [Place in keyof Parts]: Promise<Parts[Place]> | Parts[Place] },
): Promise<Parts> {
  let cause: { error: unknown } | undefined;
  for (const part of parts)
    Promise.resolve(part).catch((error: unknown) => {
      cause ??= { error };
      stop.abort();
    });
  await Promise.allSettled(parts);
  if (cause !== undefined) throw cause.error;
  return Promise.all(parts) as Promise<Parts>;
}

/** Reads what changed; the rest is known. In the order of the files, whoever read them. */
async function readServers(
  shares: Group[][],
  workers: BuildWorker[],
): Promise<Map<string, ServerState>> {
  const read = await Promise.all(
    shares.map((share, index) => {
      const request = { do: 'read' as const, servers: readingOf(share) };
      return (workers[index] as BuildWorker).read(request);
    }),
  );
  const states = [
    ...read.flat().map((state): ServerState => ({ ...state, ...nothingWritten() })),
    ...shares.flat().flatMap(({ isRead, before }) => (isRead || !before ? [] : { ...before })),
  ];
  return new Map(
    states.sort((a, b) => (a.name < b.name ? -1 : 1)).map((each) => [each.name, each]),
  );
}

function nothingWritten() {
  return { around: '', pages: {}, inputs: {}, tokens: [], passed: [] };
}

async function stateOf(
  dir: string,
  head: Pick<BuildState, 'version' | 'origin'>,
): Promise<BuildState | undefined> {
  const state = await readState(dir);
  return state?.version === head.version && state.origin === head.origin ? state : undefined;
}

/**
 * What there is to read of each server that may be published. A takedown of a tool counts as a change of its server, and
 * so does that it was listed again, which its page tells.
 */
async function publicFiles(store: Store, listings: Listings): Promise<ServerFiles[]> {
  const [files, takedowns] = await Promise.all([store.fingerprints(), store.readTakedowns()]);
  const bySlug = Map.groupBy(takedowns, ({ server }) => serverSlug(server));
  const datesOf = new Map([...listings].map(([id, dates]) => [serverSlug(id), dates]));
  return files.flatMap((each) => {
    const those = bySlug.get(each.name) ?? [];
    const dates = datesOf.get(each.name);
    if (those.length === 0 && dates === undefined) return [each];
    if (those.some(({ tool }) => tool === undefined)) return [];
    return [{ ...each, digest: digestOf([each.digest, those.map(({ tool }) => tool), dates]) }];
  });
}

function digestOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'hex').slice(0, 32);
}

function sorted(hashes: BuildState['pages']): BuildState['pages'] {
  return Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function refuseBadRecords(good: number, problems: readonly StoreProblem[]): void {
  const bad = new Set(problems.map(({ file }) => file)).size;
  if (bad === 0 || bad <= MAX_BAD_SHARE * (good + bad)) return;
  const first = problems[0];
  throw new SiteError(
    'bad-records',
    `${bad} of ${good + bad} records are bad, more than 1 %: ${first?.file}: ${first?.message}`,
  );
}

async function swapIn(built: string, outDir: string, aside: string): Promise<void> {
  try {
    await rename(outDir, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new SiteError('publish-failed', `${outDir} cannot be replaced`, { cause: error });
  }
  try {
    await rename(built, outDir);
  } catch (error) {
    await rename(aside, outDir).catch(() => {});
    throw new SiteError('publish-failed', `${outDir} cannot be replaced`, { cause: error });
  }
}
