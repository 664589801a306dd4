import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueEntry } from '@toolwarden/catalogue';
import type { ReadServer } from '@toolwarden/catalogue/store';
import type { WrittenServer } from './build-state.ts';
import { decidePolicies } from './decide-policies.ts';
import { definitionTokens, rememberTokens } from './lib/definition-tokens.ts';
import type { IsPassed } from './lib/policy-panels.ts';
import type { ServerMarks } from './lib/server-marks.ts';
import { type PageWithFiles, serverPages } from './lib/server-pages.ts';
import { SiteError } from './lib/site-error.ts';
import type { CountTokens } from './lib/token-count.ts';
import type { Around } from './lib/tool-view.ts';
import { serverUrl } from './lib/urls.ts';
import { linkFile, linkTree } from './link-tree.ts';
import { isKept, type PageTarget, pageHash, shortHash, writePage } from './page-writer.ts';
import type { KnownServer } from './worker-messages.ts';

/** Files of a page of a server or tool beside each other. */
const SUFFIXES = ['.html', '.json', '.md'];

/** What to do for a server: its record, by what its tools are known again, and what an earlier build wrote. */
export type ServerWork = {
  name: string;
  read: ReadServer;
  marks: ServerMarks | undefined;
  before: KnownServer | undefined;
};
type Shared = Omit<Around, 'countTokens'> & { openCounter: () => Promise<CountTokens> };

/** Writes those pages of a server that are new or changed, and takes the others over. */
export async function writeServer(
  target: PageTarget,
  { openCounter, ...shared }: Shared,
  { name, read: { entry, history }, marks, before }: ServerWork,
  onPage: () => void,
): Promise<WrittenServer> {
  const written: WrittenServer = {
    name,
    pages: {},
    inputs: {},
    faults: [],
    tokens: [],
    passed: [],
  };
  if (entry === undefined) return written;
  const known = target.previousDir === undefined ? undefined : before;
  const countTokens = await counterFor(entry, { marks, known, openCounter });
  const passed = new Set(known?.passed);
  const isPassed = (text: string) => passed.has(shortHash(text));
  if (known !== undefined && Object.keys(known.pages).length > 0) linkServer(target, name);
  const pages = serverPages({ ...shared, countTokens }, entry, history, { isPassed, marks });
  for (const { url, inputs, make } of pages) {
    const madeFrom = inputs && shortHash(inputs());
    if (madeFrom !== undefined) written.inputs[url] = madeFrom;
    if (known !== undefined && madeFrom !== undefined && known.inputs[url] === madeFrom)
      keepPage(written, known, url);
    else await makePage(target, written, make(), { server: entry.record.id, known, isPassed });
    onPage();
  }
  for (const url of Object.keys(known?.pages ?? {}))
    if (!Object.hasOwn(written.pages, url))
      for (const suffix of SUFFIXES)
        rmSync(join(target.outDir, `${url}${suffix}`), { force: true });
  written.tokens = entry.tools.map((tool) => definitionTokens(tool, countTokens));
  return written;
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

function keepPage({ pages, faults }: WrittenServer, known: WrittenServer, url: string): void {
  pages[url] = known.pages[url] ?? '';
  faults.push(...known.faults.filter(({ file }) => file === url));
}

async function makePage(
  target: PageTarget,
  { name, pages, faults, passed }: WrittenServer,
  page: PageWithFiles,
  {
    server,
    known,
    isPassed,
  }: { server: string; known: WrittenServer | undefined; isPassed: IsPassed },
): Promise<void> {
  const { url, policies } = page;
  const hash = pageHash(page);
  pages[url] = hash;
  for (const { profile, fault } of policies)
    if (fault !== undefined) faults.push({ file: url, message: `policy ${profile}: ${fault}` });
  const isOfServer = url === serverUrl(name);
  const unknown = isOfServer ? policies.filter(({ text }) => !isPassed(text)) : policies;
  for (const fault of await decidePolicies(unknown, server))
    faults.push({ file: url, message: fault });
  if (isOfServer && !faults.some(({ file }) => file === url))
    passed.push(...policies.map(({ text }) => shortHash(text)));
  if (isKept(target, known?.pages, url, hash)) return;
  if (isOfServer) dropPolicies(target, name);
  await writePage(target, page);
}

/** Takes all pages of an unchanged server over. */
export function linkServer({ outDir, previousDir = '' }: PageTarget, name: string): void {
  const url = serverUrl(name);
  const folder = join(previousDir, url);
  if (existsSync(folder)) linkTree(folder, join(outDir, url));
  for (const suffix of SUFFIXES) linkFile(`${folder}${suffix}`, `${join(outDir, url)}${suffix}`);
}

// A server may have fewer policies than before: none where it has lost its tools.
function dropPolicies({ outDir }: PageTarget, name: string): void {
  rmSync(join(outDir, serverUrl(name), 'policy'), { recursive: true, force: true });
}
