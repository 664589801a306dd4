import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AttackEntry } from '@toolwarden/catalogue';
import {
  openStore,
  type ServerFiles,
  type Store,
  type StoreProblem,
} from '@toolwarden/catalogue/store';
import type { BuildOptions, BuildResult } from './build.ts';
import { type BuildWorker, type Program, startWorker } from './build-pool.ts';
import { type BuildState, readState, type ServerState, writeState } from './build-state.ts';
import { type CompiledTemplates, compileTemplates } from './compile-templates.ts';
import { writeJsonLines } from './json-lines.ts';
import { aroundDigests } from './lib/around-digest.ts';
import { type CatalogueView, catalogueView } from './lib/catalogue-view.ts';
import { type Listings, listingDates } from './lib/listing-dates.ts';
import { sharedActs } from './lib/related-tools.ts';
import type { SearchRecord } from './lib/search-record.ts';
import { SiteError } from './lib/site-error.ts';
import { DEFAULT_ORIGIN } from './lib/site-url.ts';
import { linkTree } from './link-tree.ts';
import { publicFiles } from './public-files.ts';
import { hasServerPages } from './server-files.ts';
import { shareOut } from './share-out.ts';
import { shortHash } from './short-hash.ts';
import { begunOf, type Group, groupsOf, processesFor, readingOf, workOn } from './work-shares.ts';
import type { LayRequest, WorkerAnswers } from './worker-messages.ts';
import { searchRecords, writeIndex } from './write-index.ts';

/** Of all records so many may be bad before the build fails rather than leave them out. */
const MAX_BAD_SHARE = 0.01;

type RunOptions = BuildOptions & { previousDir: string; spareDir: string };
/** The folder that a run has to itself, and how it is ended. */
type Surroundings = { work: string; stop: AbortController; signal: AbortSignal };
type Processes = { workers: BuildWorker[]; lister: BuildWorker };
/** What a build starts from. */
type Loaded = {
  head: Omit<BuildState, 'search' | 'pages' | 'servers'>;
  before: BuildState | undefined;
  files: ServerFiles[];
  attacks: WorkerAnswers['attacks'];
};
type Laid = LayRequest['names'][number];

/** One build, from the records to a whole site in `<work>/html`. */
export class BuildRun {
  /** Whether it takes over what has not changed since the site before. */
  isOnTop = false;
  /** Whether that site holds nothing which was taken down since, so that it may be kept for the next build. */
  isSpareLeft = false;
  readonly #options: RunOptions;
  readonly #surroundings: Surroundings;
  readonly #html: string;
  readonly #store: Store;
  readonly #start = performance.now();

  constructor(options: RunOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#html = this.#at('html');
    this.#store = openStore(resolve(options.dataDir));
  }

