import { hash } from 'node:crypto';
import type { CatalogueEntry, CatalogueTool, HistoryEvent } from '@toolwarden/catalogue';
import { applicableAttacks } from './applicable-attacks.ts';
import { changesFeed } from './atom-feed.ts';
import { type ServerAttacks, serverAttackLines } from './attack-lines.ts';
import { badgeSvg } from './badge.ts';
import { type ChangeLine, changeLines } from './change-lines.ts';
import { correctionTemplate } from './correction-template.ts';
import { concerns } from './history-rows.ts';
import { printJson } from './json-file.ts';
import type { JsonToken } from './json-tokens.ts';
import { definitionSince } from './listing-dates.ts';
import { earlierListings, listingsUrl, toolEvents } from './listings.ts';
import { type IsPassed, type PolicyPanel, serverPolicies, toolPolicies } from './policy-panels.ts';
import { relatedHere, sameActElsewhere } from './related-tools.ts';
import { serverData, serverDataUrl } from './server-data.ts';
import type { ServerMarks } from './server-marks.ts';
import { type KeptRules, keptRulesUrl, printKeptRules, serverRules } from './server-rules.ts';
import { serverTwin, serverTwinMarkdown } from './server-twin.ts';
import { type ServerView, serverView } from './server-view.ts';
import type { SitePage } from './site-pages.ts';
import { siteUrl } from './site-url.ts';
import { asLink } from './tool-link.ts';
import { type Question, toolQuestions } from './tool-questions.ts';
import { toolTwin, toolTwinMarkdown } from './tool-twin.ts';
import { type Around, type ToolView, toolView } from './tool-view.ts';
import { serverUrl, toolUrl } from './urls.ts';
import { wrapSnippet } from './wrap-snippet.ts';

/** All that a tool's page shows. */
export type ToolPageView = {
  view: ToolView;
  policies: PolicyPanel[];
  correction: { file: string; tokens: JsonToken[] };
  questions: Question[];
};

/** All that a server's page shows. */
export type ServerPageView = {
  view: ServerView;
  policies: PolicyPanel[];
  attacks: ServerAttacks;
  changes: ChangeLine[];
  /** When its tools last changed; until then another listing held, which can be set beside this one. */
  latestChange: string | undefined;
  /** What goes into a client's configuration. */
  snippet: JsonToken[] | undefined;
};

const SHOWN_CHANGES = 50;

/** A page with the policies on it, so that one of ours that fails our own check is noticed. */
export type PageWithFiles = SitePage & {
  policies: PolicyPanel[];
};

/** A page that can be made, and what it would be made from. */
export type PageSource = {
  url: string;
  /** Of a tool's page, its tool's place on the server. */
  place?: number;
  /** Two builds by the same code with the same attacks make the same page of the same inputs. Missing where it is always made. */
  inputs?: () => unknown;
  make: () => PageWithFiles;
};

/** What is known of a server and would take time to find again. */
export type KnownOfServer = {
  isPassed?: IsPassed | undefined;
  marks?: ServerMarks | undefined;
  /** The rules of its tools as an earlier build kept them; asked for only where its page is made. */
  readRules?: (() => KeptRules | undefined) | undefined;
  /** Of all that its record and history were read from. */
  digest?: string | undefined;
};

/** The pages of one server, its own first, one after the other: thousands of tools need not be held at once. */
export function* serverPages(
  around: Around,
  entry: CatalogueEntry,
  history: readonly HistoryEvent[],
  { isPassed, marks, digest, readRules }: KnownOfServer = {},
): Generator<PageSource> {
  yield {
    url: serverUrl(entry.slug),
    // INVARIANT: what `serverPage` reads is its record, its history, when it was listed, or the attacks.
    ...(digest !== undefined && { inputs: () => [digest] }),
    make: () => serverPage(around, entry, history, { isPassed, marks, digest, readRules }),
  };
  const shared = sharedInputs(entry);
  for (const [index, tool] of entry.tools.entries())
    yield {
      url: toolUrl(entry.slug, tool.slug),
      place: index,
      inputs: () => [
        shared,
        marks?.tools[index]?.own ?? tool,
        ...toolInputs(around, entry, tool, history),
      ],
      make: () => toolPage(around, entry, tool, history),
    };
}

// INVARIANT: what `toolPage` reads is its tool, or stands here or in `toolInputs`; a page whose inputs are the same is not made again.
function sharedInputs({ record, slug, tools }: CatalogueEntry): string {
  const { tools: _, ...server } = record;
  return hash('sha256', JSON.stringify([server, slug, tools.length]), 'hex');
}

