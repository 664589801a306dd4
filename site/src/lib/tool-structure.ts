import { siteUrl } from './site-url.ts';
import type { ToolView } from './tool-view.ts';
import { clip, visibleText } from './visible-text.ts';

/** JSON-LD of a tool's page: what it is about, and where it stands. */
export function toolStructure({ name, url, server, rationale, level, label }: ToolView): object {
  const shown = (text: string) => visibleText(clip(text, 200));
  return {
    '@context': 'https://schema.org',
    '@graph': [
      {
        '@type': 'TechArticle',
        headline: shown(`${name} on ${server.name}`),
        description: shown(rationale ?? 'Not classified.'),
        url: siteUrl(url),
        about: { '@type': 'SoftwareApplication', name: shown(server.name), identifier: server.id },
        keywords: [level ?? 'Not classified', ...(label ? [label] : [])],
      },
      {
        '@type': 'BreadcrumbList',
        itemListElement: [
          { '@type': 'ListItem', position: 1, name: 'Servers', item: siteUrl('/servers') },
          { '@type': 'ListItem', position: 2, name: shown(server.name), item: siteUrl(server.url) },
          { '@type': 'ListItem', position: 3, name: shown(name), item: siteUrl(url) },
        ],
      },
    ],
  };
}
