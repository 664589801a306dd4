import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder that only its owner may enter, and those above it. Node's own way to do so goes round for ever where a
 * folder that is there has no room for another and says ENOENT, as those of /proc do.
 */
export function makeFolder(folder: string): void {
  const above = dirname(folder);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isThere = code === 'EEXIST' && statSync(folder, { throwIfNoEntry: false })?.isDirectory();
    if (isThere === true) return;
    if (code !== 'ENOENT' || above === folder || existsSync(above)) throw error;
    makeFolder(above);
    makeFolder(folder);
  }
}
