import {
  type Category,
  type Evidence,
  escapePointer,
  isJsonObject,
  type JsonValue,
  own,
  type ServerWords,
  type ToolDefinition,
  type Trait,
} from '@toolwarden/catalogue';
import { isVerbatim, shorten } from '../evidence.ts';
import type { ModelAnswer } from './answer.ts';
import { SENT_FIELDS } from './prompt.ts';

/** What is left of a model's answer once every quote was looked up in the definition. */
export type ModelFacts = {
  /** Absent where no quote for it was found: then the model says nothing of the category. */
  category?: Category;
  traits: ReadonlySet<Trait>;
  evidence: Evidence[];
  /** True where a quote was not found, so that its fact was dropped. */
  isDropped: boolean;
};

/** Keeps the facts whose words stand in the definition, with their place. */
export function verifiedFacts(
  { category, traits }: ModelAnswer,
  tool: ToolDefinition,
  server?: ServerWords,
): ModelFacts {
  const texts = textsOf(tool, server);
  const evidence: Evidence[] = [];
  const found = (fact: Evidence['for'], quotes: readonly string[]): boolean => {
    const items = quotes.flatMap((quote): Evidence[] => {
      const pointer = placeOf(quote, texts);
      if (pointer === undefined) return [];
      const item: Evidence = { for: fact, pointer, quote: shorten(quote) };
      return isVerbatim(item, tool, server) ? [item] : [];
    });
    // The server's words help to understand a tool's, but do not say what one call of it does.
    if (items.every(({ pointer }) => pointer.startsWith('/server/'))) return false;
    evidence.push(...items.slice(0, 3));
    return true;
  };
  // `contained` is the one trait that can lower a level, so no model may set it.
  const asked = traits.filter(({ trait }) => trait !== 'contained');
  const isCategoryShown = found('category', category.quotes);
  const shown = asked.filter(({ trait, quotes }) => found(trait, quotes));
  return {
    ...(isCategoryShown && { category: category.value }),
    traits: new Set(shown.map(({ trait }) => trait)),
    evidence,
    isDropped: !isCategoryShown || shown.length < asked.length,
  };
}

type Place = { pointer: string; text: string; isKey: boolean };
const MAX_TEXTS = 5_000;
const MAX_DEPTH = 64;

/** A text or key that holds the quote; a single mark or letter is no quote. */
function placeOf(quote: string, texts: readonly Place[]): string | undefined {
  if (quote.length < 2 || !/[\p{L}\p{N}]/u.test(quote)) return undefined;
  return texts.find(({ text, isKey }) => (isKey ? text === quote : text.includes(quote)))?.pointer;
}

function textsOf(tool: ToolDefinition, server: ServerWords | undefined): Place[] {
  const places: Place[] = [];
  for (const field of SENT_FIELDS) {
    const value = own(tool, field);
    if (value !== undefined) addTexts(value, `/${field}`, places, 0);
  }
  if (server !== undefined) {
    places.push({ pointer: '/server/name', text: server.name, isKey: false });
    if (server.description !== undefined)
      places.push({ pointer: '/server/description', text: server.description, isKey: false });
  }
  return places;
}

function addTexts(value: JsonValue, pointer: string, places: Place[], depth: number): void {
  if (places.length >= MAX_TEXTS || depth > MAX_DEPTH) return;
  if (typeof value === 'string') places.push({ pointer, text: value, isKey: false });
  else if (typeof value === 'number' || typeof value === 'boolean')
    places.push({ pointer, text: JSON.stringify(value), isKey: true });
  else if (Array.isArray(value))
    for (const [index, item] of value.entries())
      addTexts(item, `${pointer}/${index}`, places, depth + 1);
  else if (isJsonObject(value))
    for (const key of Object.keys(value)) {
      const place = `${pointer}/${escapePointer(key)}`;
      places.push({ pointer: place, text: key, isKey: true });
      addTexts(value[key] as JsonValue, place, places, depth + 1);
    }
}
