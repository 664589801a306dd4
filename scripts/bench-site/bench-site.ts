// `npm run bench:site -- --tools 1000|10000|50000`: how fast the site is built, beside others that write the same bytes.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { cpus, freemem, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '@toolwarden/catalogue/store';
import { layOutAstro } from './astro-project.ts';
import { layOutHugo } from './hugo-project.ts';
import { type Measured, measureProcess } from './measure-process.ts';
import { changeOneInHundred, writeSyntheticCatalogue } from './synthetic-catalogue.ts';
import { treeDigest } from './tree-digest.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    tools: { type: 'string', default: '1000' },
    /** At most so many of a server; by default as many as the server it is made from has. */
    'tools-a-server': { type: 'string' },
    skip: { type: 'string', multiple: true, default: [] },
    keep: { type: 'boolean', default: false },
  },
});
const tools = Number(values.tools);
const toolsAServer = Number(values['tools-a-server'] ?? Number.POSITIVE_INFINITY);
const folder = await mkdtemp(join(tmpdir(), 'toolwarden-bench-'));
const at = (name: string) => join(folder, name);
const child = (name: string, ...args: string[]) =>
  measureProcess(process.execPath, [join(import.meta.dirname, name), ...args]);

console.log(
  `${tools} tools, ${cpus().length} cores (${cpus()[0]?.model}), node ${process.version}`,
);
try {
  await writeSyntheticCatalogue(join(ROOT, 'data'), at('data'), { tools, toolsAServer });
  // Once before, so that no figure holds the compilation of the templates, which every later build has behind it.
  await child('build-child.ts', join(ROOT, 'catalogue/fixtures'), at('warm'));
  if (['plain', 'astro', 'hugo', 'html'].some(isWanted)) {
    const html = await child('build-child.ts', at('data'), at('html'), 'html');
    await report('our pages from the records, nothing beside them', html, at('html'));
  }
  if (isWanted('plain')) {
    const plain = await child('plain-child.ts', at('html'), at('plain'));
    await report('plain Node, the same bytes read and written', plain, at('plain'));
    await drop('plain');
  }
  if (isWanted('astro')) {
    await layOutAstro(at('astro'), at('html'), join(ROOT, 'node_modules'));
    const astro = join(ROOT, 'node_modules/astro/bin/astro.mjs');
    const env = { ASTRO_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
    const args = [astro, 'build', '--silent', '--root', at('astro')];
    const run = await measureProcess(process.execPath, args, { cwd: at('astro'), env });
    await report('plainest Astro, defaults, the same bytes', run, at('astro/dist'));
    await drop('astro');
  }
  if (isWanted('hugo')) await benchHugo();
  await drop('html', 'hugo', 'rendered');
  if (isWanted('full')) await benchWhole();
} finally {
  if (values.keep) console.log(folder);
  else await rm(folder, { recursive: true, force: true });
}

async function benchHugo(): Promise<void> {
  try {
    console.log(execFileSync('hugo', ['version'], { encoding: 'utf8' }).trim());
  } catch {
    console.log('hugo is not installed (Debian: apt-get install hugo): left out');
    return;
  }
  await mkdir(at('hugo'));
  await layOutHugo(at('hugo'), at('html'));
  const views = await child('views-child.ts', at('data'), at('hugo'));
  console.log(
    `the views of tools, made by one process: ${views.seconds.toFixed(2)} s, ${views.cpuSeconds.toFixed(2)} s of processors`,
  );
  const ours = await child('render-child.ts', at('hugo'), at('rendered'));
  await report('our pages from these views', ours, at('rendered'));
  // It holds all pages at once, some 400 kB each: without a bound of its own the system would end it.
  const env = { GOMEMLIMIT: `${Math.floor((0.7 * freemem()) / 2 ** 20)}MiB` };
  const run = await measureProcess('hugo', ['--source', at('hugo'), '--quiet'], { env });
  await report('Hugo from these views, a template of the same content', run, at('hugo/public'));
  const [us, them] = [await toolPages(at('rendered')), await toolPages(at('hugo/public'))];
  const times = (one: number, other: number) => `${(one / other).toFixed(2)} times`;
  console.log(
    `  Hugo takes ${times(run.seconds, ours.seconds)} as long, ${times(run.cpuSeconds, ours.cpuSeconds)} the processor time, and writes ${times(them.bytes, us.bytes)} the bytes`,
  );
  if (Math.abs(them.bytes / us.bytes - 1) > 0.1 || us.files !== them.files)
    console.log('  NOT COMPARABLE: the templates have grown apart');
}

/** The whole site with twins, lists and indexes; then the hundredth part of it changed. */
async function benchWhole(): Promise<void> {
  const full = await child('build-child.ts', at('data'), at('site'));
  await report('the whole site', full, at('site'));
  const names = await sizeOf(at('site/search'));
  const pagefind = await sizeOf(at('site/pagefind'));
  console.log(
    `  names index ${kB(names.bytes)} in ${names.files} files; full text ${kB(pagefind.bytes)} in ${pagefind.files}`,
  );
  const index = await child('index-child.ts', at('site'), at('index'));
  console.log(`  full text indexed by itself: ${index.seconds.toFixed(2)} s`);
  await drop('index');
  if (isWanted('refresh')) await benchRefresh(full);
}

async function benchRefresh(full: Measured): Promise<void> {
  let later = full;
  // The first one after a build from nothing has no folder that it could bring up to date. The second has, and other tools changed.
  for (const [which, first] of [
    ['the first refresh', 50],
    ['every later one', 75],
  ] as const) {
    const { tools, servers } = await changeOneInHundred(openStore(at('data')), first);
    const part = await child('build-child.ts', at('data'), at('site'));
    console.log(
      `${tools} tools changed on ${servers} servers, ${which}: ${part.seconds.toFixed(2)} s, ${share(part, full)}, peak ${MiB(part)} a process`,
    );
    later = part;
  }
  const nothing = await child('build-child.ts', at('data'), at('site'));
  console.log(`nothing changed: ${nothing.seconds.toFixed(2)} s, ${share(nothing, full)}`);
  const again = await child('build-child.ts', at('data'), at('again'));
  console.log(
    `the whole of the changed catalogue from nothing: ${again.seconds.toFixed(2)} s, ${again.cpuSeconds.toFixed(2)} s of processors`,
  );
  // On a machine whose speed changes by the minute the whole before says little by itself.
  console.log(`  the refresh before it: ${share(later, again)}`);
  const [one, other] = [await treeDigest(at('site')), await treeDigest(at('again'))];
  console.log(
    one.digest === other.digest
      ? `  ${one.files} files, byte-equal to it (${one.digest.slice(0, 16)})`
      : `  NOT BYTE-EQUAL to it: ${differing(one.each, other.each).join(', ')}`,
  );
}

/** The first files that differ, or that only one tree has. */
function differing(one: Map<string, string>, other: Map<string, string>): string[] {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => one.get(path) !== other.get(path)).slice(0, 20);
}

