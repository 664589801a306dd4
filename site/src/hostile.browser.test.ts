import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverSlug } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { builtSite } from './testing/built-site.ts';
import { hasChromium, openPage, watchPage } from './testing/chromium.ts';
import { HOSTILE_TEXTS, type HostileServer, hostileServer } from './testing/hostile-server.ts';

describe.skipIf(!hasChromium)('a hostile text in every field, in Chromium', () => {
  const servers = HOSTILE_TEXTS.map(hostileServer);
  const slugOf = ({ record }: HostileServer) => serverSlug(record.id);

  const site = builtSite(async (folder) => {
    const dataDir = join(folder, 'data');
    const store = openStore(dataDir);
    for (const { record, classifications, history } of servers) {
      await store.writeServer(record);
      await store.writeClassifications({ id: record.id, tools: classifications });
      await store.appendHistory(record.id, history);
    }
    return dataDir;
  });

  test('the build finds nothing to say of them', () => expect(site.problems).toEqual([]));

  /** Opens pages one after the other; none may run, be led elsewhere, grow handlers or be wider than a phone. */
  async function expectHarmless(
    paths: readonly string[],
    use: (page: Page) => Promise<unknown> = async () => {},
  ) {
    const context = await site.browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    const faults = watchPage(page, site.url);
    try {
      for (const path of paths) {
        await openPage(page, `${site.url}${path}`);
        await use(page);
        // The widths are those of our own fonts.
        await page.evaluate(() => document.fonts.ready);
        const found = await page.evaluate(() => ({
          isRun: 'pwned' in window,
          host: location.host,
          width: document.documentElement.scrollWidth,
          strange: [...document.querySelectorAll('iframe, object, embed, base, math, mglyph')]
            .length,
          refreshes: document.querySelectorAll('meta[http-equiv=refresh i]').length,
          handlers: [...document.querySelectorAll('*')].filter((part) =>
            part.getAttributeNames().some((name) => /^(on|style$|autofocus$|srcdoc$)/.test(name)),
          ).length,
          links: [...document.querySelectorAll('[href], [src], [action]')]
            .flatMap((part) =>
              ['href', 'src', 'action'].flatMap((name) => part.getAttribute(name) ?? []),
            )
            .filter((target) => !/^(\/(?!\/)|#|https?:\/\/localhost:4321)/.test(target)),
        }));
        expect(found, path).toEqual({
          isRun: false,
          host: new URL(site.url).host,
          width: 360,
          strange: 0,
          refreshes: 0,
          handlers: 0,
          links: [],
        });
      }
      expect(faults).toEqual([]);
    } finally {
      await context.close();
    }
  }

  test.for(servers.map((server, index) => [HOSTILE_TEXTS[index] ?? '', server] as const))(
    'S1: %s stays text on the server’s pages',
    async ([, server]) => {
      const url = `/servers/${slugOf(server)}`;
      const lines = (await readFile(join(site.dir, 'api/v1/tools.jsonl'), 'utf8')).split('\n');
      const tools = lines
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { url: string }).url)
        .filter((each) => each.startsWith(`${url}/`));
      expect(tools).toHaveLength(1);
      await expectHarmless([url, ...tools]);
    },
  );

  test('S1: every field reaches a page, so that what is tried is not left out', async () => {
    const [first] = servers;
    if (first === undefined) throw new Error('there is no hostile server');
    const url = `/servers/${slugOf(first)}`;
    const lines = (await readFile(join(site.dir, 'api/v1/tools.jsonl'), 'utf8')).split('\n');
    const tool = lines
      .map((line) => (line === '' ? '' : JSON.parse(line).url))
      .find((each) => each.startsWith(`${url}/`));
    const html = (
      await Promise.all([url, tool].map((path) => readFile(join(site.dir, `${path}.html`), 'utf8')))
    )
      .join('')
      .replaceAll('<wbr>', '');
    const text = JSON.stringify(first);
    const fields = [...text.matchAll(/<\/script> ([a-z-]+)/g)].map(([, field = '']) => field);
    const missing = [...new Set(fields)].filter((field) => !html.includes(`script&gt; ${field}`));
    // No page shows these, but their twins do; of a former description the pieces that differ are shown.
    expect(missing.sort()).toEqual([
      'bin',
      'capability',
      'capability-value',
      'former-description',
      'server-description',
      'server-name',
      'server-version',
      'switch',
      'website',
    ]);
    expect(new Set(fields).size).toBeGreaterThan(40);
  });

  test('S1: the same texts stay text in lists, indexes and feeds', async () => {
    await expectHarmless([
      '/',
      '/servers',
      '/failures',
      '/changes',
      '/areas',
      '/publishers',
      '/publishers/@hostile',
      '/risk/medium',
      '/traits/suspicious_definition',
    ]);
    const context = await site.browser.newContext();
    const page = await context.newPage();
    for (const path of [
      '/changes.xml',
      '/sitemap.xml',
      ...servers.map((each) => `/servers/${slugOf(each)}/feed.xml`),
    ]) {
      await page.goto(`${site.url}${path}`);
      const found = await page.evaluate(() => ({
        isRun: 'pwned' in window,
        isBroken: document.querySelector('parsererror') !== null,
        scripts: document.querySelectorAll('script').length,
      }));
      expect(found, path).toEqual({ isRun: false, isBroken: false, scripts: 0 });
    }
    await context.close();
  });

  test('S1: the same texts stay text in the search, the builder and the comparison', async () => {
    await expectHarmless(['/search?q=pwned', '/search?q=hostile'], (page) =>
      page.waitForSelector('[data-results] a'),
    );
    for (const server of servers.filter((_, index) => index % 3 === 0)) {
      const slug = slugOf(server);
      await expectHarmless([`/builder?server=${slug}&with=recommended`], async (page) => {
        await page.waitForSelector('.tool-rules li');
        await page.click('text=Try the call');
        await page.waitForSelector('.latest[data-effect]');
      });
      await expectHarmless(
        [`/compare?a=${slug}&a-until=2026-11-20T04:00:00.000Z&b=${slug}`],
        (page) => page.waitForSelector('.compared'),
      );
    }
  }, 240_000);

  test('S1: the same texts stay text where a configuration or a list of tools is pasted', async () => {
    const configuration = Object.fromEntries(
      HOSTILE_TEXTS.map((text, index) => [
        text,
        { command: 'npx', args: ['-y', `@hostile/text-${index}`, text], env: { [text]: text } },
      ]),
    );
    await expectHarmless(['/stack'], async (page) => {
      await page.fill('.drop textarea', JSON.stringify({ mcpServers: configuration }));
      await page.click('text=Look it up');
      await page.waitForSelector('.stack-tools');
    });
    const tools = servers.flatMap(({ record }) => record.tools.map(({ definition }) => definition));
    await expectHarmless(['/builder'], async (page) => {
      await page.click('text=/Paste a/');
      await page.fill('details textarea', JSON.stringify({ tools }));
      await page.click('text=Use this');
      await page.waitForSelector('.tool-rules li');
    });
  });
});
