// `npm run bench:lighthouse [-- --runs 5] [--site DIR] [--lighthouse CLI]`: what Lighthouse says of five pages of the committed
// catalogue, as the median of some runs. Wants Chromium, and Lighthouse, which is fetched where no path to its cli/index.js is given.
// Only a machine that does nothing else gives a performance worth anything.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSite } from '@toolwarden/site';
import { serveForTest } from '../site/src/testing/static-server.ts';

const LIGHTHOUSE = 'lighthouse@13.5.0';
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = '--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run';
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
const SERVER = '/servers/npm__iterable__mcp';
const PAGES = [
  '/',
  `${SERVER}/tools/send_campaign`,
  SERVER,
  '/attacks/lethal-trifecta',
  '/builder',
];

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    site: { type: 'string' },
    lighthouse: { type: 'string' },
  },
});
const folder = await mkdtemp(join(tmpdir(), 'lighthouse-'));
const dir = values.site ? resolve(values.site) : join(folder, 'site');
const dataDir = resolve(import.meta.dirname, '../data');
if (!values.site) await buildSite({ dataDir, outDir: dir });
const host = await serveForTest(dir, { isPacked: true });
let isGood = true;
try {
  for (const path of PAGES) {
    const runs: number[][] = [];
    for (let run = 0; run < Number(values.runs); run += 1)
      runs.push(await scoresOf(`${host.url}${path}`));
    const medians = CATEGORIES.map((_, index) => median(runs.map((each) => each[index] ?? 0)));
    if (medians.some((score) => score < 95)) isGood = false;
    const words = CATEGORIES.map((category, index) => `${category} ${medians[index]}`);
    process.stdout.write(`${path}: ${words.join(', ')} (median of ${runs.length})\n`);
  }
} finally {
  host.close();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = isGood ? 0 : 1;

/** The four scores of one run, out of 100. */
async function scoresOf(url: string): Promise<number[]> {
  const report = join(folder, 'report.json');
  await runLighthouse([
    url,
    `--chrome-flags=${FLAGS}`,
    `--only-categories=${CATEGORIES.join()}`,
    '--output=json',
    `--output-path=${report}`,
    '--quiet',
    '--no-enable-error-reporting',
  ]);
  const { categories } = JSON.parse(await readFile(report, 'utf8')) as {
    categories: Record<string, { score: number }>;
  };
  return CATEGORIES.map((category) => Math.round(100 * (categories[category]?.score ?? 0)));
}

async function runLighthouse(args: string[]): Promise<void> {
  const command = values.lighthouse
    ? [process.execPath, resolve(values.lighthouse)]
    : ['npx', '--yes', LIGHTHOUSE];
  const [program = '', ...before] = command;
  const child = spawn(program, [...before, ...args], {
    env: { ...process.env, CHROME_PATH: CHROMIUM },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  if (code !== 0) throw new Error(`Lighthouse ended with ${code}`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
