import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** A built site on disk, as a check sees it. */
export type BuiltSite = {
  /** Every file, from the root of the site: `/servers/x.html`. */
  files: ReadonlySet<string>;
  /** Those of them that are pages. */
  pages: readonly string[];
  read: (file: string) => Promise<string>;
};

export async function openSite(dir: string): Promise<BuiltSite> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length).split(sep).join('/'))
    .map((path) => (path.startsWith('/') ? path : `/${path}`))
    .sort();
  return {
    files: new Set(files),
    pages: files.filter((file) => file.endsWith('.html')),
    read: (file) => readFile(join(dir, file), 'utf8'),
  };
}

/** The file a static host sends for an address. */
export function fileOf({ files }: BuiltSite, path: string): string | undefined {
  return [path, `${path}.html`, `${path}index.html`].find((file) => files.has(file));
}
