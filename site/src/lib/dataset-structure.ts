import type { ApiFile } from './open-api.ts';
import { siteUrl } from './site-url.ts';

/** JSON-LD of the page about the data: the catalogue as a dataset, with every file of the whole. */
export function datasetStructure(files: readonly ApiFile[]): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'Dataset',
    name: 'Toolwarden catalogue of MCP tools',
    description:
      'What the tools of MCP servers can do, judged from their definitions: category, traits, risk level, evidence and a policy for each, and documented attacks on agents that use them.',
    url: siteUrl('/data'),
    isAccessibleForFree: true,
    keywords: ['Model Context Protocol', 'MCP servers', 'AI agents', 'security', 'risk'],
    distribution: files.map(({ path, summary, type }) => ({
      '@type': 'DataDownload',
      contentUrl: siteUrl(path),
      encodingFormat: type,
      description: summary,
    })),
  };
}
