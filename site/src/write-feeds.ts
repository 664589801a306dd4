import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attacksFeed, changesFeed } from './lib/atom-feed.ts';
import { attackLine } from './lib/attack-twin.ts';
import { serverLine, toolLine } from './lib/bulk-lines.ts';
import type { CatalogueView } from './lib/catalogue-view.ts';
import { csv } from './lib/csv.ts';
import { FAVICON } from './lib/favicon.ts';
import { printJson } from './lib/json-file.ts';
import { llmsText } from './lib/llms-text.ts';
import { apiIndex, openApiDocument } from './lib/open-api.ts';
import { previewPath, previews } from './lib/preview.ts';
import { registryMeta } from './lib/registry-meta.ts';
import { schemaFiles } from './lib/schema-files.ts';
import { securityText } from './lib/security-text.ts';
import { latestChanges, type SitePage } from './lib/site-pages.ts';
import { type SitemapPage, sitemaps } from './lib/sitemap.ts';
import { writeSqlite } from './write-sqlite.ts';

/** Writes what is made from the whole catalogue: lists, sitemap, robots.txt, llms.txt and the icon. */
export async function writeFeeds(
  catalogue: CatalogueView,
  pages: readonly SitePage[],
  { outDir, origin }: { outDir: string; origin: string },
): Promise<void> {
  const present = catalogue.servers.filter(({ status }) => status !== 'gone');
  const files = new Map<string, string>([
    ['api/v1/tools.jsonl', lines(catalogue.tools.map(toolLine))],
    ['api/v1/servers.jsonl', lines(catalogue.servers.map(serverLine))],
    ['api/v1/tools.csv', csv(catalogue.tools.map(toolLine), TOOL_COLUMNS)],
    ['api/v1/servers.csv', csv(catalogue.servers.map(serverLine), SERVER_COLUMNS)],
    ['api/v1/registry-meta.jsonl', lines(present.map((server) => registryMeta(server, origin)))],
    ['api/index.json', printJson(apiIndex(origin))],
    ['api/openapi.json', printJson(openApiDocument(origin))],
    ...schemaFiles(origin),
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
    ...sitemaps(pagesOf(catalogue, pages), origin),
  ]);
  for (const [file, text] of files) {
    await mkdir(dirname(join(outDir, file)), { recursive: true });
    await writeFile(join(outDir, file), text);
  }
  await mkdir(join(outDir, 'previews'), { recursive: true });
  for (const preview of previews.map(previewPath))
    await copyFile(join(import.meta.dirname, preview), join(outDir, preview));
  writeSqlite(catalogue, join(outDir, 'api', 'v1', 'catalogue.sqlite'));
}

const TOOL_COLUMNS = ['server', 'tool', 'url', 'level', 'category', 'label', 'traits', 'digest'];
const SERVER_COLUMNS = ['id', 'name', 'url', 'version', 'outcome', 'reason', 'isGone', 'tools'];

function lines(items: object[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join('');
}

/** Every page that a search engine should know; not those of servers that are gone. */
function pagesOf(catalogue: CatalogueView, pages: readonly SitePage[]): SitemapPage[] {
  const present = catalogue.servers.filter(({ status }) => status !== 'gone');
  return [
    ...pages.map(({ url }) => ({ path: url })),
    ...[...present, ...catalogue.tools].map(({ url, changedOn }) => ({ path: url, changedOn })),
  ];
}
