import {
  type Evidence,
  isJsonObject,
  type JsonValue,
  pointerSegments,
  resolvePointer,
  type ServerWords,
  type ToolDefinition,
  type Trait,
} from '@toolwarden/catalogue';
import type { JsonMark } from './json-tokens.ts';

/** A quote with the words around it. */
export type Quote = {
  number: number;
  pointer: string;
  /** Says in words where it stands: `description`, `name of argument sql`. */
  place: string;
  before: string;
  quote: string;
  after: string;
  /** Whether the definition on the page holds it; the server's own words stand elsewhere. */
  isInDefinition: boolean;
};

/** Words kept on each side of a quote. */
const CONTEXT = 90;

/** Finds each piece of evidence in the definition or the server's words; one that is not there is left out. */
export function locateEvidence(
  definition: ToolDefinition,
  server: ServerWords,
  evidence: readonly Evidence[],
): { quotes: Map<'category' | Trait, Quote[]>; marks: JsonMark[] } {
  const quotes = new Map<'category' | Trait, Quote[]>();
  const marks: JsonMark[] = [];
  const numbers = new Map<string, number>();
  for (const item of evidence) {
    const found = find(definition, server, item);
    if (found === undefined) continue;
    // The same words may carry two facts: one mark, one number.
    const { text, start, mark } = found;
    const place = `${mark?.in} ${mark?.pointer ?? item.pointer} ${start} ${item.quote}`;
    const number = numbers.get(place) ?? numbers.size + 1;
    numbers.set(place, number);
    const end = start + item.quote.length;
    if (mark !== undefined) marks.push({ ...mark, number, start, end });
    quotes.set(item.for, [
      ...(quotes.get(item.for) ?? []),
      {
        number,
        pointer: item.pointer,
        place: placeOf(item.pointer, mark?.in),
        before: lead(text.slice(0, start)),
        quote: item.quote,
        after: trail(text.slice(end)),
        isInDefinition: mark !== undefined,
      },
    ]);
  }
  return { quotes, marks };
}

type Found = { text: string; start: number; mark?: Pick<JsonMark, 'pointer' | 'in'> };

function find(
  definition: ToolDefinition,
  server: ServerWords,
  { pointer, quote }: Evidence,
): Found | undefined {
  if (pointer.startsWith('/server/')) {
    const words: JsonValue = { server: { ...server } };
    return within(resolvePointer(words, pointer), quote);
  }
  const value = resolvePointer(definition, pointer);
  const inValue = within(value, quote);
  if (inValue) return { ...inValue, mark: { pointer, in: 'value' } };
  // A key may be named by its own pointer or by its object's.
  const segments = pointerSegments(pointer) ?? [];
  if (segments.at(-1) === quote && value !== undefined)
    return { text: quote, start: 0, mark: { pointer, in: 'key' } };
  if (isJsonObject(value) && Object.hasOwn(value, quote)) {
    const key = `${pointer}/${quote.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return { text: quote, start: 0, mark: { pointer: key, in: 'key' } };
  }
  return undefined;
}

function within(value: JsonValue | undefined, quote: string): Found | undefined {
  if (value === undefined || typeof value === 'object') return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const start = text.indexOf(quote);
  return start < 0 ? undefined : { text, start };
}

function lead(text: string): string {
  if (text.length <= CONTEXT) return text;
  return `…${text.slice(-CONTEXT).replace(/^\S*\s/, '')}`;
}

function trail(text: string): string {
  if (text.length <= CONTEXT) return text;
  return `${text.slice(0, CONTEXT).replace(/\s\S*$/, '')}…`;
}

function placeOf(pointer: string, kind: JsonMark['in'] | undefined): string {
  const segments = pointerSegments(pointer) ?? [];
  if (segments[0] === 'server') return `the server’s ${segments[1]}`;
  const [first, second, argument, ...rest] = segments;
  if (first === 'inputSchema' && second === 'properties' && argument !== undefined) {
    if (rest.length === 0)
      return kind === 'key' ? 'the name of an argument' : `argument ${argument}`;
    return `argument ${argument}, ${rest.join(' › ')}`;
  }
  return segments.join(' › ') || 'the definition';
}
