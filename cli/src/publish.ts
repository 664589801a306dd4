import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Releases kept beside the current one, so that a reader in the middle of a page is not cut off. */
const KEPT = 2;

/** A folder with releases and a link to the one that is served. */
export type Publication = {
  /** The link that a server follows. */
  current: string;
  /** A fresh place for the next release. */
  nextRelease: () => Promise<string>;
  /** Makes a whole release the current one, in one atomic step, and drops old ones. */
  publish: (release: string) => Promise<void>;
  /** Whether anything was ever published here. */
  hasRelease: () => Promise<boolean>;
};

/** Opens a folder for publishing; `now` gives ms since the epoch. */
export function openPublication(dir: string, now: () => number = Date.now): Publication {
  const [releases, current] = [join(dir, 'releases'), join(dir, 'current')];
  return {
    current,
    async nextRelease() {
      await mkdir(releases, { recursive: true });
      const stamp = new Date(now()).toISOString().replaceAll(/[:.]/g, '');
      return join(releases, `${stamp}-${process.pid}`);
    },
    async publish(release) {
      const draft = `${current}.${process.pid}.tmp`;
      await rm(draft, { force: true });
      await symlink(join('releases', basename(release)), draft);
      await rename(draft, current);
      await prune(releases, basename(release));
    },
    async hasRelease() {
      return readlink(current).then(
        () => true,
        () => false,
      );
    },
  };
}

async function prune(releases: string, currentName: string): Promise<void> {
  // Release names begin with their time, so names sort by age.
  const old = (await readdir(releases))
    .filter((name) => name < currentName && !name.endsWith('.tmp'))
    .sort();
  for (const name of old.slice(0, Math.max(0, old.length - KEPT)))
    await rm(join(releases, name), { recursive: true, force: true });
}
