import { hash } from 'node:crypto';
import type { CatalogueView } from './catalogue-view.ts';
import { sameActElsewhere } from './related-tools.ts';
import { asLink } from './tool-link.ts';

/** For each server a digest of what its pages say of other servers, by slug. */
export function aroundDigests({ servers, acts }: CatalogueView): Map<string, string> {
  return new Map(
    servers.map(({ slug, tools }) => {
      const others = tools.map((tool) => sameActElsewhere(acts, tool).map(asLink));
      return [slug, hash('sha256', JSON.stringify(others), 'hex').slice(0, 32)];
    }),
  );
}
