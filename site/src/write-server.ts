import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadServer } from '@toolwarden/catalogue/store';
import type { PageHashes, ServerState } from './build-state.ts';
import { decidePolicies } from './decide-policies.ts';
import { serverPages } from './lib/server-pages.ts';
import type { Around } from './lib/tool-view.ts';
import { serverUrl } from './lib/urls.ts';
import { linkFile, linkTree } from './link-tree.ts';
import { isKept, type PageTarget, pageHash, writePage } from './page-writer.ts';

/** Files of a page of a server or tool beside each other. */
const SUFFIXES = ['.html', '.json', '.md'];

/** What was written of a server. */
export type WrittenServer = Pick<ServerState, 'name' | 'pages' | 'faults'>;

/** Takes all pages of an unchanged server over. */
export function keepServer(
  target: PageTarget,
  { name, pages, faults }: ServerState,
): WrittenServer {
  if (Object.keys(pages).length > 0) linkServer(target, name);
  return { name, pages, faults };
}

/** Writes those pages of a server that are new or changed, and takes the others over. */
export async function writeServer(
  target: PageTarget,
  around: Around,
  {
    name,
    read: { entry, history },
    before,
  }: { name: string; read: ReadServer; before: PageHashes },
  onPage: () => void,
): Promise<WrittenServer> {
  const written: WrittenServer = { name, pages: {}, faults: [] };
  if (entry === undefined) return written;
  if (target.previousDir !== undefined && Object.keys(before).length > 0) linkServer(target, name);
  for (const page of serverPages(around, entry, history)) {
    const hash = pageHash(page);
    written.pages[page.url] = hash;
    for (const { profile, fault } of page.policies)
      if (fault !== undefined)
        written.faults.push({ file: page.url, message: `policy ${profile}: ${fault}` });
    for (const fault of await decidePolicies(page.policies, entry.record.id))
      written.faults.push({ file: page.url, message: fault });
    if (!isKept(target, before, page.url, hash)) {
      if (page.url === serverUrl(name)) dropPolicies(target, name);
      await writePage(target, page);
    }
    onPage();
  }
  for (const url of Object.keys(before))
    if (!Object.hasOwn(written.pages, url))
      for (const suffix of SUFFIXES)
        rmSync(join(target.outDir, `${url}${suffix}`), { force: true });
  return written;
}

function linkServer({ outDir, previousDir = '' }: PageTarget, name: string): void {
  const url = serverUrl(name);
  const folder = join(previousDir, url);
  if (existsSync(folder)) linkTree(folder, join(outDir, url));
  for (const suffix of SUFFIXES) linkFile(`${folder}${suffix}`, `${join(outDir, url)}${suffix}`);
}

// A server may have fewer policies than before: none where it has lost its tools.
function dropPolicies({ outDir }: PageTarget, name: string): void {
  rmSync(join(outDir, serverUrl(name), 'policy'), { recursive: true, force: true });
}
