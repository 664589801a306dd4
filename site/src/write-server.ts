import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadServer } from '@toolwarden/catalogue/store';
import type { WrittenServer } from './build-state.ts';
import { decidePolicies } from './decide-policies.ts';
import { type PageWithFiles, serverPages } from './lib/server-pages.ts';
import type { Around } from './lib/tool-view.ts';
import { serverUrl } from './lib/urls.ts';
import { linkFile, linkTree } from './link-tree.ts';
import { isKept, type PageTarget, pageHash, shortHash, writePage } from './page-writer.ts';

/** Files of a page of a server or tool beside each other. */
const SUFFIXES = ['.html', '.json', '.md'];

/** Writes those pages of a server that are new or changed, and takes the others over. */
export async function writeServer(
  target: PageTarget,
  around: Around,
  {
    name,
    read: { entry, history },
    before,
  }: { name: string; read: ReadServer; before: WrittenServer | undefined },
  onPage: () => void,
): Promise<WrittenServer> {
  const written: WrittenServer = { name, pages: {}, inputs: {}, faults: [] };
  if (entry === undefined) return written;
  const known = target.previousDir === undefined ? undefined : before;
  if (known !== undefined && Object.keys(known.pages).length > 0) linkServer(target, name);
  for (const { url, inputs, make } of serverPages(around, entry, history)) {
    const madeFrom = inputs && shortHash(inputs());
    if (madeFrom !== undefined) written.inputs[url] = madeFrom;
    if (known !== undefined && madeFrom !== undefined && known.inputs[url] === madeFrom)
      keepPage(written, known, url);
    else await makePage(target, written, make(), { server: entry.record.id, known });
    onPage();
  }
  for (const url of Object.keys(known?.pages ?? {}))
    if (!Object.hasOwn(written.pages, url))
      for (const suffix of SUFFIXES)
        rmSync(join(target.outDir, `${url}${suffix}`), { force: true });
  return written;
}

function keepPage({ pages, faults }: WrittenServer, known: WrittenServer, url: string): void {
  pages[url] = known.pages[url] ?? '';
  faults.push(...known.faults.filter(({ file }) => file === url));
}

async function makePage(
  target: PageTarget,
  { name, pages, faults }: WrittenServer,
  page: PageWithFiles,
  { server, known }: { server: string; known: WrittenServer | undefined },
): Promise<void> {
  const { url, policies } = page;
  const hash = pageHash(page);
  pages[url] = hash;
  for (const { profile, fault } of policies)
    if (fault !== undefined) faults.push({ file: url, message: `policy ${profile}: ${fault}` });
  for (const fault of await decidePolicies(policies, server))
    faults.push({ file: url, message: fault });
  if (isKept(target, known?.pages, url, hash)) return;
  if (url === serverUrl(name)) dropPolicies(target, name);
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
