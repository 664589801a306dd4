import { existsSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PageHashes } from './build-state.ts';
import type { SitePage } from './lib/site-pages.ts';
import { linkFile } from './link-tree.ts';
import { fileOf, type PageRenderer } from './page-renderer.ts';
import { shortHash } from './short-hash.ts';

/** Where pages go, and what there was before. */
export type PageTarget = {
  renderer: PageRenderer;
  outDir: string;
  /** The site whose unchanged files may be taken over. */
  previousDir: string | undefined;
  /** Whether all files of servers lie there already as the site before has them. */
  isLaid: boolean;
  /** False leaves out what goes beside the pages. */
  withFiles: boolean;
};

/** Hash of all that a page and its files show. The code that shows it is compared once for the whole build. */
export function pageHash({ template, view, basis = view }: SitePage): string {
  return shortHash([template, basis]);
}

const madeFolders = new Set<string>();

/** Writes a page and its files anew. */
export async function writePage(
  { renderer, outDir, withFiles }: PageTarget,
  page: SitePage,
): Promise<void> {
  const html = await renderer.render(page.template, page.url, page.view);
  replaceFile(join(outDir, fileOf(page.url)), html);
  if (!withFiles) return;
  for (const [path, make] of page.files ?? []) replaceFile(join(outDir, path), make());
}

/** Takes a page and its files over from the site before. False where one is not there: somebody has removed it. */
export function keepPage({ outDir, previousDir = '' }: PageTarget, page: SitePage): boolean {
  const paths = pathsOf(page);
  if (!paths.every((path) => existsSync(join(previousDir, path)))) return false;
  for (const path of paths) {
    makeFolder(dirname(join(outDir, path)));
    linkFile(join(previousDir, path), join(outDir, path));
  }
  return true;
}

/** Whether the site before shows the same on this page. */
export function isKept(
  target: PageTarget,
  before: PageHashes | undefined,
  url: string,
  hash: string,
) {
  return target.previousDir !== undefined && before?.[url] === hash;
}

function pathsOf({ url, files = [] }: SitePage): string[] {
  return [fileOf(url), ...files.map(([path]) => path)];
}

// With the encoding named, Node writes a text without a copy of its bytes first.
const NEW_FILE = { flag: 'wx', encoding: 'utf8' } as const;

// What stands there may be a link to a file of the site before, which must stay as it is.
function replaceFile(file: string, text: string): void {
  makeFolder(dirname(file));
  try {
    writeFileSync(file, text, NEW_FILE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    unlinkSync(file);
    writeFileSync(file, text, NEW_FILE);
  }
}

function makeFolder(folder: string): void {
  if (madeFolders.has(folder)) return;
  mkdirSync(folder, { recursive: true });
  madeFolders.add(folder);
}
