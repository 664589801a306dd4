import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rename } from 'node:fs/promises';
import { enableCompileCache } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import type { StoreProblem } from '@toolwarden/catalogue/store';
import type { BuildRun } from './build-run.ts';
import { siteIdentity } from './build-state.ts';
import { dropLeftovers } from './drop-leftovers.ts';
import { SiteError } from './lib/site-error.ts';

/** Where the code of a build is kept as compiled: to take its types off and compile it is half of a process's start. */
const COMPILED = join(dirname(import.meta.dirname), '.astro', 'compiled');

export type BuildOptions = {
  dataDir: string;
  /** A folder; replaced only by a whole site. */
  outDir: string;
  /** A site built before, whose unchanged pages are taken over; by default the one in `outDir`. */
  previousDir?: string;
  /**
   * A site that nobody needs any more, whose folder becomes the new one's: it is brought up to date where every file would be
   * linked otherwise. By default the one that `outDir` held before the present one, which lies beside it.
   */
  spareDir?: string;
  /** Pages alone, without twins, lists and search: to measure them. Such a site is no start for another. */
  only?: 'html';
  /** Where the site will be published, for sitemap and canonical links. */
  origin?: string;
  onProgress?: (progress: {
    phase: 'load' | 'pages' | 'search';
    done?: number;
    total?: number;
  }) => void;
  signal?: AbortSignal;
};

export type BuildResult = {
  pages: number;
  tools: number;
  servers: number;
  /** Servers whose pages were looked at again; all of them where there was no site to start from. */
  rebuilt: number;
  /** Records that were left out, and policies that failed our own check, each with the reason. */
  problems: StoreProblem[];
  durationMs: number;
};

/**
 * Builds the whole site into a folder beside `outDir` and swaps it in when nothing is missing. What has not changed
 * since the site before is taken over. The same data gives the same bytes, either way.
 *
 * @throws SiteError, and then `outDir` is as it was.
 */
export async function buildSite(options: BuildOptions): Promise<BuildResult> {
  const outDir = resolve(options.outDir);
  const previousDir = resolve(options.previousDir ?? outDir);
  const ownSpare = join(dirname(outDir), `.${basename(outDir)}-spare`);
  await mkdir(dirname(outDir), { recursive: true });
  const prefix = `.${basename(outDir)}-build-`;
  await dropLeftovers(dirname(outDir), prefix);
  // Beside the target, so that the last step is a rename within one file system.
  const work = await mkdtemp(join(dirname(outDir), prefix));
  // What fails ends the rest: nothing may write into a folder that is being removed.
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  try {
    const spareDir = resolve(options.spareDir ?? ownSpare);
    const before = await pin(previousDir);
    const all = { ...options, previousDir: before.dir, spareDir };
    enableCompileCache(COMPILED);
    const { BuildRun } = await import('./build-run.ts');
    const run = new BuildRun(all, { work, stop, signal });
    const result = await buildOn(before, run);
    options.signal?.throwIfAborted();
    const old = join(work, 'old');
    await swapIn(join(work, 'html'), outDir, old);
    // It shares what did not change with the new site, so to keep it for the next build takes little room.
    const [from, to] =
      run.isSpareLeft && previousDir === outDir ? [old, ownSpare] : [ownSpare, join(work, 'spare')];
    await rename(from, to).catch(() => {});
    return result;
  } catch (error) {
    if (options.signal?.aborted)
      throw new SiteError('aborted', 'the build was stopped; the site is as it was', {
        cause: error,
      });
    throw error;
  } finally {
    stop.abort();
    // A site that was replaced has hundreds of thousands of files, and one call for each takes three times as long.
    rmSync(work, { recursive: true, force: true });
  }
}

type Pinned = { dir: string; isReplaced: () => Promise<boolean> };

/** The folder that a path leads to now, and whether it is another one later: a link may be turned, and a folder be swapped. */
async function pin(path: string): Promise<Pinned> {
  const dir = await realpath(path).catch(() => path);
  const first = await siteIdentity(dir);
  return { dir, isReplaced: async () => (await siteIdentity(dir)) !== first };
}

/** Builds on another site; where that was replaced meanwhile, what came of it is a mixture of two sites and is refused. */
async function buildOn(before: Pinned, run: BuildRun): Promise<BuildResult> {
  let cause: unknown;
  try {
    const result = await run.build();
    if (!run.isOnTop || !(await before.isReplaced())) return result;
  } catch (error) {
    if (!run.isOnTop || !(await before.isReplaced())) throw error;
    cause = error;
  }
  throw new SiteError(
    'publish-failed',
    `${before.dir} was replaced by another build meanwhile and stays as that one left it: build again`,
    { cause },
  );
}

async function swapIn(built: string, outDir: string, aside: string): Promise<void> {
  try {
    await rename(outDir, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new SiteError('publish-failed', `${outDir} cannot be replaced`, { cause: error });
  }
  try {
    await rename(built, outDir);
  } catch (error) {
    await rename(aside, outDir).catch(() => {});
    throw new SiteError('publish-failed', `${outDir} cannot be replaced`, { cause: error });
  }
}
