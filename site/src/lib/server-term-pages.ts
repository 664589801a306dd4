import { serverTermTwin, termIndexTwin } from './list-twins.ts';
import { compareText, counted } from './names.ts';
import { type Page, paged } from './paging.ts';
import { termSlug } from './publisher.ts';
import type { ServerSummary } from './server-summary.ts';
import { asServerLink, type ServerLink } from './server-view.ts';
import type { SitePage, TermsView } from './site-pages.ts';
import { withTwins } from './twins.ts';
import { pageUrl } from './urls.ts';
import { clip, visibleText } from './visible-text.ts';

/** An index of terms that servers have, and the servers that have one. */
export type TermIndexView = { title: string; meaning: string; url: string; terms: TermsView };
export type ServerTermView = {
  title: string;
  base: string;
  up: { href: string; text: string };
  page: Page<ServerLink>;
};

/** Servers on one page of a list. */
export const SERVERS_A_PAGE = 200;

type ServerTerms = {
  url: '/areas' | '/publishers';
  title: string;
  meaning: string;
  termOf: (server: ServerSummary) => string | undefined;
};
const AREAS: ServerTerms = {
  url: '/areas',
  title: 'Areas',
  meaning: 'What servers are for, as whoever added them to the crawl put it.',
  termOf: ({ area }) => area,
};
const PUBLISHERS: ServerTerms = {
  url: '/publishers',
  title: 'Publishers',
  meaning:
    'Who publishes a server, as its address says: the scope of a package, the namespace of a registry, a host.',
  termOf: ({ publisher }) => publisher,
};

/** The pages of areas and of publishers: an index of each, and the servers of every one. */
export function serverTermPages(servers: readonly ServerSummary[]): SitePage[] {
  return [AREAS, PUBLISHERS].flatMap((kind) => pagesOf(servers, kind));
}

function pagesOf(servers: readonly ServerSummary[], kind: ServerTerms): SitePage[] {
  const { url, title, meaning, termOf } = kind;
  const present = servers.filter(({ status }) => status !== 'gone');
  const groups = [...Map.groupBy(present, termOf)]
    .flatMap(([term, those]) =>
      term === undefined ? [] : { term, base: `${url}/${termSlug(term)}`, those },
    )
    .sort((a, b) => b.those.length - a.those.length || compareText(a.term, b.term));
  const terms = groups.map(({ term, base, those }) => {
    const tools = those.reduce((sum, { toolCount }) => sum + toolCount, 0);
    // Where nobody could ask there are no tools that we know of, which is not to have none.
    const unknown = those.filter(({ isKnown }) => !isKnown).length;
    const count = unknown === those.length ? undefined : tools;
    const words = `${counted(those.length, 'server')}${unknown === 0 ? '' : `, ${unknown} not listed`}`;
    return { title: visibleText(clip(term, 80)), meaning: words, url: base, count };
  });
  const index: TermIndexView = { title, meaning, url, terms };
  return [
    withTwins({ url, template: `${url.slice(1)}/index`, view: index }, () => termIndexTwin(index)),
    ...groups.flatMap(({ term, base, those }) =>
      paged(those.map(asServerLink), SERVERS_A_PAGE).map((page) => {
        const up = { href: url, text: title };
        const view: ServerTermView = { title: clip(term, 80), base, up, page };
        return withTwins(
          { url: pageUrl(base, page.page), template: `${url.slice(1)}/[...term]`, view },
          () => serverTermTwin(view),
        );
      }),
    ),
  ];
}