function toolInputs(
  { acts, attacks, listings }: Around,
  entry: CatalogueEntry,
  tool: CatalogueTool,
  history: readonly HistoryEvent[],
): unknown[] {
  const { name } = tool.definition;
  const dates = listings?.get(entry.record.id);
  return [
    definitionSince(tool, history, dates),
    dates?.isOld ? dates.last : undefined,
    applicableAttacks(entry, tool, attacks).map(({ attack, because }) => [attack.id, because]),
    relatedHere(entry, tool).map(({ definition, slug, judgement }) => [
      definition.name,
      slug,
      judgement?.risk,
      judgement?.label,
    ]),
    sameActElsewhere(acts, { name, serverId: entry.record.id }).map(asLink),
    history.filter((event) => concerns(event, name)),
  ];
}

/**
 * All that `toolInputs` depends on but the tool itself, said once for all tools of a server: where it is as it was and so is a
 * tool, its inputs are as they were. `around` is a digest of what its pages say of other servers.
 */
export function toolFrame(
  { listings }: Pick<Around, 'listings'>,
  entry: CatalogueEntry,
  history: readonly HistoryEvent[],
  { marks, around }: { marks: ServerMarks; around: string },
): unknown {
  const dates = listings?.get(entry.record.id);
  return [
    sharedInputs(entry),
    // By these the attacks of each tool are found.
    marks.facts,
    around,
    dates?.isOld ? dates.last : undefined,
    // Since then a tool is listed with which nothing happened; what did happen to one is in its mark.
    dates?.versions[0],
    history.filter((event) => !('tool' in event)),
    entry.tools.map(({ definition, slug, judgement }) => [
      definition.name,
      slug,
      judgement?.risk,
      judgement?.label,
    ]),
  ];
}

function serverPage(
  { attacks, countTokens, listings }: Around,
  entry: CatalogueEntry,
  history: readonly HistoryEvent[],
  { isPassed, marks, digest, readRules }: KnownOfServer,
): PageWithFiles {
  const url = serverUrl(entry.slug);
  const rules = marks && entry.tools.length > 0 && serverRules(entry, marks, readRules?.());
  const view = serverView(entry, listings?.get(entry.record.id));
  const policies =
    view.tools.length > 0 ? serverPolicies(entry, isPassed, rules ? rules.ruleOf : undefined) : [];
  const files = view.status === 'gone' ? [] : policies;
  const changes = changeLines(entry, history, SHOWN_CHANGES);
  const events = toolEvents(history);
  const attackLists = serverAttackLines(entry, attacks);
  const snippet = wrapSnippet(entry);
  return {
    url,
    template: 'servers/[server]',
    view: {
      view,
      policies,
      attacks: attackLists,
      changes,
      latestChange: earlierListings(history)[0]?.until,
      snippet,
    } satisfies ServerPageView,
    // Its files hold the record and every definition whole, of which the page shows a part.
    basis: [digest ?? [entry, history, listings?.get(entry.record.id)], attackLists],
    policies,
    files: [
      [`${url}.json`, () => printJson(serverTwin(entry, view))],
      [`${url}.md`, () => serverTwinMarkdown(view)],
      [serverDataUrl(entry.slug), () => JSON.stringify(serverData(entry, countTokens, history))],
      ...(events.length > 0
        ? [[listingsUrl(entry.slug), () => JSON.stringify(events)] as [string, () => string]]
        : []),
      ...(rules
        ? [[keptRulesUrl(entry.slug), () => printKeptRules(rules.keep())] as [string, () => string]]
        : []),
      [`${url}/badge.svg`, () => badgeSvg(view.levels)],
      [
        `${url}/feed.xml`,
        () =>
          changesFeed(
            { title: `${view.name}: changes`, path: `${url}/feed.xml`, page: url },
            changes,
            siteUrl('/'),
          ),
      ],
      ...files.map(({ profile, text }): [string, () => string] => [
        `${url}/policy/${profile}.json`,
        () => `${text}\n`,
      ]),
    ],
  };
}

function toolPage(
  around: Around,
  entry: CatalogueEntry,
  tool: CatalogueTool,
  history: readonly HistoryEvent[],
): PageWithFiles {
  const url = toolUrl(entry.slug, tool.slug);
  const ref = { entry, tool, url };
  const view = toolView(around, ref, history);
  const policies = toolPolicies(entry, tool);
  const questions = toolQuestions(view);
  const { definition: _tokens, ...shown } = view;
  return {
    url,
    template: 'servers/[server]/tools/[tool]',
    view: {
      view,
      policies,
      correction: correctionTemplate(ref),
      questions,
    } satisfies ToolPageView,
    // Tokens are made of texts that stand here once; the twin shows more of the tool than the page.
    basis: [entry.record.version, tool, shown, policies.map(withoutTokens), questions],
    policies,
    files: [
      [`${url}.json`, () => printJson(toolTwin(ref, view, policies))],
      [`${url}.md`, () => toolTwinMarkdown(view, policies)],
    ],
  };
}

function withoutTokens({ tokens: _, ...panel }: PolicyPanel) {
  return panel;
}
