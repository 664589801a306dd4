import {
  type CatalogueEntry,
  type CrawlReason,
  displayName,
  type Level,
  own,
  readTool,
  type ServerRecord,
  serverWords,
} from '@toolwarden/catalogue';
import { countLevels, type LevelCount, levelsShown } from './catalogue-view.ts';
import { crawlReasonWords } from './crawl-words.ts';
import { type ListingDates, listingFacts } from './listing-dates.ts';
import { type Fact, inWords, serverFacts } from './provenance.ts';
import type { ToolLink } from './tool-link.ts';
import { linkTo } from './tool-view.ts';
import { safeLink, serverUrl, toolUrl } from './urls.ts';

/** A server in a list. */
export type ServerLink = {
  name: string;
  id: string;
  url: string;
  description: string | undefined;
  area: string | undefined;
  toolCount: number;
  levels: LevelCount[];
  status: 'listed' | 'partly listed' | 'not listed' | 'gone';
  /** False where the server could not be asked: then its tools are unknown, which is not to have none. */
  isKnown: boolean;
};

/** Everything a server's page shows, its policies apart. */
export type ServerView = ServerLink & {
  version: string;
  reason: { code: CrawlReason; words: string } | undefined;
  detail: string | undefined;
  tools: (ToolLink & {
    description: string | undefined;
    traits: readonly string[];
    configurations: string[];
  })[];
  configurations: { name: string; words: string; toolCount: number }[];
  instructions: string | undefined;
  links: { label: string; text: string; href: string | undefined }[];
  provenance: Fact[];
  /** Absent where no account of a crawl names it. */
  listed: ListingDates | undefined;
  notes: string[];
  others: { kind: string; names: string[] }[];
};

export function serverLink(entry: CatalogueEntry): ServerLink {
  const { record } = entry;
  return {
    name: displayName(record),
    id: record.id,
    url: serverUrl(entry.slug),
    description: serverWords(record).description,
    area: record.area,
    toolCount: entry.tools.length,
    levels: countLevels(entry.tools.map(({ judgement }) => ({ level: judgement?.risk }))),
    status: statusOf(record),
    isKnown: isKnown(entry),
  };
}

/** Only what a list shows of a server. */
export function asServerLink(server: ServerLink): ServerLink {
  const { name, id, url, description, area, toolCount, levels, status, isKnown: known } = server;
  return { name, id, url, description, area, toolCount, levels, status, isKnown: known };
}

/** What is said of the tools of a server that could not be asked. */
export const NOT_KNOWN = 'Not known: it could not be listed.';

/** False where nobody could ask the server for its tools. */
export function isKnown({ record, tools }: CatalogueEntry): boolean {
  return record.outcome !== 'failed' || tools.length > 0;
}

/** Order of tools by level, the highest first and before it what is not classified; then as they stand. */
export function byLevel(a: { level: Level | undefined }, b: { level: Level | undefined }): number {
  const place = (level: Level | undefined) =>
    level === undefined ? -1 : levelsShown.indexOf(level);
  return place(a.level) - place(b.level);
}

export function serverView(entry: CatalogueEntry, dates?: ListingDates): ServerView {
  const { record, tools, slug } = entry;
  return {
    ...serverLink(entry),
    version: record.version,
    reason: record.reason && { code: record.reason, words: crawlReasonWords[record.reason] },
    detail: record.detail,
    tools: tools.map((tool) => ({
      ...linkTo({ entry, tool, url: toolUrl(slug, tool.slug) }),
      description: readTool(tool.definition).description,
      traits: tool.judgement?.traits ?? [],
      configurations: tool.configurations,
    })),
    configurations: record.configurations.map((configuration) => ({
      name: configuration.name,
      words: inWords(configuration),
      toolCount: tools.filter(({ configurations }) => configurations.includes(configuration.name))
        .length,
    })),
    instructions: record.instructions === '' ? undefined : record.instructions,
    links: linksOf(record),
    provenance: [
      ...serverFacts(record),
      ...listingFacts(record, dates),
      ...(record.instructionsDigest === undefined
        ? []
        : [
            { label: 'Digest of the instructions', value: record.instructionsDigest, isCode: true },
          ]),
    ],
    listed: dates,
    notes: notesOf(record),
    others: [
      { kind: 'Prompts', names: namesOf(record.prompts, 'name') },
      { kind: 'Resources', names: namesOf(record.resources, 'uri') },
      { kind: 'Resource templates', names: namesOf(record.resourceTemplates, 'uriTemplate') },
    ].filter(({ names }) => names.length > 0),
  };
}

function statusOf({ isGone, outcome }: ServerRecord): ServerLink['status'] {
  if (isGone === true) return 'gone';
  if (outcome === 'failed') return 'not listed';
  return outcome === 'partial' ? 'partly listed' : 'listed';
}

function linksOf({ links }: ServerRecord): ServerView['links'] {
  return (['homepage', 'repository', 'documentation'] as const).flatMap((kind) => {
    const text = links?.[kind];
    const label = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
    return text === undefined ? [] : [{ label, text, href: safeLink(text) }];
  });
}

function notesOf({ truncated = [], findings = [], help = [] }: ServerRecord): string[] {
  return [
    ...truncated.map(({ what, limit }) => `Cut: ${what}, at the limit of ${limit}.`),
    ...findings.map(({ message }) => message),
    ...(help.length > 0 ? [`It was given before it listed its tools: ${help.join(', ')}.`] : []),
  ];
}

function namesOf(items: ServerRecord['prompts'], key: string): string[] {
  return (items ?? []).map((item) => {
    const name = own(item, key) ?? own(item, 'name');
    return typeof name === 'string' ? name : '(no name)';
  });
}