// A run at 50,000 tools would keep some 20 GB on disk, and as much of the memory for them.
async function drop(...names: string[]): Promise<void> {
  for (const name of names) await rm(at(name), { recursive: true, force: true });
}

async function report(
  what: string,
  { seconds, cpuSeconds, peakBytes }: Measured,
  dir: string,
): Promise<void> {
  const pages = await toolPages(dir);
  const rate = Math.round(pages.files / seconds);
  console.log(
    `${what}: ${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of processors, ${pages.files} pages of tools, ${rate} a second, ${Math.round(pages.bytes / pages.files)} bytes a page, peak ${(peakBytes / 2 ** 20).toFixed(0)} MiB a process`,
  );
}

async function toolPages(dir: string): Promise<{ files: number; bytes: number }> {
  const isPage = (path: string) => path.includes('/tools/') && path.endsWith('.html');
  return sizeOf(join(dir, 'servers'), isPage);
}

async function sizeOf(dir: string, isWantedFile = (_path: string) => true) {
  const found = { files: 0, bytes: 0 };
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !isWantedFile(path)) continue;
    found.files += 1;
    found.bytes += (await stat(path)).size;
  }
  return found;
}

function isWanted(part: string): boolean {
  return !values.skip.includes(part);
}

function share(part: Measured, whole: Measured): string {
  const percent = (one: number, other: number) => `${((100 * one) / other).toFixed(1)} %`;
  return `${percent(part.seconds, whole.seconds)} of the whole, of its processor time ${percent(part.cpuSeconds, whole.cpuSeconds)}`;
}

function MiB({ peakBytes }: Measured): string {
  return `${(peakBytes / 2 ** 20).toFixed(0)} MiB`;
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
