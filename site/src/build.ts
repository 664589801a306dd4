import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { StoreProblem } from '@toolwarden/catalogue/store';
import { loadCatalogue } from './lib/catalogue-view.ts';
import { SiteError } from './lib/site-error.ts';
import { DEFAULT_ORIGIN } from './lib/site-url.ts';
import { renderPages } from './render-pages.ts';
import { writeFeeds } from './write-feeds.ts';
import { writeIndex } from './write-index.ts';
import { writeTwins } from './write-twins.ts';

/** Of all records so many may be bad before the build fails rather than leave them out. */
const MAX_BAD_SHARE = 0.01;

export type BuildOptions = {
  dataDir: string;
  /** A folder; replaced only by a whole site. */
  outDir: string;
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
  /** Records that were left out, and policies that failed our own check, each with the reason. */
  problems: StoreProblem[];
  durationMs: number;
};

/**
 * Builds the whole site into a folder beside `outDir` and swaps it in when nothing is missing. The same data gives the
 * same bytes.
 *
 * @throws SiteError, and then `outDir` is as it was.
 */
export async function buildSite(options: BuildOptions): Promise<BuildResult> {
  const { onProgress = () => {}, signal, origin = DEFAULT_ORIGIN } = options;
  const [dataDir, outDir] = [resolve(options.dataDir), resolve(options.outDir)];
  const start = performance.now();
  onProgress({ phase: 'load' });
  const catalogue = await loadCatalogue(dataDir);
  const problems = [...catalogue.problems];
  refuseBadRecords(catalogue.entries.length + catalogue.attacks.length, catalogue.problems);
  await mkdir(dirname(outDir), { recursive: true });
  // Beside the target, so that the last step is a rename within one file system.
  const work = await mkdtemp(join(dirname(outDir), `.${basename(outDir)}-build-`));
  // What fails ends the rest: nothing may write into a folder that is being removed.
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  try {
    const html = join(work, 'html');
    const total = catalogue.pages.length + catalogue.entries.length + catalogue.attacks.length;
    const onPage = (done: number) => onProgress({ phase: 'pages', done, total });
    // Astro has a process of its own; the plain writer keeps the other core busy.
    await allOrNone(stop, [
      renderPages({ dataDir, work, origin, signal: either, onPage }),
      writeTwins(catalogue, html, either).then((found) => {
        problems.push(...found);
        return writeFeeds(catalogue, html, origin);
      }),
    ]);
    onProgress({ phase: 'search' });
    await writeIndex(catalogue, html, either);
    const pages = await countPages(html);
    signal?.throwIfAborted();
    await swapIn(html, outDir, join(work, 'old'));
    return {
      pages,
      tools: catalogue.tools.length,
      servers: catalogue.entries.length,
      problems,
      durationMs: Math.round(performance.now() - start),
    };
  } catch (error) {
    if (signal?.aborted)
      throw new SiteError('aborted', 'the build was stopped; the site is as it was', {
        cause: error,
      });
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function allOrNone(stop: AbortController, parts: Promise<void>[]): Promise<void> {
  for (const part of parts) part.catch(() => stop.abort());
  const failed = (await Promise.allSettled(parts)).filter((part) => part.status === 'rejected');
  // The first to fail is the cause; that the others stopped is its effect.
  const causes = failed.map(({ reason }) => reason as unknown);
  if (causes.length > 0) throw causes.find((cause) => !isStop(cause)) ?? causes[0];
}

function isStop(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || isStop(error.cause));
}

function refuseBadRecords(good: number, problems: readonly StoreProblem[]): void {
  const bad = new Set(problems.map(({ file }) => file)).size;
  if (bad === 0 || bad <= MAX_BAD_SHARE * (good + bad)) return;
  const first = problems[0];
  throw new SiteError(
    'bad-records',
    `${bad} of ${good + bad} records are bad, more than 1 %: ${first?.file}: ${first?.message}`,
  );
}

async function countPages(dir: string): Promise<number> {
  const files = await readdir(dir, { recursive: true });
  return files.filter((file) => file.endsWith('.html')).length;
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
