import { ScraperError } from '../scraper-error.ts';

/** A path below a folder, refusing what would leave it. */
export function inside(dir: string, path: string): string {
  const parts = path.split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isPlain || path.includes('\0'))
    throw new ScraperError('bad-source', `${JSON.stringify(path)} is no path below the folder`);
  return `${dir}/${path}`;
}
