// `npm run draw:screenshots [-- --site DIR] [--only home,tool]`: the top of each type of page of the committed catalogue, at
// three widths in light and dark, into docs/screenshots as WebP.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSite } from '@toolwarden/site';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openPage } from '../site/src/testing/chromium.ts';
import { serveForTest } from '../site/src/testing/static-server.ts';

const ROOT = resolve(import.meta.dirname, '..');
const OUT = join(ROOT, 'docs/screenshots');
const QUALITY = 0.8;
/** What is seen, and how wide the picture of it is. */
const SCREENS = [
  { width: 360, height: 900, pictureWidth: 360 },
  { width: 768, height: 1000, pictureWidth: 640 },
  { width: 1440, height: 1000, pictureWidth: 960 },
];
const SERVER = 'npm__iterable__mcp';
const STACK = {
  mcpServers: Object.fromEntries(
    ['@iterable/mcp', '@modelcontextprotocol/server-memory', '@codefuturist/email-mcp'].map(
      (name) => [name.split('/')[1] ?? name, { command: 'npx', args: ['-y', name] }],
    ),
  ),
};

// Runs in the browser, whose objects the types of this folder do not know.
const SHRINK = `async ([address, width, quality]) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.round((image.height * width) / image.width);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/webp', quality);
}`;

type Shot = { path: string; fill?: (page: Page) => Promise<unknown> };
const waitFor = (selector: string) => (page: Page) => page.waitForSelector(selector);
const SHOTS: Record<string, Shot> = {
  404: { path: '/no-such-page' },
  area: { path: '/areas/messaging' },
  attack: { path: '/attacks/lethal-trifecta' },
  attacks: { path: '/attacks' },
  builder: { path: `/builder?server=${SERVER}&with=recommended`, fill: waitFor('.tool-rules li') },
  category: { path: '/categories/execute' },
  changes: { path: '/changes' },
  compare: {
    path: `/compare?a=${SERVER}&b=npm__codefuturist__email-mcp`,
    fill: waitFor('.compared'),
  },
  data: { path: '/data' },
  failures: { path: '/failures' },
  framework: { path: '/attacks/by/framework/cwe' },
  home: { path: '/' },
  level: { path: '/risk/critical' },
  method: { path: '/method' },
  publisher: { path: '/publishers/@modelcontextprotocol' },
  search: { path: '/search?q=send', fill: waitFor('[data-results] a') },
  server: { path: `/servers/${SERVER}` },
  stack: {
    path: '/stack',
    fill: async (page) => {
      await page.fill('.drop textarea', JSON.stringify(STACK));
      await page.click('text=Look it up');
      await page.waitForSelector('.stack-tools');
    },
  },
  tool: { path: `/servers/${SERVER}/tools/send_campaign` },
  trait: { path: '/traits/destructive' },
};

const { values } = parseArgs({ options: { site: { type: 'string' }, only: { type: 'string' } } });
const only = values.only?.split(',');
const folder = await mkdtemp(join(tmpdir(), 'screenshots-'));
const dir = values.site ? resolve(values.site) : join(folder, 'site');
if (!values.site) await buildSite({ dataDir: join(ROOT, 'data'), outDir: dir });
const site = await serveForTest(dir);
const browser = await launchChromium();
try {
  for (const [name, shot] of Object.entries(SHOTS))
    if (only === undefined || only.includes(name)) await take(browser, name, shot);
} finally {
  await browser.close();
  site.close();
  await rm(folder, { recursive: true, force: true });
}

async function take(all: Browser, name: string, { path, fill }: Shot): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const { width, height, pictureWidth } of SCREENS) {
      const context = await all.newContext({ viewport: { width, height }, colorScheme });
      const page = await context.newPage();
      await openPage(page, site.url + path);
      await fill?.(page);
      await page.evaluate('document.fonts.ready');
      const picture = await page.screenshot();
      await context.close();
      const file = join(OUT, `${name}-${width}-${colorScheme}.webp`);
      await writeFile(file, await asWebp(all, picture, pictureWidth));
    }
  process.stdout.write(`${name}\n`);
}

/** A picture made smaller, by a browser's own means: one package less. */
async function asWebp(all: Browser, png: Buffer, width: number): Promise<Buffer> {
  const page = await all.newPage();
  const source = `data:image/png;base64,${png.toString('base64')}`;
  const made = await page.evaluate<string>(
    `(${SHRINK})(${JSON.stringify([source, width, QUALITY])})`,
  );
  await page.close();
  return Buffer.from(made.slice(made.indexOf(',') + 1), 'base64');
}
