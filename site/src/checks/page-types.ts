import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltSite } from './site-files.ts';

/** One kind of page, by the template that its address tells. */
export type PageType = {
  type: string;
  count: number;
  /** The page of middle size, and the largest. */
  typical: string;
  largest: string;
};

/** Every kind of page that a site has: a template that is added later is in it without being named here. */
export async function pageTypes(dir: string, site: BuiltSite): Promise<PageType[]> {
  const sized = await Promise.all(
    site.pages.map(async (page) => ({ page, size: (await stat(join(dir, page))).size })),
  );
  return [...Map.groupBy(sized, ({ page }) => typeOf(page))]
    .map(([type, pages]) => {
      const bySize = pages.toSorted((a, b) => a.size - b.size || (a.page < b.page ? -1 : 1));
      return {
        type,
        count: pages.length,
        typical: bySize[Math.floor(bySize.length / 2)]?.page ?? '',
        largest: bySize.at(-1)?.page ?? '',
      };
    })
    .sort((a, b) => (a.type < b.type ? -1 : 1));
}

// `/servers/x/tools/y.html` is of the type `/servers/*/tools/*`.
function typeOf(page: string): string {
  const [, room = '', name, kind, ...rest] = page.replace(/\.html$/, '').split('/');
  if (name === undefined) return `/${room}`;
  if (room === 'attacks' && name === 'by') return '/attacks/by/*';
  if (kind === undefined || /^\d+$/.test(kind)) return `/${room}/*`;
  return `/${room}/*/${kind}${rest.length > 0 ? '/*' : ''}`;
}

/** Every n-th page, so that about so many are looked at. */
export function sampleOf(site: BuiltSite, size: number): string[] {
  const step = Math.max(1, Math.floor(site.pages.length / size));
  return site.pages.filter((_, index) => index % step === 0);
}
