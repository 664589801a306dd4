import {
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dropLeftovers } from '@toolwarden/site';
import * as z from 'zod';
import type { Extent } from './extent.ts';

/** Releases kept beside the current one, so that a reader in the middle of a page is not cut off. */
const KEPT = 2;

/** So begins what another process may be building, or was when it was killed. */
const BUILDING = '.';
const EXTENT = '.extent.json';
const extentSchema = z.strictObject({
  servers: z.int().nonnegative(),
  tools: z.int().nonnegative(),
});

/** A folder with releases and a link to the one that is served. */
export type Publication = {
  /** The link that a server follows. */
  current: string;
  /** A fresh place for the next release. */
  nextRelease: () => Promise<string>;
  /** The release that the next one pushes out, where there is one: its folder may become the next one's. */
  spareRelease: () => Promise<string | undefined>;
  /** Makes a whole release the current one, in one atomic step, and drops old ones. */
  publish: (release: string, extent: Extent) => Promise<void>;
  /** How much the current release holds; undefined where there is none or it does not say. */
  extent: () => Promise<Extent | undefined>;
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
    async spareRelease() {
      const currentName = await readlink(current).then(basename, () => '');
      const old = await olderThan(releases, currentName).catch(() => []);
      const name = old.at(-KEPT);
      if (name === undefined) return undefined;
      await rm(join(releases, `${name}${EXTENT}`), { force: true });
      return join(releases, name);
    },
    async publish(release, extent) {
      // Beside the release, so that both become current in the same step.
      await writeFile(`${release}${EXTENT}`, `${JSON.stringify(extent)}\n`);
      const draft = `${current}.${process.pid}.tmp`;
      await rm(draft, { force: true });
      await symlink(join('releases', basename(release)), draft);
      await rename(draft, current);
      await prune(releases, basename(release));
    },
    async extent() {
      try {
        const name = basename(await readlink(current));
        const text = await readFile(join(releases, `${name}${EXTENT}`), 'utf8');
        return extentSchema.parse(JSON.parse(text));
      } catch {
        return undefined;
      }
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
  const old = await olderThan(releases, currentName);
  for (const name of old.slice(0, Math.max(0, old.length - KEPT)))
    for (const path of [name, `${name}${EXTENT}`])
      await rm(join(releases, path), { recursive: true, force: true });
  await dropLeftovers(releases, BUILDING);
}

/** The names of the releases before one, the oldest first. */
async function olderThan(releases: string, currentName: string): Promise<string[]> {
  // Release names begin with their time, so names sort by age.
  return (await readdir(releases))
    .filter((name) => name < currentName && !name.endsWith('.tmp') && !name.endsWith(EXTENT))
    .filter((name) => !name.startsWith(BUILDING))
    .sort();
}
