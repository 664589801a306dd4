import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openStore } from '@toolwarden/catalogue/store';
import { expect, test } from 'vitest';
import { compileTemplates } from './compile-templates.ts';
import { serverPages } from './lib/server-pages.ts';
import { type SitePage, sitePages } from './lib/site-pages.ts';
import { fileOf, openRenderer } from './page-renderer.ts';
import { readCatalogue } from './testing/read-catalogue.ts';

const FIXTURES = join(import.meta.dirname, '../../catalogue/fixtures');

/** The documented way, by a request: what our own way is measured against. */
async function openApp(dir: string) {
  const server = join(dir, 'server');
  const entry = (await readdir(server)).find((file) => file.startsWith('prerender-entry')) ?? '';
  const { app } = await import(/* @vite-ignore */ pathToFileURL(join(server, entry)).href);
  app.setInternals({ pagesByKeys: new Map(), entrySpecifierToBundleMap: new Map() });
  app.setOptions({
    settings: { scripts: [] },
    logger: { options: { destination: { write: () => true } } },
  });
  return async ({ template, url, view }: SitePage): Promise<string> => {
    const { routeData } = app.manifest.routes.find(
      (each: { routeData: { component: string } }) =>
        each.routeData.component === `src/pages/${template}.astro`,
    );
    const request = new Request(new URL(fileOf(url), 'http://localhost'));
    const response = await app.render(request, {
      routeData: { ...routeData, pathname: url, params: [] },
      locals: { page: view },
    });
    return response.text();
  };
}

test('every page is what Astro gives for a request of it', async () => {
  const { dir } = await compileTemplates(new AbortController().signal);
  const { catalogue, entries } = await readCatalogue(FIXTURES);
  const store = openStore(FIXTURES);
  const around = { ...catalogue, countTokens: (text: string) => text.length };
  const pages = sitePages(catalogue);
  for (const entry of entries) {
    const { items: history } = await store.readHistory(entry.record.id);
    pages.push(...serverPages(around, entry, history).map(({ make }) => make()));
  }
  const [renderer, render] = [await openRenderer(dir), await openApp(dir)];
  const urls = new Set(pages.map(({ url }) => url));
  const own = renderer.ownPages.filter(({ url }) => !urls.has(url));
  pages.push(...own.map((page) => ({ ...page, view: null })));
  expect(new Set(pages.map(({ template }) => template)).size).toBeGreaterThan(20);
  for (const page of pages) {
    const html = await renderer.render(page.template, page.url, page.view);
    expect(html.length, page.url).toBeGreaterThan(2000);
    expect(html, page.url).toBe(await render(page));
  }
}, 600_000);
