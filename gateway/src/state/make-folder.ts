import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder that only its owner may enter, and those above it, also while others make the same ones. Node's own way
 * to do so goes round for ever where a folder that is there has no room for another and says ENOENT, as those of /proc do.
 */
export function makeFolder(folder: string): void {
  const above = dirname(folder);
  try {
    makeLast(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error;
    makeFolder(above);
    // Whoever made the one above, the second ENOENT is the last.
    makeLast(folder);
  }
}

function makeLast(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Some systems name another reason than that it is there, such as that nothing may be written beside it.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
