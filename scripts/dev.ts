// `npm run dev`: the site on the sample in catalogue/fixtures (or the folder given), built again at each change.
import { watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serveSite } from '../cli/src/site-server.ts';
import { buildSite } from '../site/src/index.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** Editors write a file in several steps. */
const PAUSE_MS = 100;

const dataDir = resolve(process.argv[2] ?? join(ROOT, 'catalogue/fixtures'));
const folder = await mkdtemp(join(tmpdir(), 'toolwarden-dev-'));
const outDir = join(folder, 'site');
process.once(
  'SIGINT',
  () => void rm(folder, { recursive: true, force: true }).then(() => process.exit(0)),
);

let building: Promise<void> | undefined;
async function build(): Promise<void> {
  try {
    const { pages, durationMs } = await buildSite({ dataDir, outDir });
    console.log(`${pages} pages in ${durationMs} ms`);
  } catch (error) {
    console.error((error as Error).message);
  }
}

await build();
const { url } = await serveSite(outDir, Number(process.env['PORT'] ?? 4321));
console.log(url);
let timer: ReturnType<typeof setTimeout> | undefined;
for (const watched of [
  dataDir,
  ...['site', 'policy', 'catalogue'].map((room) => join(ROOT, room, 'src')),
])
  watch(watched, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      building = (building ?? Promise.resolve()).then(build);
    }, PAUSE_MS);
  });
