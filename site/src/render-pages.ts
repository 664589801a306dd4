import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SiteError } from './lib/site-error.ts';

const SITE = dirname(import.meta.dirname);
/** Of a failed render so much of what it said is kept. */
const KEPT = 20_000;

/** Renders every page by Astro, in a process of its own, into `<work>/html`. */
export function renderPages(options: {
  dataDir: string;
  work: string;
  origin: string;
  signal: AbortSignal | undefined;
  onPage: (done: number) => void;
}): Promise<void> {
  const { dataDir, work, origin, signal, onPage } = options;
  const cli = join(
    dirname(fileURLToPath(import.meta.resolve('astro/package.json'))),
    'bin',
    'astro.mjs',
  );
  const child = spawn(process.execPath, [cli, 'build', '--root', SITE], {
    // Astro puts its own draft beside the output only where that lies below the working folder.
    cwd: work,
    signal,
    env: {
      ...process.env,
      ASTRO_TELEMETRY_DISABLED: '1',
      FORCE_COLOR: '0',
      NODE_ENV: 'production',
      TOOLWARDEN_SITE_DATA: dataDir,
      TOOLWARDEN_SITE_ORIGIN: origin,
      TOOLWARDEN_SITE_WORK: work,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let pages = 0;
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    // Astro names each page once; a name cut by the end of a chunk goes uncounted, which progress can bear.
    pages += chunk.match(/\.html/g)?.length ?? 0;
    said = (said + chunk).slice(-KEPT);
    onPage(pages);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-KEPT);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(failure(error.message, error)));
    child.once('close', (code) => (code === 0 ? resolve() : reject(failure(reasonIn(said)))));
  });
}

function failure(reason: string, cause?: unknown): SiteError {
  return new SiteError('render-failed', `the pages could not be rendered: ${reason}`, { cause });
}

function reasonIn(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  const stated = lines.find((line) => /error/i.test(line) && line.length > 12) ?? lines.at(-2);
  return stated?.slice(0, 500) ?? 'Astro gave no reason';
}
