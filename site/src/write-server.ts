import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueEntry } from '@toolwarden/catalogue';
import type { ReadServer } from '@toolwarden/catalogue/store';
import type { WrittenServer } from './build-state.ts';
import { decidePolicies } from './decide-policies.ts';
import type { KnownServer } from './known-server.ts';
import { definitionTokens, rememberTokens } from './lib/definition-tokens.ts';
import type { IsPassed } from './lib/policy-panels.ts';
import type { ServerMarks } from './lib/server-marks.ts';
import { type PageSource, type PageWithFiles, serverPages, toolFrame } from './lib/server-pages.ts';
import { type KeptRules, keptRulesUrl, readKeptRules } from './lib/server-rules.ts';
import { SiteError } from './lib/site-error.ts';
import type { CountTokens } from './lib/token-count.ts';
import type { Around } from './lib/tool-view.ts';
import { serverUrl } from './lib/urls.ts';
import { isKept, type PageTarget, pageHash, writePage } from './page-writer.ts';
import { dropPage, dropServerFiles, dropServerPage, linkServerFiles } from './server-files.ts';
import { shortHash } from './short-hash.ts';

/** A server that is written: its record, by what it and its tools are known again, and what an earlier build wrote. */
export type ServerWork = {
  name: string;
  digest: string;
  read: ReadServer;
  marks: ServerMarks | undefined;
  before: KnownServer | undefined;
};
/** What all servers share. INVARIANT: `acts` is filled by the time tools' pages are written; a server's own page shows none. */
export type Shared = Omit<Around, 'countTokens'> & { openCounter: () => Promise<CountTokens> };

/**
 * Writes those pages of a server that are new or changed, and takes the others over: first its own, which says nothing of
 * other servers and so need not wait until all are read, then those of its tools.
 */
export class ServerWriter {
  readonly #target: PageTarget;
  readonly #shared: Shared;
  readonly #work: ServerWork;
  readonly #onPage: () => void;
  readonly #known: KnownServer | undefined;
  readonly #isPassed: IsPassed;
  readonly #written: WrittenServer;
  readonly #textHashes = new Map<string, string>();
  #pages: Generator<PageSource> | undefined;
  #countTokens: CountTokens | undefined;
  #isSameFrame = false;

