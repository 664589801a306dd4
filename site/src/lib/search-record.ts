import { type CatalogueEntry, displayName, readTool, serverWords } from '@toolwarden/catalogue';
import type { ToolRef } from './catalogue-view.ts';
import { levelTitle } from './level-words.ts';
import { counted, nameWords } from './names.ts';
import { isKnown } from './server-view.ts';
import { serverUrl } from './urls.ts';
import { clip } from './visible-text.ts';

/** A record of the search index, as Pagefind takes it. */
export type SearchRecord = {
  url: string;
  content: string;
  language: string;
  meta: Record<string, string>;
  filters: Record<string, string[]>;
};

const MAX_TEXT = 2000;

/** What is searched and shown of a tool: its name as it is and in words, its server, and what it is said to do. */
export function toolRecord({ entry, tool, url }: ToolRef): SearchRecord {
  const { name, title, description = '' } = readTool(tool.definition);
  const server = displayName(entry.record);
  const words = nameWords(name).join(' ');
  const level = levelTitle(tool.judgement?.risk);
  const said = description.slice(0, MAX_TEXT);
  return {
    url,
    language: 'en',
    // In one piece as well, whatever its spelling: the search puts these hits first.
    content: [
      words,
      words.replaceAll(' ', '_'),
      clip(name, 200),
      title,
      server,
      tool.judgement?.label,
      said,
    ]
      .filter((part) => part !== undefined && part !== '')
      .join('. '),
    meta: {
      title: clip(name, 120),
      words,
      server: clip(server, 80),
      about: about(description),
      level,
      label: tool.judgement?.label ?? '',
    },
    filters: {
      level: [level],
      category: [tool.judgement?.category ?? 'Not classified'],
      server: [entry.record.id],
    },
  };
}

/** What is searched and shown of a server. It has no level or category, so those filters leave it out. */
export function serverSearchRecord(entry: CatalogueEntry): SearchRecord {
  const { record, slug, tools } = entry;
  const { name, description = '' } = serverWords(record);
  const shown = displayName(record);
  const words = nameWords(`${shown} ${name}`).join(' ');
  return {
    url: serverUrl(slug),
    language: 'en',
    content: [words, description.slice(0, MAX_TEXT)].filter((part) => part !== '').join('. '),
    meta: {
      kind: 'server',
      title: clip(shown, 120),
      words,
      server: isKnown(entry) ? counted(tools.length, 'tool') : 'not listed',
      about: about(description),
    },
    filters: { server: [record.id] },
  };
}

function about(text: string): string {
  return clip(text.slice(0, MAX_TEXT).replace(/\s+/g, ' ').trim(), 160);
}
