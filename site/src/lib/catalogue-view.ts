import {
  type Attack,
  type AttackEntry,
  type CatalogueEntry,
  type CatalogueTool,
  type Category,
  displayName,
  type HistoryEvent,
  type Level,
  levels,
  type ServerId,
  type Trait,
} from '@toolwarden/catalogue';
import { openStore, type Store, type StoreProblem } from '@toolwarden/catalogue/store';
import { compareText } from './names.ts';
import { type ActIndex, indexActs } from './related-tools.ts';
import { toolUrl } from './urls.ts';

/** A tool with its server and its address. */
export type ToolRef = { entry: CatalogueEntry; tool: CatalogueTool; url: string };

/** What the pages are made from: read once a process, then only looked at. */
export type CatalogueView = {
  /** Servers sorted by name; those without a single tool and those that are gone included. */
  entries: CatalogueEntry[];
  /** Tools of servers that are still there, by name, then server. */
  tools: ToolRef[];
  /** Every tool that has a page: `tools` and those of servers that are gone. */
  pages: ToolRef[];
  acts: ActIndex;
  /** What happened to each server's tools, oldest first; servers without history are left out. */
  history: Map<ServerId, HistoryEvent[]>;
  /** The attack database, sorted by id. */
  attacks: Attack[];
  /** The same with their prose. */
  attackEntries: AttackEntry[];
  problems: StoreProblem[];
};

/** Reads a data folder. */
export async function loadCatalogue(dataDir: string): Promise<CatalogueView> {
  const store = openStore(dataDir);
  const { items, problems } = await store.readEntries();
  const entries = items.sort(
    (a, b) =>
      compareText(displayName(a.record).toLowerCase(), displayName(b.record).toLowerCase()) ||
      compareText(a.record.id, b.record.id),
  );
  const pages = entries
    .flatMap((entry) =>
      entry.tools.map((tool): ToolRef => ({ entry, tool, url: toolUrl(entry.slug, tool.slug) })),
    )
    .sort(
      (a, b) =>
        compareText(a.tool.definition.name.toLowerCase(), b.tool.definition.name.toLowerCase()) ||
        compareText(a.url, b.url),
    );
  const tools = pages.filter(({ entry }) => entry.record.isGone !== true);
  const history = await readHistories(store, entries, problems);
  const read = await store.readAttacks();
  problems.push(...read.problems);
  const attackEntries = read.items;
  const attacks = attackEntries.map(({ attack }) => attack);
  const acts = indexActs(tools);
  return { entries, tools, pages, acts, history, attacks, attackEntries, problems };
}

/** Files read at once: enough to keep a disk busy, far from the limit of open files. */
const READ_AT_ONCE = 64;

async function readHistories(
  store: Store,
  entries: readonly CatalogueEntry[],
  problems: StoreProblem[],
): Promise<Map<ServerId, HistoryEvent[]>> {
  const found = new Map<ServerId, HistoryEvent[]>();
  for (let start = 0; start < entries.length; start += READ_AT_ONCE) {
    const part = entries.slice(start, start + READ_AT_ONCE).map(async ({ record: { id } }) => {
      const { items, problems: bad } = await store.readHistory(id);
      if (items.length > 0) found.set(id, items);
      problems.push(...bad);
    });
    await Promise.all(part);
  }
  return found;
}

let current: { dataDir: string; view: Promise<CatalogueView> } | undefined;

/** The catalogue of this build, named by the environment: every page asks, the first one reads. */
export function catalogueOfBuild(): Promise<CatalogueView> {
  const dataDir = process.env['TOOLWARDEN_SITE_DATA'];
  if (dataDir === undefined || dataDir === '')
    throw new Error('TOOLWARDEN_SITE_DATA must name the data folder; build through buildSite()');
  if (current?.dataDir !== dataDir) current = { dataDir, view: loadCatalogue(dataDir) };
  return current.view;
}

/** Highest first, and before all of them what nobody has judged. */
export const levelsShown: readonly (Level | undefined)[] = [
  ...levels.map(({ id }) => id).toReversed(),
  undefined,
];

/** How many tools each level has, in the order of {@link levelsShown}. */
export type LevelCount = { level: Level | undefined; count: number };
export function countLevels(tools: Iterable<{ judgement?: { risk: Level } }>): LevelCount[] {
  const counts = new Map<Level | undefined, number>();
  for (const { judgement } of tools) {
    const level = judgement?.risk;
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  return levelsShown.map((level) => ({ level, count: counts.get(level) ?? 0 }));
}

export function toolsOfLevel({ tools }: CatalogueView, level: Level | undefined): ToolRef[] {
  return tools.filter(({ tool }) => tool.judgement?.risk === level);
}

export function toolsOfCategory({ tools }: CatalogueView, category: Category): ToolRef[] {
  return tools.filter(({ tool }) => tool.judgement?.category === category);
}

export function toolsWithTrait({ tools }: CatalogueView, trait: Trait): ToolRef[] {
  return tools.filter(({ tool }) => tool.judgement?.traits.includes(trait));
}