  constructor(target: PageTarget, shared: Shared, work: ServerWork, onPage: () => void) {
    this.#target = target;
    this.#shared = shared;
    this.#work = work;
    this.#onPage = onPage;
    this.#known = target.previousDir === undefined ? undefined : work.before;
    const passed = new Set(this.#known?.passed);
    this.#isPassed = (text) => passed.has(this.#hashOf(text));
    const { name } = work;
    this.#written = { name, pages: {}, inputs: {}, frame: '', faults: [], tokens: [], passed: [] };
  }

  get marks(): ServerMarks | undefined {
    return this.#work.read.entry && this.#work.marks;
  }

  async writeOwnPage(): Promise<void> {
    const { name, digest, marks, read } = this.#work;
    const { entry, history } = read;
    if (entry === undefined) {
      if (this.#target.isLaid) dropServerFiles(this.#target.outDir, name);
      return;
    }
    const known = this.#known;
    const countTokens = await counterFor(entry, { marks, known, ...this.#shared });
    this.#countTokens = countTokens;
    if (known !== undefined && Object.keys(known.pages).length > 0) linkServer(this.#target, name);
    this.#pages = serverPages({ ...this.#shared, countTokens }, entry, history, {
      isPassed: this.#isPassed,
      marks,
      digest,
      readRules: known && (() => keptRulesOf(this.#target, name)),
    });
    const own = this.#pages.next();
    if (!own.done) await this.#write(own.value);
  }

  /** Ends it; `around` is a digest of what its pages say of other servers. */
  async writeTools(around: string): Promise<WrittenServer> {
    const { read, marks } = this.#work;
    const { entry, history } = read;
    const written = this.#written;
    const countTokens = this.#countTokens;
    if (entry === undefined || this.#pages === undefined || !countTokens) return written;
    const known = this.#known;
    if (marks)
      written.frame = shortHash(toolFrame(this.#shared, entry, history, { marks, around }));
    this.#isSameFrame = written.frame !== '' && known?.frame === written.frame;
    for (const page of this.#pages) await this.#write(page);
    for (const url of Object.keys(known?.pages ?? {}))
      if (!Object.hasOwn(written.pages, url)) dropPage(this.#target.outDir, url);
    written.tokens = entry.tools.map((tool) => definitionTokens(tool, countTokens));
    return written;
  }

  async #write({ url, place, inputs, make }: PageSource): Promise<void> {
    const [known, written] = [this.#known, this.#written];
    const madeFrom = this.#isSameTool(place) ? known?.inputs[url] : inputs && shortHash(inputs());
    if (madeFrom !== undefined) written.inputs[url] = madeFrom;
    if (known !== undefined && madeFrom !== undefined && known.inputs[url] === madeFrom)
      keepPage(written, known, url);
    else {
      await this.#make(make());
    }
    this.#onPage();
  }

  #isSameTool(place: number | undefined): boolean {
    if (!this.#isSameFrame || place === undefined) return false;
    const [now, before] = [this.#work.marks, this.#known?.marks];
    return now?.tools[place]?.own === before?.tools[place]?.own;
  }

  async #make(page: PageWithFiles): Promise<void> {
    const { url, policies } = page;
    const { name, pages, faults, passed } = this.#written;
    const hash = pageHash(page);
    pages[url] = hash;
    for (const { profile, fault } of policies)
      if (fault !== undefined) faults.push({ file: url, message: `policy ${profile}: ${fault}` });
    const isOfServer = url === serverUrl(name);
    const unknown = isOfServer ? policies.filter(({ text }) => !this.#isPassed(text)) : policies;
    for (const fault of await decidePolicies(unknown, this.#work.read.entry?.record.id ?? ''))
      faults.push({ file: url, message: fault });
    if (isOfServer && !faults.some(({ file }) => file === url))
      passed.push(...policies.map(({ text }) => this.#hashOf(text)));
    if (isKept(this.#target, this.#known?.pages, url, hash)) return;
    // It may have fewer files than before: no policies without tools, no history where all it told of was taken down.
    if (isOfServer) dropServerPage(this.#target.outDir, name);
    await writePage(this.#target, page);
  }

  // A whole server's policy is long, and is asked for where it is checked, decided and remembered.
  #hashOf(text: string): string {
    const hash = this.#textHashes.get(text) ?? shortHash(text);
    this.#textHashes.set(text, hash);
    return hash;
  }
}

// Without it they are made anew: a site whose files somebody has removed or changed must not end the build.
function keptRulesOf({ previousDir = '' }: PageTarget, name: string): KeptRules | undefined {
  try {
    return readKeptRules(readFileSync(join(previousDir, keptRulesUrl(name)), 'utf8'));
  } catch {
    return undefined;
  }
}

/** A counter of tokens; where all definitions were counted by an earlier build, none is loaded. */
async function counterFor(
  entry: CatalogueEntry,
  {
    marks,
    known,
    openCounter,
  }: { marks: ServerMarks | undefined; known: KnownServer | undefined } & Pick<
    Shared,
    'openCounter'
  >,
): Promise<CountTokens> {
  const counts = new Map(
    known?.marks?.tools.map(({ own }, index) => [own, known.tokens[index]] as const),
  );
  let isCounted = true;
  for (const [index, tool] of entry.tools.entries()) {
    const count = counts.get(marks?.tools[index]?.own ?? '');
    if (count === undefined) isCounted = false;
    else rememberTokens(tool, count);
  }
  if (!isCounted) return openCounter();
  return () => {
    throw new SiteError('render-failed', `${entry.slug}: a definition was not counted`);
  };
}

function keepPage(
  { name, pages, faults, passed }: WrittenServer,
  known: WrittenServer,
  url: string,
): void {
  pages[url] = known.pages[url] ?? '';
  if (url === serverUrl(name)) passed.push(...known.passed);
  faults.push(...known.faults.filter(({ file }) => file === url));
}

/** Takes all pages of an unchanged server over. */
export function linkServer({ outDir, previousDir = '', isLaid }: PageTarget, name: string): void {
  if (!isLaid) linkServerFiles(previousDir, outDir, name);
}
