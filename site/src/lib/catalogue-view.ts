import {
  type Attack,
  type AttackEntry,
  type Category,
  type Level,
  levels,
  type Trait,
} from '@toolwarden/catalogue';
import { compareText } from './names.ts';
import { type ActIndex, indexActs } from './related-tools.ts';
import type { ServerSummary, ToolSummary } from './server-summary.ts';

/** What lists and indexes are made from, and what a tool's page says of other servers. */
export type CatalogueView = {
  /** Sorted by name; those without a single tool and those that are gone included. */
  servers: ServerSummary[];
  /** Tools of servers that are still there, by name, then server. */
  tools: ToolSummary[];
  acts: ActIndex;
  /** The attack database, sorted by id. */
  attacks: Attack[];
  /** The same with their prose. */
  attackEntries: AttackEntry[];
};

/** Puts servers and attacks in the order of the site; the same ones give the same view, in whatever order they come. */
export function catalogueView(
  summaries: readonly ServerSummary[],
  attackEntries: AttackEntry[],
): CatalogueView {
  const servers = sortBy(summaries, ({ name, id }) => [name.toLowerCase(), id]);
  const tools = sortBy(
    servers.flatMap(({ status, tools: listed }) => (status === 'gone' ? [] : listed)),
    ({ name, url }) => [name.toLowerCase(), url],
  );
  const attacks = attackEntries.map(({ attack }) => attack);
  return { servers, tools, acts: indexActs(tools), attacks, attackEntries };
}

function sortBy<Item>(items: readonly Item[], keysOf: (item: Item) => [string, string]): Item[] {
  return items
    .map((item) => ({ item, keys: keysOf(item) }))
    .sort((a, b) => compareText(a.keys[0], b.keys[0]) || compareText(a.keys[1], b.keys[1]))
    .map(({ item }) => item);
}

/** Highest first, and before all of them what nobody has judged. */
export const levelsShown: readonly (Level | undefined)[] = [
  ...levels.map(({ id }) => id).toReversed(),
  undefined,
];

/** How many tools each level has, in the order of {@link levelsShown}. */
export type LevelCount = { level: Level | undefined; count: number };
export function countLevels(tools: Iterable<{ level: Level | undefined }>): LevelCount[] {
  const counts = new Map<Level | undefined, number>();
  for (const { level } of tools) counts.set(level, (counts.get(level) ?? 0) + 1);
  return levelsShown.map((level) => ({ level, count: counts.get(level) ?? 0 }));
}

export function toolsOfLevel({ tools }: CatalogueView, level: Level | undefined): ToolSummary[] {
  return tools.filter((tool) => tool.level === level);
}

export function toolsOfCategory({ tools }: CatalogueView, category: Category): ToolSummary[] {
  return tools.filter((tool) => tool.category === category);
}

const byTrait = new WeakMap<CatalogueView, Map<Trait, ToolSummary[]>>();

export function toolsWithTrait(catalogue: CatalogueView, trait: Trait): ToolSummary[] {
  const index = byTrait.get(catalogue) ?? indexTraits(catalogue);
  byTrait.set(catalogue, index);
  return index.get(trait) ?? [];
}

// Two pages ask for each trait, and there are more tools than anything else.
function indexTraits({ tools }: CatalogueView): Map<Trait, ToolSummary[]> {
  const index = new Map<Trait, ToolSummary[]>();
  for (const tool of tools)
    for (const trait of tool.traits ?? []) {
      const found = index.get(trait);
      if (found === undefined) index.set(trait, [tool]);
      else found.push(tool);
    }
  return index;
}
