// `npm run draw:previews`: draws the pictures that stand for a link to the site elsewhere. Wants Chromium, as its tests do.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { levels } from '@toolwarden/catalogue';
import { chromium } from 'playwright-core';

const ROOT = resolve(import.meta.dirname, '..');
const OUT = join(ROOT, 'site/src/previews');
const font = await readFile(
  join(
    ROOT,
    'node_modules/@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2',
  ),
  'base64',
);
/** The light theme's colours of levels, and a shape each, as the pages have them: never colour alone. */
const LOOKS = {
  Critical: {
    colour: '#a30f4c',
    shape: '<path d="M7 1h10l6 6v10l-6 6H7l-6-6V7Z"/><path fill="#fff" d="M5 10h14v4H5Z"/>',
  },
  High: {
    colour: '#a83b06',
    shape:
      '<path d="M12 0l12 12-12 12L0 12Z"/><path fill="#fff" d="M11 5h2.4v8H11Zm0 10h2.4v2.6H11Z"/>',
  },
  Medium: {
    colour: '#6f5200',
    shape: '<path d="M12 1l12 22H0Z"/><path fill="#fff" d="M11 8h2.4v7H11Zm0 9h2.4v2.6H11Z"/>',
  },
  Low: {
    colour: '#0b6b6b',
    shape: '<circle cx="12" cy="12" r="9.5" fill="none" stroke="currentColor" stroke-width="4"/>',
  },
};
const BRAND =
  '<path fill-rule="evenodd" d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4Zm4.6 5a3.4 3.4 0 0 0-1.6 6.4L9.4 18h5.2l-1-5.6A3.4 3.4 0 0 0 12 6Z"/>';

const plain = { colour: '#12181c', shape: BRAND };
const previews = [
  {
    name: 'site',
    ...plain,
    title: 'What can this tool do?',
    words: 'The open catalogue of MCP tools, by risk',
  },
  {
    name: 'server',
    ...plain,
    title: 'An MCP server',
    words: 'Its tools by risk, and one policy for all of them',
  },
  {
    name: 'attack',
    ...plain,
    title: 'An attack on agents',
    words: 'How it works, and what stops it',
  },
  {
    name: 'tool',
    colour: '#4b5459',
    shape: BRAND,
    title: 'Not classified',
    words: 'An MCP tool that nobody has judged yet',
  },
  ...levels.map(({ id, title }) => ({
    name: `tool-${id.toLowerCase()}`,
    ...LOOKS[id],
    title,
    words: 'An MCP tool: what it does, why, a policy',
  })),
];

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 1200, height: 630 } });
for (const { name, colour, shape, title, words } of previews) {
  await page.setContent(`<style>
    @font-face { font-family: A; font-weight: 200 800; src: url(data:font/woff2;base64,${font}); }
    body { margin: 0; width: 1200px; height: 630px; box-sizing: border-box; padding: 80px; border-left: 40px solid ${colour};
      background: #f4f5f1; color: #12181c; font: 44px/1.3 A; display: grid; align-content: space-between; }
    h1 { display: flex; gap: 40px; align-items: center; margin: 0; font-size: 108px; line-height: 1.05; letter-spacing: -0.03em; color: ${colour}; }
    h1 svg { flex: none; width: 110px; } p { margin: 30px 0 0; } svg { fill: currentColor; }
    footer { display: flex; gap: 16px; align-items: center; font-weight: 750; } footer svg { width: 52px; }
  </style><div><h1><svg viewBox="0 0 24 24">${shape}</svg>${title}</h1><p>${words}</p></div>
  <footer><svg viewBox="0 0 24 24">${BRAND}</svg>Toolwarden</footer>`);
  await page.evaluate('document.fonts.ready');
  await page.screenshot({ path: join(OUT, `${name}.png`) });
}
await browser.close();
console.log(`${previews.length} previews drawn`);
