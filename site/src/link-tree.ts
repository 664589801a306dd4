import { copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes the files of a folder appear in another one without copying them, subfolders included. A linked file must be
 * removed before another one is written in its place: see `replaceFile`.
 */
export function linkTree(from: string, to: string, isWanted = (_name: string) => true): void {
  const entries = readdirSync(from, { withFileTypes: true }).filter(({ name }) => isWanted(name));
  if (entries.length === 0) return;
  mkdirSync(to, { recursive: true });
  for (const entry of entries) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isFile()) linkFile(source, target);
  }
}

export function linkFile(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    // Some file systems know no links, or the folders lie on two of them.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    copyFileSync(source, target);
  }
}
