import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
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
import { writeLines } from './json-lines.ts';
import { type Listings, listingDates } from './lib/listing-dates.ts';
import { SiteError } from './lib/site-error.ts';
import { DEFAULT_ORIGIN } from './lib/site-url.ts';
import { linkTree } from './link-tree.ts';
import { publicFiles } from './public-files.ts';
import { hasServerPages } from './server-files.ts';
import { shareOut } from './share-out.ts';
import { shortHash } from './short-hash.ts';
import { begunOf, type Group, groupsOf, processesFor, readingOf, workOn } from './work-shares.ts';
import type { LayRequest, ReadPart, WorkerAnswers, WrittenPart } from './worker-messages.ts';
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
      const isSameAttacks = before?.attacks === head.attacks;
      const groups = groupsOf(files, before, isSameAttacks);
      const shares = shareOut(groups, processes.workers.length, ({ files: { bytes }, isRead }) =>
        isRead ? bytes : bytes / 20,
      );
      const [servers, isLaid] = await this.#allOrNone([
        readServers(shares, processes.workers, isSameAttacks),
        this.#layFolder(processes.lister, before, groups),
      ]);
      const begun = this.#beginServers(shares, processes.workers, isLaid);
      const records = searchRecords(servers, attacks.records);
      const state: BuildState = { ...head, search: hashOf(records), pages: {}, servers };
      linkTree(join(templates.dir, 'html'), this.#html, (name) => name === '_astro');
      const [gathered] = await this.#allOrNone([
        this.#write({ shares, processes, before, begun }, state, attacks),
        // Beside all else, as its program is one process and the last to end.
        this.#writeIndex(records, before?.search === state.search),
      ]);
      return this.#result(state, gathered, attacks.problems, groups);
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
    for (const { name, pageCount } of before?.servers.values() ?? [])
      if (!hasServerPages(previousDir, name, pageCount)) before?.servers.delete(name);
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

  /** Has all servers brought together by the process that makes what is made from all of them. */
  async #gather(
    lister: BuildWorker,
    servers: Map<string, ServerState>,
    { problems, records }: WorkerAnswers['attacks'],
  ): Promise<WorkerAnswers['gather']> {
    const states = [...servers.values()];
    const known = states.flatMap(({ summary }) => (summary.length > 0 ? [summary] : []));
    refuseBadRecords(known.length + records.length, [
      ...problems,
      ...states.flatMap((state) => state.problems),
    ]);
    const [summaries, acts] = [this.#at('summaries.jsonl'), this.#at('acts.jsonl')];
    await writeLines(summaries, known);
    const gathered = await lister.ask({ do: 'gather', summaries, acts });
    this.#total = gathered.tools + gathered.servers + records.length;
    return gathered;
  }

  /** Writes everything but the search index, and into the state what was written. */
  async #write(
    work: Work,
    state: BuildState,
    attacks: WorkerAnswers['attacks'],
  ): Promise<WorkerAnswers['gather']> {
    const { lister } = work.processes;
    const gathered = await this.#gather(lister, state.servers, attacks);
    this.#report('pages');
    const { only } = this.#options;
    const [previousDir, before] = [this.#previousDir, work.before?.pages];
    const [pages] = await this.#allOrNone([
      lister.ask({ do: 'list', only, previousDir, before }),
      this.#writeServers(work, state.servers, new Map(gathered.around)),
    ]);
    state.pages = sorted(pages);
    if (only === undefined) await writeState(this.#html, state);
    return gathered;
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
    { shares, processes, begun }: Work,
    servers: Map<string, ServerState>,
    around: Map<string, string>,
  ): Promise<void> {
    for (const state of servers.values()) state.around = around.get(state.name) ?? '';
    const onPart = ({ name, parts, ...made }: WrittenPart) => {
      const state = servers.get(name);
      if (state !== undefined) Object.assign(state, made, { parts: Buffer.from(parts) });
    };
    await Promise.all(
      shares.map(async (share, index) => {
        await begun[index];
        const worker = processes.workers[index] as BuildWorker;
        const acts = this.#at('acts.jsonl');
        await worker.ask({ do: 'write', acts, ...workOn(share, around) }, onPart);
      }),
    );
  }

  async #writeIndex(records: Buffer[], isSame: boolean): Promise<void> {
    const { previousDir, only } = this.#options;
    if (only !== undefined) return;
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
    gathered: WorkerAnswers['gather'],
    problems: readonly StoreProblem[],
    groups: readonly Group[],
  ): BuildResult {
    const states = [...servers.values()];
    const ofAll = Object.keys(pages).length;
    return {
      pages: states.reduce((sum, { pageCount }) => sum + pageCount, ofAll),
      tools: gathered.tools,
      servers: gathered.servers,
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
};

/** Reads what changed; the rest is known. In the order of the files, whoever read them. */
async function readServers(
  shares: Group[][],
  workers: BuildWorker[],
  isSameAttacks: boolean,
): Promise<Map<string, ServerState>> {
  const states = shares
    .flat()
    .flatMap(({ isRead, before }) => (isRead || !before ? [] : { ...before }));
  const onPart = ({ summary, search, ...read }: ReadPart) => {
    const texts = { summary: Buffer.from(summary), search: Buffer.from(search) };
    states.push({ ...read, ...texts, ...nothingWritten() });
  };
  await Promise.all(
    shares.map((share, index) => {
      const servers = readingOf(share);
      return (workers[index] as BuildWorker).ask({ do: 'read', isSameAttacks, servers }, onPart);
    }),
  );
  return new Map(
    states.sort((a, b) => (a.name < b.name ? -1 : 1)).map((each) => [each.name, each]),
  );
}

function nothingWritten() {
  return { around: '', faults: [], pageCount: 0, pages: '', parts: Buffer.alloc(0) };
}

function hashOf(texts: readonly Buffer[]): string {
  const all = createHash('sha256');
  for (const text of texts) all.update(text).update('\n');
  return all.digest('hex').slice(0, 32);
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
