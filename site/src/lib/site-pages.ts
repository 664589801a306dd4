import { type Category, categories, type Level, type Trait, traits } from '@toolwarden/catalogue';
import { type AttackFacet, attackFacets } from './attack-facets.ts';
import { attackTwin, attackTwinMarkdown } from './attack-twin.ts';
import {
  type AttackLink,
  type AttackView,
  attackLink,
  attacksOfKind,
  attackView,
} from './attack-view.ts';
import { kindsShown, kindWords } from './attack-words.ts';
import {
  type CatalogueView,
  countLevels,
  type LevelCount,
  levelsShown,
  toolsOfCategory,
  toolsOfLevel,
  toolsWithTrait,
} from './catalogue-view.ts';
import type { ChangeLine } from './change-lines.ts';
import { crawlReasonWords } from './crawl-words.ts';
import { homeView } from './home-view.ts';
import { printJson } from './json-file.ts';
import { levelKey, levelMeaning, levelTitle } from './level-words.ts';
import { methodFigures } from './method-figures.ts';
import { compareText, counted } from './names.ts';
import { type Page, paged } from './paging.ts';
import { termSlug } from './publisher.ts';
import type { ServerSummary } from './server-summary.ts';
import { asServerLink, type ServerLink } from './server-view.ts';
import { asLink, type ToolLink } from './tool-view.ts';
import { categoryUrl, levelUrl, pageUrl, serversUrl, traitUrl } from './urls.ts';
import { clip, visibleText } from './visible-text.ts';

/** A page of the site: where it lies, the template that renders it, and all that it shows. */
export type SitePage = {
  url: string;
  template: string;
  view: unknown;
  /** All that decides what the page and its files say, where that is another thing than the view. */
  basis?: unknown;
  /** What is written beside it, by path; made only where the page is written. */
  files?: [path: string, make: () => string][];
};

/** A page of tools that share something. */
export type ToolListView = {
  title: string;
  meaning: string;
  base: string;
  up: { href: string; text: string };
  page: Page<ToolLink>;
  level?: string;
};
export type TermsView = {
  title: string;
  meaning: string;
  url: string;
  /** Tools; absent where nobody could count them. */
  count: number | undefined;
}[];
export type ServersView = Page<ServerLink>;
export type ChangesView = Page<ChangeLine>;
/** An index of terms that servers have, and the servers that have one. */
export type TermIndexView = { title: string; meaning: string; url: string; terms: TermsView };
export type ServerTermView = {
  title: string;
  base: string;
  up: { href: string; text: string };
  page: Page<ServerLink>;
};
export type LevelsView = LevelCount[];
export type FailuresView = {
  asked: number;
  failed: (Pick<ServerLink, 'name' | 'url' | 'status'> & {
    reason: { code: string; words: string } | undefined;
    detail: string | undefined;
  })[];
};
export type AttacksView = {
  count: number;
  kinds: { id: string; title: string; plural: string; meaning: string; attacks: AttackLink[] }[];
  facets: { title: string; values: { title: string; url: string; count: number }[] }[];
};
export type AttackPageView = { view: AttackView; known: string[] };
export type AttackFacetView = {
  facet: string;
  title: string;
  meaning: string;
  url: string;
  attacks: AttackLink[];
};

const SERVERS_A_PAGE = 200;

/** Every page that is made from the whole catalogue; those of servers and tools come from `server-pages.ts`. */
export function sitePages(catalogue: CatalogueView): SitePage[] {
  const { servers, tools } = catalogue;
  return [
    { url: '/', template: 'index', view: homeView(catalogue) },
    ...serverLists(servers.filter(({ status }) => status !== 'not listed' && status !== 'gone')),
    { url: '/risk', template: 'risk/index', view: countLevels(tools) },
    ...levelsShown.flatMap((level) => levelLists(catalogue, level)),
    { url: '/categories', template: 'categories/index', view: categoryTerms(catalogue) },
    ...categories.flatMap(({ id }) => categoryLists(catalogue, id)),
    { url: '/traits', template: 'traits/index', view: traitTerms(catalogue) },
    ...traits.flatMap(({ id }) => traitLists(catalogue, id)),
    ...attackPages(catalogue),
    ...serverTermPages(servers, AREAS),
    ...serverTermPages(servers, PUBLISHERS),
    ...paged(latestChanges(catalogue)).map((page) => ({
      url: pageUrl('/changes', page.page),
      template: 'changes',
      view: page satisfies ChangesView,
    })),
    { url: '/failures', template: 'failures', view: failuresView(catalogue) },
    { url: '/method', template: 'method', view: methodFigures(catalogue) },
    stackPage(catalogue),
  ];
}

/** The page about a whole configuration, and beside it the attacks that need several tools: its browser matches them. */
function stackPage({ attackEntries }: CatalogueView): SitePage {
  const attacks = attackEntries
    .map(({ attack }) => attack)
    .filter(({ needs }) => needs.scope === 'combination');
  return {
    url: '/stack',
    template: 'stack',
    // The view holds them too, so that a changed entry writes the file again.
    view: { attacks },
    files: [['/stack/attacks.json', () => JSON.stringify(attacks)]],
  };
}

function serverLists(servers: readonly ServerLink[]): SitePage[] {
  return paged(servers.map(asServerLink), SERVERS_A_PAGE).map((page) => ({
    url: serversUrl(page.page),
    template: 'servers/index',
    view: page satisfies ServersView,
  }));
}

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

