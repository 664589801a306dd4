import { escapeXml } from './xml.ts';

/** The protocol's limit for one file. */
const MAX_URLS = 50_000;

/** `sitemap.xml`, and the files it names where one is not enough. No dates: the same data gives the same bytes. */
export function sitemaps(
  paths: readonly string[],
  origin: string,
  max = MAX_URLS,
): [file: string, text: string][] {
  const address = (path: string) => escapeXml(new URL(path, origin).href);
  const urlset = (part: readonly string[]) =>
    `${HEAD}<urlset ${NAMESPACE}>\n${part.map((path) => `<url><loc>${address(path)}</loc></url>\n`).join('')}</urlset>\n`;
  if (paths.length <= max) return [['sitemap.xml', urlset(paths)]];
  const parts = Array.from({ length: Math.ceil(paths.length / max) }, (_, index) => ({
    file: `sitemap-${index + 1}.xml`,
    text: urlset(paths.slice(index * max, (index + 1) * max)),
  }));
  const index = parts.map(({ file }) => `<sitemap><loc>${address(`/${file}`)}</loc></sitemap>\n`);
  return [
    ['sitemap.xml', `${HEAD}<sitemapindex ${NAMESPACE}>\n${index.join('')}</sitemapindex>\n`],
    ...parts.map(({ file, text }): [string, string] => [file, text]),
  ];
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"';
