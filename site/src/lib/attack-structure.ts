import type { AttackView } from './attack-view.ts';
import { siteUrl } from './site-url.ts';

/** JSON-LD of an attack's page. */
export function attackStructure({ title, summary, url, aliases }: AttackView): object {
  return {
    '@context': 'https://schema.org',
    '@graph': [
      {
        '@type': 'TechArticle',
        headline: title,
        description: summary,
        url: siteUrl(url),
        keywords: aliases,
      },
      {
        '@type': 'BreadcrumbList',
        itemListElement: [
          { '@type': 'ListItem', position: 1, name: 'Attacks', item: siteUrl('/attacks') },
          { '@type': 'ListItem', position: 2, name: title, item: siteUrl(url) },
        ],
      },
    ],
  };
}
