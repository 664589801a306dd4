import { type Category, categories, type Level, type Trait, traits } from '@toolwarden/catalogue';
import { attackPages } from './attack-pages.ts';
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
import { homeTwin } from './home-twin.ts';
import { homeView } from './home-view.ts';
import { levelKey, levelMeaning, levelTitle } from './level-words.ts';
import {
  changesTwin,
  failuresTwin,
  judgedTermsTwin,
  levelsTwin,
  serversTwin,
  toolListTwin,
} from './list-twins.ts';
import { methodView } from './method-figures.ts';
import { methodTwin } from './method-twin.ts';
import { compareText } from './names.ts';
import { ownPages, stackPage } from './own-pages.ts';
import { type Page, paged } from './paging.ts';
import { type BarPlot, barPlot } from './plots/bar-plot.ts';
import { changesOverTime } from './plots/changes-over-time.ts';
import type { ColumnPlot } from './plots/column-plot.ts';
import { levelParts } from './plots/level-parts.ts';
import type { ToolSummary } from './server-summary.ts';
import { SERVERS_A_PAGE, serverTermPages } from './server-term-pages.ts';
import { asServerLink, type ServerLink } from './server-view.ts';
import { asLink, type ToolLink } from './tool-link.ts';
import { withTwins } from './twins.ts';
import { categoryUrl, levelUrl, pageUrl, serversUrl, traitUrl } from './urls.ts';

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
  page: Page<ToolLink & { description: string }>;
  level?: string;
};
export type TermsView = {
  title: string;
  meaning: string;
  url: string;
  /** Tools; absent where nobody could count them. */
  count: number | undefined;
}[];
/** Terms of tools, and how many tools of each level have one. */
export type JudgedTermsView = {
  terms: (TermsView[number] & { levels: LevelCount[] })[];
  plot: BarPlot;
};
export type ServersView = Page<ServerLink>;
/** The changes, and on the first of their pages how many there were over time. */
export type ChangesView = Page<ChangeLine> & { overTime: ColumnPlot | undefined };
export type LevelsView = LevelCount[];
export type FailuresView = {
  asked: number;
  failed: (Pick<ServerLink, 'name' | 'url' | 'status'> & {
    reason: { code: string; words: string } | undefined;
    detail: string | undefined;
  })[];
};
/** Every page that is made from the whole catalogue; those of servers and tools come from `server-pages.ts`. */
export function sitePages(catalogue: CatalogueView): SitePage[] {
  const { servers, tools } = catalogue;
  const changes = latestChanges(catalogue);
  return [
    homePage(catalogue, changes),
    ...serverLists(servers.filter(({ status }) => status !== 'not listed' && status !== 'gone')),
    levelsPage(tools),
    ...levelsShown.flatMap((level) => levelLists(catalogue, level)),
    categoriesPage(catalogue),
    ...categories.flatMap(({ id }) => categoryLists(catalogue, id)),
    traitsPage(catalogue),
    ...traits.flatMap(({ id }) => traitLists(catalogue, id)),
    ...attackPages(catalogue),
    ...serverTermPages(servers),
    ...changesPages(changes),
    failuresPage(catalogue),
    methodPage(catalogue),
    // Its browser matches the attacks that need several tools.
    stackPage(catalogue.attacks.filter(({ needs }) => needs.scope === 'combination')),
    ...ownPages(),
  ];
}

function homePage(catalogue: CatalogueView, changes: readonly ChangeLine[]): SitePage {
  const view = homeView(catalogue, changes);
  return withTwins({ url: '/', template: 'index', view }, () => homeTwin(view));
}

function levelsPage(tools: readonly ToolSummary[]): SitePage {
  const view: LevelsView = countLevels(tools);
  return withTwins({ url: '/risk', template: 'risk/index', view }, () => levelsTwin(view));
}

function methodPage(catalogue: CatalogueView): SitePage {
  const view = methodView(catalogue);
  return withTwins({ url: '/method', template: 'method', view }, () => methodTwin(view));
}

function serverLists(servers: readonly ServerLink[]): SitePage[] {
  return paged(servers.map(asServerLink), SERVERS_A_PAGE).map((view: ServersView) =>
    withTwins({ url: serversUrl(view.page), template: 'servers/index', view }, () =>
      serversTwin(view),
    ),
  );
}

function changesPages(changes: readonly ChangeLine[]): SitePage[] {
  return paged(changes).map((page) => {
    const overTime = page.page === 1 ? changesOverTime(changes) : undefined;
    const view: ChangesView = { ...page, overTime };
    return withTwins({ url: pageUrl('/changes', page.page), template: 'changes', view }, () =>
      changesTwin(view),
    );
  });
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

function toolLists(template: string, tools: readonly ToolSummary[], term: ToolTerm): SitePage[] {
  return paged(tools).map(({ items, ...page }) => {
    const view: ToolListView = { ...term, page: { ...page, items: items.map(asLine) } };
    return withTwins({ url: pageUrl(term.base, page.page), template, view }, () =>
      toolListTwin(view),
    );
  });
}

/** What a list shows of a tool. */
function asLine(tool: ToolSummary): ToolListView['page']['items'][number] {
  return { ...asLink(tool), description: tool.description };
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

function categoriesPage(catalogue: CatalogueView): SitePage {
  const view = judgedTerms(
    categories.map(({ id, title, meaning }) => ({
      title,
      meaning,
      url: categoryUrl(id),
      tools: toolsOfCategory(catalogue, id),
    })),
  );
  const head = { title: 'Categories', meaning: 'What one call does.' };
  return withTwins({ url: '/categories', template: 'categories/index', view }, () =>
    judgedTermsTwin(head, view),
  );
}

function traitsPage(catalogue: CatalogueView): SitePage {
  const view = judgedTerms(
    traits.map(({ id, title, meaning }) => ({
      title,
      meaning,
      url: traitUrl(id),
      tools: toolsWithTrait(catalogue, id),
    })),
  );
  const head = { title: 'Traits', meaning: 'What else one call can do, as its definition shows.' };
  return withTwins({ url: '/traits', template: 'traits/index', view }, () =>
    judgedTermsTwin(head, view),
  );
}

type JudgedTerm = { title: string; meaning: string; url: string; tools: readonly ToolLink[] };

function judgedTerms(terms: readonly JudgedTerm[]): JudgedTermsView {
  const rows = terms.map(({ title, url, tools }) => ({ title, url, parts: levelParts(tools) }));
  return {
    terms: terms.map(({ tools, ...term }) => ({
      ...term,
      count: tools.length,
      levels: countLevels(tools),
    })),
    plot: barPlot(rows, 'tool'),
  };
}

function failuresPage(catalogue: CatalogueView): SitePage {
  const view = failuresView(catalogue);
  return withTwins({ url: '/failures', template: 'failures', view }, () => failuresTwin(view));
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
