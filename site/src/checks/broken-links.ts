import { type BuiltSite, fileOf } from './site-files.ts';

export type LinkCheck = { links: number; broken: string[] };

/** Every link of every page, sitemap and feed to this site: its page must be there, and what its fragment names on it. */
export async function brokenLinks(site: BuiltSite, origin: string): Promise<LinkCheck> {
  const ids = new Map<string, ReadonlySet<string>>();
  const links: { from: string; to: string }[] = [];
  for (const page of site.pages) {
    const html = await site.read(page);
    const found = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => unescaped(id));
    ids.set(page, new Set(found));
    for (const [, to = ''] of html.matchAll(
      /(?:\s(?:href|src|action)|\sproperty="og:image" content)="([^"]*)"/g,
    ))
      links.push({ from: page, to: unescaped(to) });
  }
  for (const file of [...site.files].filter((each) => /\.(xml|txt)$/.test(each))) {
    const text = await site.read(file);
    for (const [, to = '', elsewhere = ''] of text.matchAll(
      /<loc>([^<]+)<\/loc>|\shref="([^"]+)"/g,
    ))
      links.push({ from: file, to: unescaped(to || elsewhere) });
  }
  const inside = links.flatMap(({ from, to }) => {
    const path = to.startsWith(`${origin}/`) ? to.slice(origin.length) : to;
    return /^(\/(?!\/)|#)/.test(path) ? [{ from, path }] : [];
  });
  const broken = inside
    .filter(({ from, path }) => !leadsSomewhere(site, ids, from, path))
    .map(({ from, path }) => `${from}: ${path}`);
  return { links: inside.length, broken: [...new Set(broken)] };
}

function leadsSomewhere(
  site: BuiltSite,
  ids: ReadonlyMap<string, ReadonlySet<string>>,
  from: string,
  to: string,
): boolean {
  const [whole = '', fragment] = to.split('#');
  const path = whole.split('?')[0] ?? '';
  const target = path === '' ? from : fileOf(site, decodeURIComponent(path));
  if (target === undefined) return false;
  return fragment === undefined || ids.get(target)?.has(decodeURIComponent(fragment)) === true;
}

function unescaped(text: string): string {
  return text
    .replaceAll('&#39;', "'")
    .replaceAll('&#34;', '"')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#38;', '&')
    .replaceAll('&amp;', '&');
}
