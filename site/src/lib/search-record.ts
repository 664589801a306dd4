import { displayName, readTool } from '@toolwarden/catalogue';
import type { ToolRef } from './catalogue-view.ts';
import { levelTitle } from './level-words.ts';
import { nameWords } from './names.ts';
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
export function searchRecord({ entry, tool, url }: ToolRef): SearchRecord {
  const { name, title, description = '' } = readTool(tool.definition);
  const server = displayName(entry.record);
  const words = nameWords(name).join(' ');
  const level = levelTitle(tool.judgement?.risk);
  const said = description.slice(0, MAX_TEXT);
  return {
    url,
    language: 'en',
    content: [words, clip(name, 200), title, server, tool.judgement?.label, said]
      .filter((part) => part !== undefined && part !== '')
      .join('. '),
    meta: {
      title: clip(name, 120),
      words,
      server: clip(server, 80),
      about: clip(said.replace(/\s+/g, ' ').trim(), 160),
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
