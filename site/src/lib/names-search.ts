import { nameWords } from './names.ts';
import { nearWords } from './near-words.ts';

/** Levels and categories as the index numbers them; 0 is not classified. */
export const LEVELS = ['', 'Low', 'Medium', 'High', 'Critical'] as const;
export const CATEGORIES = ['', 'Read', 'Write', 'Execute'] as const;

/** One thing with a name. */
type Named = {
  kind: 'tool' | 'server' | 'attack';
  name: string;
  url: string;
  /** Place of its server; -1 for attacks. */
  server: number;
  level: number;
  category: number;
  /** Its names in words, each between spaces; most have one. */
  words: string[];
};
type Server = { slug: string; name: string; words: string };
export type NamesIndex = { items: Named[]; servers: Server[] };

export type NamesQuery = { text: string; level: string[]; category: string[]; server: string };
export type NameHit = {
  kind: Named['kind'];
  name: string;
  url: string;
  level: string;
  category: string;
  server: string;
};
export type NamesAnswer = {
  total: number;
  hits: NameHit[];
  /** How many there would be with each value of a facet, the other facets as they are. */
  levels: number[];
  categories: number[];
  /** Set where nothing has the words as typed and these are near. */
  near: string[];
};

/** Reads what `namesIndex` wrote. */
export function readNames(text: string): NamesIndex {
  const index: NamesIndex = { items: [], servers: [] };
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [first = '', second = '', ...rest] = line.split('\t');
    if (line.startsWith('>')) addServer(index, first.slice(1), second);
    else if (line.startsWith('!')) addAttack(index, first.slice(1), [second, ...rest]);
    else
      addTool(index, first.replace(/^ (?=[>!])/, ''), second.charCodeAt(0) - 97, rest[0] ?? first);
  }
  return index;
}

function addServer({ items, servers }: NamesIndex, slug: string, name: string): void {
  const words = spaced(`${name} ${slug}`);
  servers.push({ slug, name, words });
  const place = { server: servers.length - 1, level: 0, category: 0 };
  items.push({
    kind: 'server',
    name,
    url: `/servers/${slug}`,
    ...place,
    words: [spaced(name), words],
  });
}

function addAttack({ items }: NamesIndex, id: string, names: string[]): void {
  const place = { server: -1, level: 0, category: 0 };
  const words = [...names, id].map(spaced);
  items.push({ kind: 'attack', name: names[0] ?? id, url: `/attacks/${id}`, ...place, words });
}

function addTool({ items, servers }: NamesIndex, name: string, code: number, slug: string): void {
  const url = `/servers/${servers.at(-1)?.slug}/tools/${slug}`;
  const [level, category] = [Math.floor(code / CATEGORIES.length), code % CATEGORIES.length];
  const server = servers.length - 1;
  items.push({ kind: 'tool', name, url, server, level, category, words: [spaced(name)] });
}

function spaced(text: string): string {
  return ` ${nameWords(text).join(' ')} `;
}

/** Ranks of a match, the best first. */
const EXACT = 0;
const START = 1;
const WORDS = 2;
const WITH_SERVER = 3;
const INSIDE = 4;
const RANKS = 5;

type Needle = {
  /** For each word typed, what a name must have one of. */
  words: string[][];
  whole: string;
  compact: string;
};

/** Answers a query by one pass over all names. */
export function searchNames(index: NamesIndex, query: NamesQuery, shown: number): NamesAnswer {
  const words = nameWords(query.text);
  if (words.length === 0 && query.text.trim() !== '')
    return collect(index, query, undefined, shown, []);
  const typed = needleOf(words.map((word) => [word]));
  const answer = collect(index, query, typed, shown, []);
  if (answer.total > 0 || words.length === 0) return answer;
  const near = nearWords(index, words);
  if (near.every((each, place) => each.length === 1 && each[0] === words[place])) return answer;
  return collect(
    index,
    query,
    needleOf(near),
    shown,
    near.flatMap((each) => each.slice(0, 1)),
  );
}

function needleOf(words: string[][]): Needle {
  const first = words.map((each) => each[0] ?? '');
  return {
    // A typed word is looked for at the start of words; a repaired one stands as a whole.
    words: words.map((each) => each.map((word) => ` ${word}`)),
    whole: ` ${first.join(' ')}`,
    compact: first.join(''),
  };
}

function collect(
  { items, servers }: NamesIndex,
  query: NamesQuery,
  needle: Needle | undefined,
  shown: number,
  near: string[],
): NamesAnswer {
  const levelsAsked = query.level.map((level) => LEVELS.indexOf(level as ''));
  const categoriesAsked = query.category.map((category) => CATEGORIES.indexOf(category as ''));
  const isFiltered = query.level.length + query.category.length > 0;
  const found: Named[][] = Array.from({ length: RANKS }, () => []);
  const answer: NamesAnswer = {
    total: 0,
    hits: [],
    levels: LEVELS.map(() => 0),
    categories: CATEGORIES.map(() => 0),
    near,
  };
  if (needle === undefined) return answer;
  for (const item of items) {
    const server = servers[item.server];
    if (query.server !== '' && server?.slug !== query.server) continue;
    const rank = rankOf(item, server, needle);
    if (rank === undefined) continue;
    if (item.kind !== 'tool') {
      if (!isFiltered && needle.words.length > 0) found[rank]?.push(item);
      continue;
    }
    const fitsLevel = levelsAsked.length === 0 || levelsAsked.includes(item.level);
    const fitsCategory = categoriesAsked.length === 0 || categoriesAsked.includes(item.category);
    if (fitsCategory) answer.levels[item.level] = (answer.levels[item.level] ?? 0) + 1;
    if (fitsLevel) answer.categories[item.category] = (answer.categories[item.category] ?? 0) + 1;
    if (fitsLevel && fitsCategory) found[rank]?.push(item);
  }
  answer.total = found.reduce((sum, those) => sum + those.length, 0);
  answer.hits = best(found, shown).map((item) => hitOf(item, servers));
  return answer;
}

function rankOf(item: Named, server: Server | undefined, needle: Needle): number | undefined {
  if (needle.words.length === 0) return WORDS;
  let best: number | undefined;
  for (const words of item.words) {
    const rank = rankOfWords(words, server?.words ?? '', needle);
    if (rank !== undefined && (best === undefined || rank < best)) best = rank;
  }
  return best;
}

function rankOfWords(name: string, server: string, needle: Needle): number | undefined {
  if (name.startsWith(needle.whole)) return name.length === needle.whole.length + 1 ? EXACT : START;
  let rank = WORDS;
  for (const any of needle.words) {
    if (any.some((word) => name.includes(word))) continue;
    if (any.some((word) => server.includes(word))) rank = WITH_SERVER;
    else {
      rank = INSIDE;
      break;
    }
  }
  if (rank < INSIDE) return rank;
  return needle.compact.length > 2 && name.replaceAll(' ', '').includes(needle.compact)
    ? INSIDE
    : undefined;
}

// Of one rank the shorter name says more exactly what was typed; more than are shown need not be sorted.
function best(found: Named[][], shown: number): Named[] {
  const hits: Named[] = [];
  for (const those of found) {
    if (hits.length >= shown) break;
    hits.push(...those.sort((a, b) => a.name.length - b.name.length || b.level - a.level));
  }
  return hits.slice(0, shown);
}

function hitOf({ kind, name, url, level, category, server }: Named, servers: Server[]): NameHit {
  return {
    kind,
    name,
    url,
    level: LEVELS[level] ?? '',
    category: CATEGORIES[category] ?? '',
    server: kind === 'tool' ? (servers[server]?.name ?? '') : '',
  };
}
