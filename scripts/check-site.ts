// `npm run check:site [-- --site DIR]`: looks at every page of the built catalogue. Exit 1 where something is wrong.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSite } from '@toolwarden/site';
import { brokenLinks } from '../site/src/checks/broken-links.ts';
import { faultsInBrowser } from '../site/src/checks/faults-in-browser.ts';
import { invalidHtml } from '../site/src/checks/invalid-html.ts';
import { pageTypes, sampleOf } from '../site/src/checks/page-types.ts';
import { openSite } from '../site/src/checks/site-files.ts';
import { unsafePages } from '../site/src/checks/unsafe-pages.ts';

const SHOWN = 40;
const SAMPLE = 60;
const ORIGIN = 'http://localhost:4321';
const say = (line: string) => process.stdout.write(`${line}\n`);
const { site: given } = parseArgs({ options: { site: { type: 'string' } } }).values;

const folder = await mkdtemp(join(tmpdir(), 'check-site-'));
try {
  process.exitCode = (await check(given ? resolve(given) : await build())) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function build(): Promise<string> {
  const outDir = join(folder, 'site');
  const dataDir = resolve(import.meta.dirname, '../data');
  const { pages, durationMs } = await buildSite({ dataDir, outDir, origin: ORIGIN });
  say(`Built ${pages} pages in ${(durationMs / 1000).toFixed(1)} s.`);
  return outDir;
}

async function check(dir: string): Promise<boolean> {
  const site = await openSite(dir);
  const types = await pageTypes(dir, site);
  const examples = [...new Set(types.flatMap(({ typical, largest }) => [typical, largest]))];
  const sample = [...new Set([...examples, ...sampleOf(site, SAMPLE)])];
  say(`${site.pages.length} pages of ${types.length} types.`);

  const { links, broken } = await brokenLinks(site, ORIGIN);
  report(`links within the site, ${links} of them`, broken);
  const unsafe = await unsafePages(site);
  report('content security policy, inline scripts and styles, every page', unsafe);
  const invalid = await invalidHtml(site, sample);
  report(`valid HTML, ${sample.length} pages`, invalid);
  const examined = types.map(({ typical }) => typical);
  const { opened, faults } = await faultsInBrowser(dir, { opened: sample, examined }, progress);
  report(
    `Chromium: errors, other hosts, width on a phone, ${opened} pages; axe in light and dark, ${examined.length}`,
    faults,
  );
  return [broken, unsafe, invalid, faults].every((found) => found.length === 0);
}

function report(what: string, found: readonly string[]): void {
  say(`${found.length === 0 ? 'ok  ' : 'FAIL'} ${what}: ${found.length} faults`);
  for (const fault of found.slice(0, SHOWN)) say(`     ${fault}`);
  if (found.length > SHOWN) say(`     and ${found.length - SHOWN} more`);
}

function progress(done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done}/${total}${done === total ? '\n' : ''}`);
}
