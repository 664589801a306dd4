import { escapeXml } from './xml.ts';

/** The protocol's limit for one file. */
const MAX_URLS = 50_000;

/** A page for search engines, with the day it last changed where the history of the data knows one. */
export type SitemapPage = { path: string; changedOn?: string | undefined };

/** `sitemap.xml`, and the files it names where one is not enough. No day of a build: the same data gives the same bytes. */
export function sitemaps(
  pages: readonly SitemapPage[],
  origin: string,
  max = MAX_URLS,
): [file: string, text: string][] {
  const address = (path: string) => escapeXml(new URL(path, origin).href);
  const lastmod = (day: string | undefined) => (day ? `<lastmod>${day}</lastmod>` : '');
  const urlset = (part: readonly SitemapPage[]) =>
    `${HEAD}<urlset ${NAMESPACE}>\n${part.map(({ path, changedOn }) => `<url><loc>${address(path)}</loc>${lastmod(changedOn)}</url>\n`).join('')}</urlset>\n`;
  if (pages.length <= max) return [['sitemap.xml', urlset(pages)]];
  const parts = Array.from({ length: Math.ceil(pages.length / max) }, (_, index) => ({
    file: `sitemap-${index + 1}.xml`,
    text: urlset(pages.slice(index * max, (index + 1) * max)),
  }));
  const index = parts.map(({ file }) => `<sitemap><loc>${address(`/${file}`)}</loc></sitemap>\n`);
  return [
    ['sitemap.xml', `${HEAD}<sitemapindex ${NAMESPACE}>\n${index.join('')}</sitemapindex>\n`],
    ...parts.map(({ file, text }): [string, string] => [file, text]),
  ];
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"';
