import type { Markdown } from './markdown.ts';
import { apiFiles, apiPages } from './open-api.ts';
import type { SitePage } from './site-pages.ts';
import { withTwins } from './twins.ts';

/** A page that no record decides about: what its head says of it. */
export type OwnPageView = { title: string; description: string };

type OwnPage = OwnPageView & {
  url: string;
  /** What does the same for a program, or for a reader without JavaScript. */
  instead: { what: string; how: string }[];
  data?: object;
};

const OWN_PAGES: readonly OwnPage[] = [
  {
    url: '/search',
    title: 'Search',
    description: 'Search the tools of the catalogue by name, words, level, category and server.',
    instead: [
      { what: 'Every tool, one line each', how: '/api/v1/tools.jsonl' },
      { what: 'Every server', how: '/api/v1/servers.jsonl' },
      { what: 'Every attack', how: '/api/v1/attacks.jsonl' },
    ],
  },
  {
    url: '/data',
    title: 'Data and API',
    description:
      'Every page as JSON and Markdown, and the whole catalogue as JSON Lines. Static files, no key.',
    instead: apiFiles.map(({ path, summary }) => ({ what: summary, how: path })),
    data: { files: apiFiles, pages: apiPages },
  },
  {
    url: '/builder',
    title: 'Policy builder',
    description:
      'Put a policy together for the servers you use, check it, and try calls against the gateway’s own engine. Everything happens in your browser.',
    instead: [
      {
        what: 'A finished policy for a whole server',
        how: '/servers/{server}/policy/{profile}.json',
      },
      { what: 'A policy for one server', how: 'toolwarden policy recommend --server ID' },
      { what: 'Check a policy', how: 'toolwarden policy check FILE' },
      { what: 'Try a call', how: 'toolwarden policy decide --policy P --call C.json' },
    ],
  },
  {
    url: '/compare',
    title: 'Compare',
    description:
      'Two MCP servers, or two listings of one, side by side: their tools, levels and traits, and what one can do that the other cannot.',
    instead: [
      { what: 'A whole server for programs', how: '/servers/{server}/data.json' },
      { what: 'Its earlier definitions', how: '/servers/{server}/history.json' },
    ],
  },
];

const STACK: OwnPage = {
  url: '/stack',
  title: 'Your stack',
  description:
    'Paste the configuration of your MCP client: every tool your agent can call, by risk, what leaks the servers allow together, and one policy for all. Nothing is uploaded.',
  instead: [
    { what: 'A whole server for programs', how: '/servers/{server}/data.json' },
    { what: 'A policy for a whole server', how: '/servers/{server}/policy/{profile}.json' },
    { what: 'Several policies as one', how: 'toolwarden policy merge BASE FRAGMENT' },
    { what: 'Attacks that need several tools, as the page reads them', how: '/stack/attacks.json' },
  ],
};

/** The pages that are the same whatever the catalogue holds. */
export function ownPages(): SitePage[] {
  return OWN_PAGES.map((page) => ownPage(page));
}

/** The page about a whole configuration; what its browser needs of the catalogue lies beside it. */
export function stackPage(attacks: readonly object[]): SitePage {
  return {
    ...ownPage(STACK),
    // So that a changed entry writes the file again.
    basis: [STACK, attacks],
    files: [
      ...(ownPage(STACK).files ?? []),
      ['/stack/attacks.json', () => JSON.stringify(attacks)],
    ],
  };
}

function ownPage({ url, title, description, instead, data }: OwnPage): SitePage {
  const text: Markdown[] = [
    { heading: 1, text: title },
    { text: description },
    { list: instead.map(({ what, how }) => `${what}: ${how}`) },
  ];
  const view: OwnPageView = { title, description };
  return withTwins({ url, template: url.slice(1), view, basis: [view, instead] }, () => ({
    data: { ...view, ...(data ?? { instead }) },
    text,
  }));
}
