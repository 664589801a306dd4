import type { Category, Level, Trait } from '@toolwarden/catalogue';

/** Where a server's page lies. No level, number or version in it, so it never moves. */
export function serverUrl(serverSlug: string): string {
  return `/servers/${serverSlug}`;
}

export function toolUrl(serverSlug: string, toolSlug: string): string {
  return `${serverUrl(serverSlug)}/tools/${toolSlug}`;
}

export function levelUrl(level: Level | undefined): string {
  return `/risk/${level?.toLowerCase() ?? 'unclassified'}`;
}

export function categoryUrl(category: Category): string {
  return `/categories/${category.toLowerCase()}`;
}

export function traitUrl(trait: Trait): string {
  return `/traits/${trait}`;
}

/** An entry of the attack database. Its id is stable, so its page is. */
export function attackUrl(id: string): string {
  return `/attacks/${id}`;
}

/** The entries that share a value of a facet. */
export function attackFacetUrl(facet: string, value: string): string {
  return `/attacks/by/${facet}/${value.toLowerCase()}`;
}

/** The address of a page of a long list; the first has no number. */
export function pageUrl(base: string, page: number): string {
  return page === 1 ? base : `${base}/${page}`;
}

/** Where the files beside a page lie, without a suffix: the first page of the site has no name of its own. */
export function twinPath(url: string): string {
  return url === '/' ? '/index' : url;
}

/** A page of the list of servers. No server can have this address: slugs of servers begin with their origin. */
export function serversUrl(page: number): string {
  return page === 1 ? '/servers' : `/servers/all/${page}`;
}

/** A link from a record that may be followed: https only, everything else is shown as text. */
export function safeLink(link: string | undefined): string | undefined {
  if (link === undefined) return undefined;
  // npm writes repositories as `git+https://` and the rest.
  const plain = link.trim().replace(/^git\+(?=https:)/, '');
  const url = URL.parse(plain);
  return url?.protocol === 'https:' && url.username === '' && url.password === ''
    ? url.href
    : undefined;
}
