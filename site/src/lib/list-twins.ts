import type { LevelCount } from './catalogue-view.ts';
import type { ChangeLine } from './change-lines.ts';
import { levelMeaning, levelTitle } from './level-words.ts';
import type { Markdown, MarkdownLink } from './markdown.ts';
import { counted } from './names.ts';
import type { Page } from './paging.ts';
import type { ServerTermView, TermIndexView } from './server-term-pages.ts';
import type { ServerLink } from './server-view.ts';
import type {
  ChangesView,
  FailuresView,
  JudgedTermsView,
  LevelsView,
  ServersView,
  ToolListView,
} from './site-pages.ts';
import type { ToolLink } from './tool-link.ts';
import type { Twin } from './twins.ts';
import { levelUrl, pageUrl, serversUrl } from './urls.ts';

/** A list of tools that share something. */
export function toolListTwin({ title, meaning, base, page }: ToolListView): Twin {
  const urlOf = (number: number) => pageUrl(base, number);
  return {
    data: { title, meaning, ...partOf(page, urlOf), tools: page.items.map(toolItem) },
    text: [
      { heading: 1, text: title },
      { text: meaning },
      { text: sizeOf(page, 'tool') },
      { links: page.items.map(toolLinkOf) },
      ...nextOf(page, urlOf),
    ],
  };
}

/** All servers that are listed. */
export function serversTwin(page: ServersView): Twin {
  return serverList({ title: 'Servers' }, page, serversUrl);
}

/** The servers of an area or of a publisher. */
export function serverTermTwin({ title, base, page }: ServerTermView): Twin {
  return serverList({ title }, page, (number) => pageUrl(base, number));
}

function serverList(
  head: { title: string },
  page: Page<ServerLink>,
  urlOf: (number: number) => string,
): Twin {
  return {
    data: { ...head, ...partOf(page, urlOf), servers: page.items.map(serverItem) },
    text: [
      { heading: 1, text: head.title },
      { text: sizeOf(page, 'server') },
      { links: page.items.map(serverLinkOf) },
      ...nextOf(page, urlOf),
    ],
  };
}

/** All areas, or all publishers. */
export function termIndexTwin({ title, meaning, terms }: TermIndexView): Twin {
  return {
    data: {
      title,
      meaning,
      terms: terms.map((term) => ({
        title: term.title,
        url: term.url,
        servers: term.meaning,
        tools: term.count ?? null,
      })),
    },
    text: [
      { heading: 1, text: title },
      { text: meaning },
      {
        links: terms.map(({ title: text, url, meaning: servers, count }) => ({
          text,
          url,
          more: `${servers}, ${count === undefined ? 'tools not known' : counted(count, 'tool')}`,
        })),
      },
    ],
  };
}

/** All categories, or all traits, with the tools of each by level. */
export function judgedTermsTwin(
  head: { title: string; meaning: string },
  { terms }: JudgedTermsView,
): Twin {
  return {
    data: {
      ...head,
      terms: terms.map(({ title, meaning, url, count = 0, levels }) => ({
        title,
        meaning,
        url,
        tools: count,
        levels: byLevel(levels),
      })),
    },
    text: [
      { heading: 1, text: head.title },
      { text: head.meaning },
      {
        links: terms.map(({ title, meaning, url, count = 0, levels }) => ({
          text: title,
          url,
          more: `${counted(count, 'tool')}${levelWords(levels)}. ${meaning}`,
        })),
      },
    ],
  };
}

/** The levels, and how many tools have each. */
export function levelsTwin(counts: LevelsView): Twin {
  const rows = counts.map(({ level, count }) => ({
    level: level ?? null,
    meaning: levelMeaning(level),
    url: levelUrl(level),
    tools: count,
  }));
  return {
    data: { title: 'Risk levels', levels: rows },
    text: [
      { heading: 1, text: 'Risk levels' },
      {
        text: 'A level follows from what one call does. The same category and traits always give the same level.',
      },
      {
        links: counts.map(({ level, count }) => ({
          text: levelTitle(level),
          url: levelUrl(level),
          more: `${counted(count, 'tool')}. ${levelMeaning(level)}`,
        })),
      },
    ],
  };
}

