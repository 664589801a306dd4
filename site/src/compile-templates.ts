import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dropLeftovers } from './drop-leftovers.ts';
import { SiteError } from './lib/site-error.ts';

const SITE = dirname(import.meta.dirname);
const ASTRO = dirname(fileURLToPath(import.meta.resolve('astro/package.json')));
/** Where compiled templates are kept between builds. */
const KEPT_IN = join(SITE, '.astro', 'templates');
/** Of a failed compilation so much of what it said is kept. */
const SAID = 20_000;

/** The site's pages as Astro compiled them. */
export type CompiledTemplates = {
  /** A digest of all code that can change a byte of the site: pages, views, policies, and the version of Astro. */
  version: string;
  /** Holds `server/` with the code that renders, and `html/_astro/` with style sheets, scripts and fonts. */
  dir: string;
};

/** Compiles the templates, unless this very code was compiled before. */
export async function compileTemplates(signal: AbortSignal): Promise<CompiledTemplates> {
  const version = await codeVersion();
  const dir = join(KEPT_IN, version);
  if (await exists(dir)) return { version, dir };
  await dropLeftovers(KEPT_IN);
  const work = join(KEPT_IN, `${version}.${randomUUID()}`);
  await mkdir(work, { recursive: true });
  try {
    await runAstro(work, signal);
    // Another build may have been faster; then its result is the same.
    await rename(work, dir).catch(async (error: unknown) => {
      if (!(await exists(dir))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { version, dir };
}

async function codeVersion(): Promise<string> {
  const hash = createHash('sha256');
  const folders = [join(SITE, 'src'), roomOf('catalogue'), roomOf('policy')];
  const files = [join(SITE, 'astro.config.ts'), join(ASTRO, 'package.json')];
  for (const folder of folders)
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile() && !entry.name.endsWith('.test.ts'))
        files.push(join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    const content = await readFile(file);
    hash.update(`${relative(SITE, file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

function roomOf(name: 'catalogue' | 'policy'): string {
  return dirname(fileURLToPath(import.meta.resolve(`@toolwarden/${name}`)));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function runAstro(work: string, signal: AbortSignal): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(ASTRO, 'bin', 'astro.mjs'), 'build', '--root', SITE],
    {
      // Astro puts its own draft beside the output only where that lies below the working folder.
      cwd: work,
      signal,
      env: {
        ...process.env,
        ASTRO_TELEMETRY_DISABLED: '1',
        FORCE_COLOR: '0',
        NODE_ENV: 'production',
        TOOLWARDEN_SITE_WORK: work,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-SAID);
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(failure(error.message, error)));
    child.once('close', resolve);
  });
  if (code !== 0) throw failure(reasonIn(said));
}

function failure(reason: string, cause?: unknown): SiteError {
  return new SiteError('render-failed', `the pages could not be compiled: ${reason}`, { cause });
}

function reasonIn(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  const stated = lines.find((line) => /error/i.test(line) && line.length > 12) ?? lines.at(-2);
  return stated?.slice(0, 500) ?? 'Astro gave no reason';
}
