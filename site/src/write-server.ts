import type { CatalogueEntry } from '@toolwarden/catalogue';
import type { ReadServer } from '@toolwarden/catalogue/store';
import type { WrittenServer } from './build-state.ts';
import { decidePolicies } from './decide-policies.ts';
import { definitionTokens, rememberTokens } from './lib/definition-tokens.ts';
import type { IsPassed } from './lib/policy-panels.ts';
import type { ServerMarks } from './lib/server-marks.ts';
import { type PageWithFiles, serverPages, toolFrame } from './lib/server-pages.ts';
import { SiteError } from './lib/site-error.ts';
import type { CountTokens } from './lib/token-count.ts';
import type { Around } from './lib/tool-view.ts';
import { serverUrl } from './lib/urls.ts';
import { isKept, type PageTarget, pageHash, writePage } from './page-writer.ts';
import { dropPage, dropServerFiles, dropServerPage, linkServerFiles } from './server-files.ts';
import { shortHash } from './short-hash.ts';
import type { KnownServer } from './worker-messages.ts';

/** What to do for a server: its record, by what it and its tools are known again, and what an earlier build wrote. */
export type ServerWork = {
  name: string;
  digest: string;
  read: ReadServer;
  marks: ServerMarks | undefined;
  around: string;
  before: KnownServer | undefined;
};
type Shared = Omit<Around, 'countTokens'> & { openCounter: () => Promise<CountTokens> };

/** Writes those pages of a server that are new or changed, and takes the others over. */
export async function writeServer(
  target: PageTarget,
  { openCounter, ...shared }: Shared,
  { name, digest, read: { entry, history }, marks, around, before }: ServerWork,
  onPage: () => void,
): Promise<WrittenServer> {
  const written: WrittenServer = {
    name,
    pages: {},
    inputs: {},
    frame: '',
    faults: [],
    tokens: [],
    passed: [],
  };
  if (entry === undefined) {
    if (target.isLaid) dropServerFiles(target.outDir, name);
    return written;
  }
  const known = target.previousDir === undefined ? undefined : before;
  const countTokens = await counterFor(entry, { marks, known, openCounter });
  const passed = new Set(known?.passed);
  const isPassed = (text: string) => passed.has(shortHash(text));
  if (known !== undefined && Object.keys(known.pages).length > 0) linkServer(target, name);
  if (marks) written.frame = shortHash(toolFrame(shared, entry, history, { marks, around }));
  const isSameFrame = known !== undefined && written.frame !== '' && known.frame === written.frame;
  const isSameTool = (place: number | undefined) =>
    isSameFrame &&
    place !== undefined &&
    marks?.tools[place]?.own === known.marks?.tools[place]?.own;
  const pages = serverPages({ ...shared, countTokens }, entry, history, {
    isPassed,
    marks,
    digest,
  });
  for (const { url, place, inputs, make } of pages) {
    const madeFrom = isSameTool(place) ? known?.inputs[url] : inputs && shortHash(inputs());
    if (madeFrom !== undefined) written.inputs[url] = madeFrom;
    if (known !== undefined && madeFrom !== undefined && known.inputs[url] === madeFrom)
      keepPage(written, known, url);
    else await makePage(target, written, make(), { server: entry.record.id, known, isPassed });
    onPage();
  }
  for (const url of Object.keys(known?.pages ?? {}))
    if (!Object.hasOwn(written.pages, url)) dropPage(target.outDir, url);
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

function keepPage(
  { name, pages, faults, passed }: WrittenServer,
  known: WrittenServer,
  url: string,
): void {
  pages[url] = known.pages[url] ?? '';
  if (url === serverUrl(name)) passed.push(...known.passed);
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
  // It may have fewer files than before: no policies without tools, no history where all it told of was taken down.
  if (isOfServer) dropServerPage(target.outDir, name);
  await writePage(target, page);
}

/** Takes all pages of an unchanged server over. */
export function linkServer({ outDir, previousDir = '', isLaid }: PageTarget, name: string): void {
  if (!isLaid) linkServerFiles(previousDir, outDir, name);
}
