import {
  type CatalogueEntry,
  type CatalogueTool,
  levels,
  type ServerId,
} from '@toolwarden/catalogue';
import { nameWords } from './names.ts';
import type { ToolSummary } from './server-summary.ts';

/** Tools by the words of their name: those under one key do, by their name, the same thing. */
export type ActIndex = Map<string, ToolSummary[]>;

/** Of each act so many are kept, from as many servers: one large server must not fill every list. */
const KEPT = 24;
const SHOWN = 6;

/** Indexes tools by act. One pass; `tools` is sorted, so the same data gives the same lists. */
export function indexActs(tools: readonly ToolSummary[]): ActIndex {
  const index: ActIndex = new Map();
  for (const tool of tools) {
    const key = actKey(tool.name);
    const found = index.get(key);
    if (found === undefined) index.set(key, [tool]);
    else if (found.length < KEPT && found.at(-1)?.serverId !== tool.serverId) found.push(tool);
  }
  return index;
}

/** Tools of other servers whose names say the same act. */
export function sameActElsewhere(
  acts: ActIndex,
  { name, serverId }: { name: string; serverId: ServerId },
): ToolSummary[] {
  const found = acts.get(actKey(name)) ?? [];
  return found.filter((other) => other.serverId !== serverId).slice(0, SHOWN);
}

/** Neighbours on the same server: those that share words with this one, the riskier first. */
export function relatedHere(entry: CatalogueEntry, tool: CatalogueTool): CatalogueTool[] {
  const words = new Set(nounsOf(tool.definition.name));
  return entry.tools
    .filter((other) => other !== tool)
    .map((other) => ({
      other,
      shared: nounsOf(other.definition.name).filter((word) => words.has(word)).length,
      weight: levels.findIndex(({ id }) => id === other.judgement?.risk),
    }))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared || b.weight - a.weight)
    .slice(0, SHOWN)
    .map(({ other }) => other);
}

function actKey(name: string): string {
  return nameWords(name).map(singular).sort().join(' ');
}

const nounsOfName = new Map<string, string[]>();

// The first word is nearly always the verb; what two tools of one server share is their object.
function nounsOf(name: string): string[] {
  // Each tool of a server is compared with all its others, so a name is taken apart once.
  const known = nounsOfName.get(name) ?? nameWords(name).slice(1).map(singular);
  nounsOfName.set(name, known);
  return known;
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
