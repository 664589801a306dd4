import type { Attack, AttackEntry, AttackKind, Framework } from './attack.ts';
import type { ControlId } from './control.ts';
import type { Needs, ToolNeeds } from './needs.ts';
import type { Category, Trait } from './taxonomy.ts';

/** What an entry is found by. Lists are sorted. */
export type AttackFacets = {
  kind: AttackKind;
  /** Categories and traits its needs name; what it must not be is left out. */
  categories: Category[];
  traits: Trait[];
  scope: Needs['scope'];
  controls: ControlId[];
  frameworks: Framework[];
  /** Framework ids, SAF-MCP's in both spellings. */
  ids: string[];
  /** Of the event, else of the disclosure. */
  year?: string;
  verification: Attack['verification'];
  gateway: Attack['gateway']['stops'];
};

/** The facets of one entry. */
export function facetsOf(attack: Attack): AttackFacets {
  const terms = neededTerms(attack.needs);
  const year = (attack.dates.event ?? attack.dates.disclosure)?.slice(0, 4);
  return {
    kind: attack.kind,
    categories: unique(terms.flatMap((term) => ('category' in term ? [term.category] : []))),
    traits: unique(terms.flatMap((term) => ('trait' in term ? [term.trait] : []))),
    scope: attack.needs.scope,
    controls: unique(attack.stoppedBy.map(({ control }) => control)),
    frameworks: unique(attack.mappings.map(({ framework }) => framework)),
    ids: unique(attack.mappings.flatMap(({ id }) => spellings(id))),
    ...(year !== undefined && { year }),
    verification: attack.verification,
    gateway: attack.gateway.stops,
  };
}

/** What entries can be narrowed down to; each value given must hold. */
export type AttackFilter = {
  kind?: string | undefined;
  category?: string | undefined;
  trait?: string | undefined;
  control?: string | undefined;
  /** A framework (`CWE`) or one of its ids (`CWE-78`). */
  framework?: string | undefined;
  year?: string | undefined;
  verification?: string | undefined;
  gateway?: string | undefined;
};

/** True where an entry fits a filter. Letter case does not matter. */
export function fitsFilter(attack: Attack, filter: AttackFilter): boolean {
  const facets = facetsOf(attack);
  const has = (wanted: string | undefined, values: readonly (string | undefined)[]) =>
    wanted === undefined || values.some((value) => value?.toLowerCase() === wanted.toLowerCase());
  return (
    has(filter.kind, [facets.kind]) &&
    has(filter.category, facets.categories) &&
    has(filter.trait, facets.traits) &&
    has(filter.control, facets.controls) &&
    has(filter.framework, [...facets.frameworks, ...facets.ids]) &&
    has(filter.year, [facets.year]) &&
    has(filter.verification, [facets.verification]) &&
    has(filter.gateway, [facets.gateway])
  );
}

/** How many entries have each value of each facet, values sorted. */
export function countFacets(
  attacks: readonly Attack[],
): Record<keyof AttackFacets, Record<string, number>> {
  const counts = {
    kind: {},
    categories: {},
    traits: {},
    scope: {},
    controls: {},
    frameworks: {},
    ids: {},
    year: {},
    verification: {},
    gateway: {},
  } as Record<keyof AttackFacets, Record<string, number>>;
  const all = attacks.map(facetsOf);
  for (const facet of Object.keys(counts) as (keyof AttackFacets)[]) {
    const values = all.flatMap((facets) => facets[facet] ?? []);
    for (const value of values.sort()) counts[facet][value] = (counts[facet][value] ?? 0) + 1;
  }
  return counts;
}

/** Entries an entry names, and entries that name it, each sorted by id; names of no entry are left out. */
export function linksBetween(
  attacks: readonly Attack[],
): Map<string, { related: string[]; relatedFrom: string[] }> {
  const links = new Map(
    attacks.map(({ id }) => [id, { related: [] as string[], relatedFrom: [] as string[] }]),
  );
  for (const { id, related } of attacks) {
    for (const other of related.filter((each) => links.has(each))) {
      links.get(id)?.related.push(other);
      links.get(other)?.relatedFrom.push(id);
    }
  }
  for (const link of links.values()) {
    link.related.sort();
    link.relatedFrom.sort();
  }
  return links;
}

/** Entries that hold all words of a query, best first: names and identifiers before mentions. */
export function searchAttacks(entries: readonly AttackEntry[], query: string): AttackEntry[] {
  const phrase = normalised(query);
  const words = phrase.split(' ').filter((word) => word !== '');
  if (words.length === 0) return [...entries];
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, phrase, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.entry.attack.id < b.entry.attack.id ? -1 : 1))
    .map(({ entry }) => entry);
}

function scoreOf({ attack, body }: AttackEntry, phrase: string, words: readonly string[]): number {
  const title = normalised(attack.title);
  const names = [normalised(attack.id), title, ...attack.aliases.map(normalised)];
  // An identifier that is the entry counts more than one that merely fits, and a source's more than ours.
  const byId = attack.mappings
    .filter(({ id }) => normalised(id) === phrase)
    .map(({ assignedBy, note }) => (assignedBy === 'us' ? 300 : note === undefined ? 700 : 400));
  const named = names.includes(phrase)
    ? 1000
    : title.includes(phrase)
      ? 500
      : names.some((name) => name.includes(phrase))
        ? 350
        : 0;
  const ids = attack.mappings.map(({ id }) => normalised(id)).join(' ');
  const fields: [string, number][] = [
    [names.join(' '), 40],
    [ids, 30],
    [normalised(attack.summary), 10],
    [normalised(affectedWords(attack)), 10],
    [normalised(body), 2],
  ];
  const base = Math.max(named, ...byId);
  let score = base;
  for (const word of words) {
    const weight = fields.find(([text]) => text.includes(word))?.[1];
    if (weight === undefined) return base;
    score += weight;
  }
  const isPhraseInText = fields.some(([text]) => text.includes(phrase));
  return score + (isPhraseInText ? 20 : 0);
}

function affectedWords({ affected }: Attack): string {
  return affected.map(({ product, versions = '' }) => `${product} ${versions}`).join(' ');
}

// `SAFE-T1001` and `SAF-T1001` are one id, and a hyphen is as good as a space.
function normalised(text: string): string {
  return text
    .toLowerCase()
    .replace(/\bsafe-(t\d|m-)/g, 'saf-$1')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function spellings(id: string): string[] {
  return id.startsWith('SAF-') ? [id, id.replace('SAF-', 'SAFE-')] : [id];
}

/** The terms an expression asks for, wherever they stand in it. */
function neededTerms(needs: Needs): ToolNeeds[] {
  if (needs.scope === 'stack' || needs.scope === 'product') return [];
  if (needs.scope === 'combination') return needs.parts.flatMap(positiveTerms);
  return needs.tool === undefined ? [] : positiveTerms(needs.tool);
}

function positiveTerms(needs: ToolNeeds): ToolNeeds[] {
  if ('all' in needs) return needs.all.flatMap(positiveTerms);
  if ('any' in needs) return needs.any.flatMap(positiveTerms);
  return 'not' in needs ? [] : [needs];
}

function unique<Item extends string>(items: readonly Item[]): Item[] {
  return [...new Set(items)].sort();
}
