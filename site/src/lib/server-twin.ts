import type { CatalogueEntry } from '@toolwarden/catalogue';
import { toolLine } from './bulk-lines.ts';
import { type Markdown, markdown } from './markdown.ts';
import { summarizeTool } from './server-summary.ts';
import { NOT_KNOWN, type ServerView } from './server-view.ts';

/** A server's page as data: the record without the definitions, which stand in the tools' own twins; `tools` is null where they are not known. */
export function serverTwin(entry: CatalogueEntry, view: ServerView): object {
  const { tools: _definitions, ...record } = entry.record;
  return {
    ...record,
    name: view.name,
    url: view.url,
    status: view.status,
    listed: view.listed ?? null,
    tools: view.isKnown ? entry.tools.map((tool) => toolLine(summarizeTool(entry, tool))) : null,
  };
}

/** A server's page for readers of text. */
export function serverTwinMarkdown(view: ServerView): string {
  const parts: Markdown[] = [
    { heading: 1, text: view.name },
    { text: view.description ?? 'The server gives no description.' },
    ...(view.reason
      ? [{ text: `${view.status}: ${view.reason.words} (${view.reason.code})` }]
      : []),
    ...(view.isKnown
      ? [{ heading: 2, text: `Tools (${view.toolCount})` } as const, { list: toolLines(view) }]
      : [{ heading: 2, text: 'Tools' } as const, { text: NOT_KNOWN }]),
    { heading: 2, text: 'Provenance' },
    { list: view.provenance.map(({ label, value }) => `${label}: ${value}`) },
  ];
  return markdown(parts);
}

function toolLines({ tools }: ServerView): string[] {
  return tools.map(
    ({ name, level, label, url }) =>
      `${level ?? 'not classified'}, ${label ?? 'no label'}: ${name} (${url}.md)`,
  );
}
