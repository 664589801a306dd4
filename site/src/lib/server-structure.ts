import type { ServerView } from './server-view.ts';
import { siteUrl } from './site-url.ts';
import { clip, visibleText } from './visible-text.ts';

/** JSON-LD of a server's page. */
export function serverStructure({ name, id, url, description, version }: ServerView): object {
  const shown = (text: string) => visibleText(clip(text, 200));
  return {
    '@context': 'https://schema.org',
    '@type': 'SoftwareApplication',
    name: shown(name),
    identifier: id,
    applicationCategory: 'MCP server',
    url: siteUrl(url),
    ...(version !== '' && { softwareVersion: shown(version) }),
    ...(description !== undefined && { description: shown(description) }),
  };
}