function serverTermPages(servers: readonly ServerSummary[], kind: ServerTerms): SitePage[] {
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
  return [
    {
      url,
      template: `${url.slice(1)}/index`,
      view: { title, meaning, url, terms } satisfies TermIndexView,
    },
    ...groups.flatMap(({ term, base, those }) =>
      paged(those.map(asServerLink), SERVERS_A_PAGE).map((page) => ({
        url: pageUrl(base, page.page),
        template: `${url.slice(1)}/[...term]`,
        view: {
          title: clip(term, 80),
          base,
          up: { href: url, text: title },
          page,
        } satisfies ServerTermView,
      })),
    ),
  ];
}

/** So many changes are listed; older ones stand on the pages of their tools. */
const CHANGES = 1000;

/** The newest changes at all servers. */
export function latestChanges({ servers }: CatalogueView): ChangeLine[] {
  return servers
    .flatMap(({ changes }) => changes)
    .sort((a, b) => compareText(b.at, a.at) || compareText(a.url, b.url))
    .slice(0, CHANGES);
}

type ToolTerm = Omit<ToolListView, 'page'>;

function toolLists(template: string, tools: readonly ToolLink[], term: ToolTerm): SitePage[] {
  return paged(tools).map(({ items, ...page }) => ({
    url: pageUrl(term.base, page.page),
    template,
    view: { ...term, page: { ...page, items: items.map(asLink) } } satisfies ToolListView,
  }));
}

function levelLists(catalogue: CatalogueView, level: Level | undefined): SitePage[] {
  return toolLists('risk/[...level]', toolsOfLevel(catalogue, level), {
    title: levelTitle(level),
    meaning: levelMeaning(level),
    base: levelUrl(level),
    up: { href: '/risk', text: 'Risk levels' },
    level: levelKey(level),
  });
}

function categoryLists(catalogue: CatalogueView, id: Category): SitePage[] {
  const { title, meaning } = categories.find((each) => each.id === id) ?? {
    title: id,
    meaning: '',
  };
  const up = { href: '/categories', text: 'Categories' };
  const term = { title, meaning, base: categoryUrl(id), up };
  return toolLists('categories/[...category]', toolsOfCategory(catalogue, id), term);
}

function traitLists(catalogue: CatalogueView, id: Trait): SitePage[] {
  const { title, meaning } = traits.find((each) => each.id === id) ?? { title: id, meaning: '' };
  const term = { title, meaning, base: traitUrl(id), up: { href: '/traits', text: 'Traits' } };
  return toolLists('traits/[...trait]', toolsWithTrait(catalogue, id), term);
}

function categoryTerms(catalogue: CatalogueView): TermsView {
  return categories.map(({ id, title, meaning }) => ({
    title,
    meaning,
    url: categoryUrl(id),
    count: toolsOfCategory(catalogue, id).length,
  }));
}

function traitTerms(catalogue: CatalogueView): TermsView {
  return traits.map(({ id, title, meaning }) => ({
    title,
    meaning,
    url: traitUrl(id),
    count: toolsWithTrait(catalogue, id).length,
  }));
}

function attackPages(catalogue: CatalogueView): SitePage[] {
  const { attacks, attackEntries } = catalogue;
  const facets = attackFacets(attacks);
  const known = attacks.map(({ id }) => id);
  return [
    { url: '/attacks', template: 'attacks/index', view: attacksView(catalogue, facets) },
    ...attackEntries.map((entry): SitePage => {
      const view = attackView(catalogue, entry);
      return {
        url: view.url,
        template: 'attacks/[attack]',
        view: { view, known } satisfies AttackPageView,
        basis: [view, known, entry],
        files: [
          [`${view.url}.json`, () => printJson(attackTwin(entry, view))],
          [`${view.url}.md`, () => attackTwinMarkdown(entry, view)],
        ],
      };
    }),
    ...facets.flatMap(({ title: facet, values }) =>
      values.map(
        ({ url, title, meaning, attacks: those }): SitePage => ({
          url,
          template: 'attacks/by/[facet]/[value]',
          view: {
            facet,
            title,
            meaning,
            url,
            attacks: those.map(attackLink),
          } satisfies AttackFacetView,
        }),
      ),
    ),
  ];
}

function attacksView({ attacks }: CatalogueView, facets: readonly AttackFacet[]): AttacksView {
  return {
    count: attacks.length,
    kinds: kindsShown
      .map((id) => ({
        id,
        ...kindWords[id],
        attacks: attacksOfKind(attacks, id).map(attackLink),
      }))
      .filter((kind) => kind.attacks.length > 0),
    facets: facets.map(({ title, values }) => ({
      title,
      values: values.map((value) => ({
        title: value.title,
        url: value.url,
        count: value.attacks.length,
      })),
    })),
  };
}

function failuresView({ servers }: CatalogueView): FailuresView {
  const failed = servers.filter(
    ({ status }) => status === 'not listed' || status === 'partly listed' || status === 'gone',
  );
  return {
    asked: servers.length,
    failed: failed.map(({ name, url, status, reason, detail }) => ({
      name,
      url,
      status,
      reason: reason && { code: reason, words: crawlReasonWords[reason] },
      detail,
    })),
  };
}
