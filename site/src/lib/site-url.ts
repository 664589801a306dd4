/** Where the site is published, for what must be a whole address: canonical links, sitemap, robots.txt. */
export const DEFAULT_ORIGIN = 'http://localhost:4321';

/** The whole address of a page. */
export function siteUrl(path: string): string {
  return new URL(path, process.env['TOOLWARDEN_SITE_ORIGIN'] ?? DEFAULT_ORIGIN).href;
}
