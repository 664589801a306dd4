import {
  type CatalogueEntry,
  type CatalogueTool,
  levels,
  type ServerId,
} from '@toolwarden/catalogue';
import { nameWords } from './names.ts';
import type { ToolLink } from './tool-link.ts';

/** What a page of another server says of a tool, and whose it is. */
type ActTool = ToolLink & { serverId: ServerId };
/** Tools by the words of their name: those under one key do, by their name, the same thing. */
export type ActIndex = Map<string, ActTool[]>;

/** Of each act so many are kept, from as many servers: one large server must not fill every list. */
const KEPT = 24;
const SHOWN = 6;

/** Indexes tools by act. One pass; `tools` is sorted, so the same data gives the same lists. */
export function indexActs(tools: readonly ActTool[]): ActIndex {
  const index: ActIndex = new Map();
  for (const tool of tools) {
    const key = actKey(tool.name);
    const found = index.get(key);
    if (found === undefined) index.set(key, [tool]);
    else if (found.length < KEPT && found.at(-1)?.serverId !== tool.serverId) found.push(tool);
  }
  return index;
}

/** Of the acts those that two servers have, with no more of a tool than is told elsewhere: all that pages of tools need. */
export function* sharedActs(acts: ActIndex): Generator<[key: string, tools: ActTool[]]> {
  for (const [key, tools] of acts)
    if (tools.some(({ serverId }) => serverId !== tools[0]?.serverId))
      yield [
        key,
        tools.map(({ name, url, level, label, serverName, serverId }) => {
          return { name, url, level, label, serverName, serverId };
        }),
      ];
}

/** Tools of other servers whose names say the same act. */
export function sameActElsewhere(
  acts: ActIndex,
  { name, serverId }: { name: string; serverId: ServerId },
): ActTool[] {
  const found = acts.get(actKey(name)) ?? [];
  return found.filter((other) => other.serverId !== serverId).slice(0, SHOWN);
}

/** Neighbours on the same server: those that share words with this one, the riskier first. */
export function relatedHere(entry: CatalogueEntry, tool: CatalogueTool): CatalogueTool[] {
  const index = nounIndex(entry);
  const shared = new Map<number, number>();
  for (const word of new Set(nounsOf(tool.definition.name)))
    for (const place of index.get(word) ?? []) shared.set(place, (shared.get(place) ?? 0) + 1);
  return [...shared]
    .map(([place, count]) => ({ place, count, other: entry.tools[place] as CatalogueTool }))
    .filter(({ other }) => other !== tool)
    .map((each) => ({ ...each, weight: weightOf(each.other) }))
    .sort((a, b) => b.count - a.count || b.weight - a.weight || a.place - b.place)
    .slice(0, SHOWN)
    .map(({ other }) => other);
}

function weightOf({ judgement }: CatalogueTool): number {
  return levels.findIndex(({ id }) => id === judgement?.risk);
}

/** The places of a server's tools by the nouns of their names, one that a name says twice twice. */
type NounIndex = Map<string, number[]>;
const nounIndexes = new WeakMap<CatalogueEntry, NounIndex>();

// Each tool of a server asks for its neighbours, and to compare it with all others takes the square of their number.
function nounIndex(entry: CatalogueEntry): NounIndex {
  const known = nounIndexes.get(entry);
  if (known !== undefined) return known;
  const index: NounIndex = new Map();
  for (const [place, { definition }] of entry.tools.entries())
    for (const word of nounsOf(definition.name)) {
      const places = index.get(word);
      if (places === undefined) index.set(word, [place]);
      else places.push(place);
    }
  nounIndexes.set(entry, index);
  return index;
}

function actKey(name: string): string {
  return nameWords(name).map(singular).sort().join(' ');
}

// The first word is nearly always the verb; what two tools of one server share is their object.
function nounsOf(name: string): string[] {
  return nameWords(name).slice(1).map(singular);
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
