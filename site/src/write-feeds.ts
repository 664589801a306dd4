import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attacksFeed, changesFeed } from './lib/atom-feed.ts';
import { attackLine } from './lib/attack-twin.ts';
import { serverLine, toolLine } from './lib/bulk-lines.ts';
import type { CatalogueView } from './lib/catalogue-view.ts';
import { FAVICON } from './lib/favicon.ts';
import { llmsText } from './lib/llms-text.ts';
import { securityText } from './lib/security-text.ts';
import { latestChanges, sitePages } from './lib/site-pages.ts';
import { sitemaps } from './lib/sitemap.ts';

/** Writes what is made from the whole catalogue: lists, sitemap, robots.txt, llms.txt and the icon. */
export async function writeFeeds(
  catalogue: CatalogueView,
  outDir: string,
  origin: string,
): Promise<void> {
  const files = new Map<string, string>([
    ['api/v1/tools.jsonl', lines(catalogue.tools.map(toolLine))],
    ['api/v1/servers.jsonl', lines(catalogue.servers.map(serverLine))],
    ['api/v1/attacks.jsonl', lines(catalogue.attackEntries.map(attackLine))],
    [
      'changes.xml',
      changesFeed(
        { title: 'Toolwarden: changes', path: '/changes.xml', page: '/changes' },
        latestChanges(catalogue).slice(0, 100),
        origin,
      ),
    ],
    ['attacks/feed.xml', attacksFeed(catalogue.attacks, origin)],
    ['.well-known/security.txt', securityText(origin)],
    ['favicon.svg', FAVICON],
    ['llms.txt', llmsText(origin)],
    ['robots.txt', `User-agent: *\nAllow: /\n\nSitemap: ${new URL('/sitemap.xml', origin).href}\n`],
    ...sitemaps(pathsOf(catalogue), origin),
  ]);
  for (const [file, text] of files) {
    await mkdir(dirname(join(outDir, file)), { recursive: true });
    await writeFile(join(outDir, file), text);
  }
}

function lines(items: object[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join('');
}

/** Every page that a search engine should know; not those of servers that are gone. */
function pathsOf(catalogue: CatalogueView): string[] {
  const present = catalogue.servers.filter(({ status }) => status !== 'gone');
  return [
    ...sitePages(catalogue).map(({ url }) => url),
    ...OWN_PAGES,
    ...present.map(({ url }) => url),
    ...catalogue.tools.map(({ url }) => url),
  ];
}

/** Pages that are made from no data. */
const OWN_PAGES = ['/search', '/data'];