  async build(): Promise<BuildResult> {
    this.#report('load');
    const listings = listingDates((await this.#store.readCrawlRuns()).items);
    await writeFile(this.#at('listings.json'), JSON.stringify([...listings]));
    const templates = await compileTemplates(this.#surroundings.signal);
    const processes: Processes = { workers: [], lister: this.#fork('list-worker.ts', templates) };
    try {
      const { head, before, files, attacks } = await this.#load(processes, templates, listings);
      const groups = groupsOf(files, before, head.attacks);
      const shares = shareOut(groups, processes.workers.length, ({ files: { bytes }, isRead }) =>
        isRead ? bytes : bytes / 20,
      );
      const [servers, isLaid] = await this.#allOrNone([
        readServers(shares, processes.workers),
        this.#layFolder(processes.lister, before, groups),
      ]);
      const begun = this.#beginServers(shares, processes.workers, isLaid);
      const attackEntries = JSON.parse(await readFile(this.#at('attacks.json'), 'utf8'));
      const catalogue = await this.#gather(servers, attackEntries, attacks.problems);
      linkTree(join(templates.dir, 'html'), this.#html, (name) => name === '_astro');
      const records = searchRecords(catalogue, servers, attacks.records);
      const state: BuildState = { ...head, search: shortHash(records), pages: {}, servers };
      await this.#write({ shares, processes, before, begun, catalogue, records }, state);
      return this.#result(state, catalogue, attacks.problems, groups);
    } finally {
      await Promise.all([...processes.workers, processes.lister].map((each) => each.stop()));
    }
  }

  /** Finds out what there is and what was there before, while the processes start. */
  async #load(
    { workers, lister }: Processes,
    templates: CompiledTemplates,
    listings: Listings,
  ): Promise<Loaded> {
    const { previousDir, origin = DEFAULT_ORIGIN } = this.#options;
    const { version } = templates;
    const [attacks, files, takedowns, before] = await this.#allOrNone([
      lister.ask({ do: 'attacks' }),
      this.#findFiles(listings, () => workers.push(this.#fork('build-worker.ts', templates))),
      this.#store.readTakedowns(),
      readState(previousDir, { version, origin }),
    ]);
    const head = { version, origin, attacks: attacks.digest, takedowns: shortHash(takedowns) };
    // A person may have removed some by hand, and then what is known of them is of no use.
    for (const { name, pages } of before?.servers.values() ?? [])
      if (!hasServerPages(previousDir, name, Object.keys(pages).length))
        before?.servers.delete(name);
    this.isOnTop = before !== undefined;
    this.isSpareLeft = before?.takedowns === head.takedowns;
    return { head, before, files, attacks };
  }

  /** What there is to read; for as many processes as it is worth `onProcess` is called before anything of it is read. */
  async #findFiles(listings: Listings, onProcess: () => unknown): Promise<ServerFiles[]> {
    const files = await publicFiles(this.#store, listings);
    for (let count = processesFor(files); count > 0; count -= 1) onProcess();
    return files;
  }

  #done = 0;
  #total = 0;
  /** Starts a process: long before there is something for it to do, as that takes as long as reading what there is to do. */
  #fork(program: Program, { dir: templates }: CompiledTemplates): BuildWorker {
    const job = {
      dataDir: this.#store.dir,
      attacks: this.#at('attacks.json'),
      listings: this.#at('listings.json'),
      templates,
      outDir: this.#html,
      origin: this.#options.origin ?? DEFAULT_ORIGIN,
    };
    const onPages = (count: number) => {
      this.#done += count;
      if (this.#total > 0) this.#report('pages');
    };
    return startWorker(program, job, { signal: this.#surroundings.signal, onPages });
  }

  /** Makes the new site's folder; says whether all servers' files lie in it as the site before has them. */
  async #layFolder(
    lister: BuildWorker,
    before: BuildState | undefined,
    groups: readonly Group[],
  ): Promise<boolean> {
    const { previousDir, spareDir } = this.#options;
    if (before !== undefined) {
      const { version, origin } = before;
      const names = groups.flatMap(({ files: { name, digest }, before: known }): Laid[] =>
        // The digest is a part of what the page is known by, see `serverPage`.
        known === undefined ? [] : [[name, known.digest !== digest]],
      );
      const head = { version, origin };
      const site = { spare: spareDir, from: previousDir, head, names };
      if (await lister.ask({ do: 'lay', ...site })) return true;
    }
    await mkdir(this.#html);
    return false;
  }

  /** Brings all servers together, and leaves them in files for every process to read. */
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
    const catalogue = catalogueView(summaries, attackEntries);
    await writeJsonLines(this.#at('summaries.jsonl'), summaries);
    await writeJsonLines(this.#at('acts.jsonl'), sharedActs(catalogue.acts));
    this.#total = catalogue.tools.length + catalogue.servers.length + catalogue.attacks.length;
    return catalogue;
  }

  /** Writes everything, and into the state what was written. */
  async #write(work: Work, state: BuildState): Promise<void> {
    this.#report('pages');
    const isWhole = this.#options.only === undefined;
    await this.#allOrNone([
      // First, as its program is one process and the last to end.
      isWhole && this.#writeIndex(work.records, work.before?.search === state.search),
      this.#writePages(work, state, isWhole),
    ]);
  }

  async #writePages(work: Work, state: BuildState, isWhole: boolean): Promise<void> {
    const [pages] = await this.#allOrNone([
      work.processes.lister.ask({
        do: 'list',
        summaries: this.#at('summaries.jsonl'),
        only: this.#options.only,
        previousDir: this.#previousDir,
        before: work.before?.pages,
      }),
      this.#writeServers(work, state.servers),
    ]);
    state.pages = sorted(pages);
    if (isWhole) await writeState(this.#html, state);
  }

  /** Has the servers' own pages written, while what is said of all servers together is still to be found. */
  #beginServers(shares: Group[][], workers: BuildWorker[], isLaid: boolean): Promise<unknown>[] {
    const begun = shares.map((share, index) =>
      (workers[index] as BuildWorker).ask({
        do: 'begin',
        only: this.#options.only,
        previousDir: this.#previousDir,
        isLaid,
        servers: begunOf(share),
      }),
    );
    // Whoever waits for one learns of its failure; before that, what is done meanwhile may fail too.
    for (const each of begun) each.catch(() => {});
    return begun;
  }

