import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { categories, levels, traits } from '@toolwarden/catalogue';
import { attackFacets } from './lib/attack-facets.ts';
import { attackLine } from './lib/attack-twin.ts';
import { serverLine, toolLine } from './lib/bulk-lines.ts';
import type { CatalogueView } from './lib/catalogue-view.ts';
import { FAVICON } from './lib/favicon.ts';
import { llmsText } from './lib/llms-text.ts';
import { sitemaps } from './lib/sitemap.ts';
import { attackUrl, categoryUrl, levelUrl, traitUrl } from './lib/urls.ts';

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
    ['favicon.svg', FAVICON],
    ['llms.txt', llmsText(origin)],
    ['robots.txt', `User-agent: *\nAllow: /\n\nSitemap: ${new URL('/sitemap.xml', origin).href}\n`],
    ...sitemaps(pathsOf(catalogue), origin),
  ]);
  await mkdir(join(outDir, 'api', 'v1'), { recursive: true });
  for (const [file, text] of files) await writeFile(join(outDir, file), text);
}

function lines(items: object[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join('');
}

/** Every page that a search engine should know; not those of servers that are gone. */
function pathsOf({ servers, tools, attacks }: CatalogueView): string[] {
  const present = servers.filter(({ status }) => status !== 'gone');
  return [
    ...[
      '/',
      '/servers',
      '/risk',
      '/categories',
      '/traits',
      '/attacks',
      '/method',
      '/data',
      '/failures',
      '/search',
    ],
    ...levels.map(({ id }) => levelUrl(id)),
    ...categories.map(({ id }) => categoryUrl(id)),
    ...traits.map(({ id }) => traitUrl(id)),
    ...attacks.map(({ id }) => attackUrl(id)),
    ...attackFacets(attacks).flatMap(({ values }) => values.map(({ url }) => url)),
    ...present.map(({ url }) => url),
    ...tools.map(({ url }) => url),
  ];
}
