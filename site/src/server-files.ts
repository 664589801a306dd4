import { existsSync, readdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { serverUrl } from './lib/urls.ts';
import { linkFile, linkTree } from './link-tree.ts';

/** Files of a page of a server or tool beside each other. */
const SUFFIXES = ['.html', '.json', '.md'];
/** The folder within a server's own that holds its tools' pages. */
const TOOLS = 'tools';

/** Whether a server's own page and the pages of its tools are there, so many in all; each file of a page counts, not what it holds. */
export function hasServerPages(site: string, name: string, pages: number): boolean {
  if (pages === 0) return true;
  const [own, tools] = [join(site, serverUrl(name)), join(site, serverUrl(name), TOOLS)];
  return (
    SUFFIXES.every((suffix) => existsSync(own + suffix)) &&
    (pages === 1 ||
      (existsSync(tools) && readdirSync(tools).length === (pages - 1) * SUFFIXES.length))
  );
}

/** Makes all files of a server in one site appear in another one, where it has none. */
export function linkServerFiles(from: string, to: string, name: string): void {
  const url = serverUrl(name);
  if (existsSync(join(from, url))) linkTree(join(from, url), join(to, url));
  linkPage(from, to, url);
}

/** The same for the files of its own page. */
export function linkServerPage(from: string, to: string, name: string): void {
  const url = serverUrl(name);
  if (existsSync(join(from, url))) linkTree(join(from, url), join(to, url), isOfPage);
  linkPage(from, to, url);
}

/** Removes the files of a server's own page. */
export function dropServerPage(site: string, name: string): void {
  const url = serverUrl(name);
  dropPage(site, url);
  if (!existsSync(join(site, url))) return;
  for (const entry of readdirSync(join(site, url), { withFileTypes: true }))
    if (entry.isFile()) unlinkSync(join(site, url, entry.name));
    else if (isOfPage(entry.name)) rmSync(join(site, url, entry.name), { recursive: true });
}

function isOfPage(entry: string): boolean {
  return entry !== TOOLS;
}

/** Makes the page of a tool, with its twins, appear in another site. */
export function linkPage(from: string, to: string, url: string): void {
  for (const suffix of SUFFIXES) linkFile(join(from, url + suffix), join(to, url + suffix));
}

export function dropPage(site: string, url: string): void {
  for (const suffix of SUFFIXES) dropFile(join(site, url + suffix));
}

// Files are removed by the thousand, and `rmSync` looks at each first.
function dropFile(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Removes all files of a server. */
export function dropServerFiles(site: string, name: string): void {
  rmSync(join(site, serverUrl(name)), { recursive: true, force: true });
  dropPage(site, serverUrl(name));
}