/** The newest changes at all servers. */
export function changesTwin(view: ChangesView): Twin {
  const urlOf = (number: number) => pageUrl('/changes', number);
  const overTime = view.overTime?.columns.map(({ label }) => label) ?? [];
  return {
    data: {
      title: 'Changes',
      ...partOf(view, urlOf),
      ...(view.overTime && { overTime }),
      changes: view.items.map(changeItem),
    },
    text: [
      { heading: 1, text: 'Changes' },
      { text: sizeOf(view, 'change') },
      ...(overTime.length > 0 ? [{ list: overTime }] : []),
      { links: view.items.map(changeLinkOf) },
      ...nextOf(view, urlOf),
    ],
  };
}

/** The servers that did not list their tools, or not all of them. */
export function failuresTwin({ asked, failed }: FailuresView): Twin {
  return {
    data: {
      title: 'Servers we could not list',
      asked,
      servers: failed.map(({ name, url, status, reason, detail }) => ({
        name,
        url,
        status,
        reason: reason?.code ?? null,
        detail: detail ?? null,
      })),
    },
    text: [
      { heading: 1, text: 'Servers we could not list' },
      { text: `${counted(failed.length, 'server')} of ${asked} asked, with the reason.` },
      {
        links: failed.map(({ name, url, status, reason }) => ({
          text: name,
          url,
          more: reason ? `${status}: ${reason.words} (${reason.code})` : status,
        })),
      },
    ],
  };
}

/** A tool in a list of a twin. */
export function toolItem({
  name,
  url,
  level,
  label,
  serverName,
  description,
}: ToolLink & { description?: string }): object {
  return {
    tool: name,
    url,
    level: level ?? null,
    label: label ?? null,
    serverName,
    ...(description !== undefined && { description }),
  };
}

export function toolLinkOf({
  name,
  url,
  level,
  label,
  serverName,
  description = '',
}: ToolLink & { description?: string }): MarkdownLink {
  const judged = label === undefined ? levelTitle(level) : `${levelTitle(level)}, ${label}`;
  return {
    text: name,
    url,
    more: `${judged}, on ${serverName}${description === '' ? '' : `: ${description}`}`,
  };
}

/** A server in a list of a twin; `tools` is null where they are not known. */
export function serverItem({
  id,
  name,
  url,
  status,
  area,
  isKnown,
  toolCount,
  levels,
}: ServerLink): object {
  return {
    id,
    name,
    url,
    status,
    area: area ?? null,
    tools: isKnown ? toolCount : null,
    levels: isKnown ? byLevel(levels) : null,
  };
}

export function serverLinkOf({ name, url, id, isKnown, toolCount, levels }: ServerLink) {
  const tools = isKnown ? `${counted(toolCount, 'tool')}${levelWords(levels)}` : 'tools not known';
  return { text: name, url, more: `${id}, ${tools}` };
}

/** A change in a list of a twin. */
export function changeItem({ tool, ...change }: ChangeLine): object {
  return { ...change, tool: tool ?? null };
}

export function changeLinkOf({ at, url, tool, serverName, what, version }: ChangeLine) {
  return {
    text: tool ?? serverName,
    url,
    more: `${at.slice(0, 10)}, ${serverName}, version ${version}: ${what}`,
  };
}

/** Tools by level; what nobody has judged has its own count. */
export function byLevel(counts: readonly LevelCount[]): Record<string, number> {
  return Object.fromEntries(counts.map(({ level, count }) => [level ?? 'unclassified', count]));
}

function levelWords(counts: readonly LevelCount[]): string {
  const present = counts.filter(({ count }) => count > 0);
  const words = present.map(({ level, count }) => `${count} ${levelTitle(level)}`);
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

/** Which part of a long list this is, and where the next lies. */
function partOf({ page, pages, total }: Page<unknown>, urlOf: (number: number) => string) {
  return { page, pages, total, next: page < pages ? `${urlOf(page + 1)}.json` : null };
}

function sizeOf({ page, pages, total }: Page<unknown>, noun: string): string {
  return `${counted(total, noun)}${pages > 1 ? `, page ${page} of ${pages}` : ''}.`;
}

function nextOf({ page, pages }: Page<unknown>, urlOf: (number: number) => string): Markdown[] {
  return page < pages ? [{ links: [{ text: `Page ${page + 1}`, url: urlOf(page + 1) }] }] : [];
}
