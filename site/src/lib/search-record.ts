import {
  type CatalogueEntry,
  type CatalogueTool,
  displayName,
  readTool,
  serverWords,
} from '@toolwarden/catalogue';
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
/** Of a tool's description so much is searched, and so much of a server altogether. */
const MAX_TOOL = 300;
const MAX_CONTENT = 40_000;

/** What is searched and shown of a server: its words and those of its tools, which have no records of their own. */
export function serverSearchRecord(entry: CatalogueEntry): SearchRecord {
  const { record, slug, tools } = entry;
  const { name, description = '' } = serverWords(record);
  const shown = displayName(record);
  const words = nameWords(`${shown} ${name}`).join(' ');
  return {
    url: serverUrl(slug),
    language: 'en',
    content: [words, description.slice(0, MAX_TEXT), ...tools.map(wordsOfTool)]
      .filter((part) => part !== '')
      .join('. ')
      .slice(0, MAX_CONTENT),
    meta: {
      kind: 'server',
      title: clip(shown, 120),
      words,
      server: isKnown(entry) ? counted(tools.length, 'tool') : 'not listed',
      about: about(description),
    },
    filters: { kind: ['server'] },
  };
}

function wordsOfTool({ definition }: CatalogueTool): string {
  const { name, description = '' } = readTool(definition);
  return `${nameWords(name).join(' ')}: ${description.slice(0, MAX_TOOL)}`;
}

function about(text: string): string {
  return clip(text.slice(0, MAX_TEXT).replace(/\s+/g, ' ').trim(), 160);
}
