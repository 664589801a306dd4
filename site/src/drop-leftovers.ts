import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Nothing of ours takes so long: what was not touched since belongs to a process that is gone. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** Removes what nobody has touched for a day from a folder, of the names that begin so. */
export async function dropLeftovers(dir: string, prefix = ''): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const path = join(dir, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > KEPT_MS) await rm(path, { recursive: true, force: true });
  }
}