  async #writeServers(
    { shares, processes, begun, catalogue }: Work,
    servers: Map<string, ServerState>,
  ): Promise<void> {
    const around = aroundDigests(catalogue);
    for (const state of servers.values()) state.around = around.get(state.name) ?? '';
    const written = await Promise.all(
      shares.map(async (share, index) => {
        await begun[index];
        const worker = processes.workers[index] as BuildWorker;
        return worker.ask({ do: 'write', acts: this.#at('acts.jsonl'), ...workOn(share, around) });
      }),
    );
    for (const { name, ...made } of written.flat()) {
      const state = servers.get(name);
      if (state !== undefined) Object.assign(state, made);
    }
  }

  async #writeIndex(records: SearchRecord[], isSame: boolean): Promise<void> {
    const { previousDir } = this.#options;
    if (isSame) linkTree(join(previousDir, 'pagefind'), join(this.#html, 'pagefind'));
    else await writeIndex(records, this.#html, this.#surroundings.signal);
  }

  /** Waits for all parts, so that none still writes when one has failed; the first to fail ends the others. */
  async #allOrNone<Parts extends unknown[]>(
    parts: {
      [Place in keyof Parts]: Promise<Parts[Place]> | Parts[Place];
    },
  ): Promise<Parts> {
    let cause: { error: unknown } | undefined;
    for (const part of parts)
      Promise.resolve(part).catch((error: unknown) => {
        cause ??= { error };
        this.#surroundings.stop.abort();
      });
    await Promise.allSettled(parts);
    if (cause !== undefined) throw cause.error;
    return Promise.all(parts) as Promise<Parts>;
  }

  /** Whose files may be taken over. */
  get #previousDir(): string | undefined {
    return this.isOnTop ? this.#options.previousDir : undefined;
  }

  #report(phase: 'load' | 'pages'): void {
    const { onProgress = () => {} } = this.#options;
    if (phase === 'load') onProgress({ phase });
    else onProgress({ phase, done: Math.min(this.#done, this.#total), total: this.#total });
  }

  #at(name: string): string {
    return join(this.#surroundings.work, name);
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

type Work = {
  shares: Group[][];
  processes: Processes;
  before: BuildState | undefined;
  begun: Promise<unknown>[];
  catalogue: CatalogueView;
  records: SearchRecord[];
};

/** Reads what changed; the rest is known. In the order of the files, whoever read them. */
async function readServers(
  shares: Group[][],
  workers: BuildWorker[],
): Promise<Map<string, ServerState>> {
  const read = await Promise.all(
    shares.map((share, index) =>
      (workers[index] as BuildWorker).ask({ do: 'read', servers: readingOf(share) }),
    ),
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
  return { around: '', pages: {}, inputs: {}, frame: '', tokens: [], passed: [] };
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
