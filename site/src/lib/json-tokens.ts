import {
  escapePointer,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  MAX_JSON_DEPTH,
} from '@toolwarden/catalogue';
import { escapeHidden } from './visible-text.ts';

/** A piece of printed JSON; `marks` are the numbers of the quotes it belongs to. */
export type JsonToken = {
  kind: 'key' | 'string' | 'number' | 'word' | 'plain';
  text: string;
  marks?: number[];
};

/** Where a quote stands: in the value or in the key that `pointer` names. */
export type JsonMark = {
  number: number;
  pointer: string;
  in: 'value' | 'key';
  start: number;
  end: number;
};

/** Prints JSON for reading, two spaces a level, and cuts it so that keys can be coloured and quotes marked. */
export function jsonTokens(value: JsonValue, marks: readonly JsonMark[] = []): JsonToken[] {
  const printer = new Printer(marks);
  printer.print(value, '', '\n', 0);
  return printer.tokens;
}

class Printer {
  readonly tokens: JsonToken[] = [];
  readonly #marks: Map<string, JsonMark[]>;

  constructor(marks: readonly JsonMark[]) {
    this.#marks = Map.groupBy(marks, (mark) => `${mark.in}${mark.pointer}`);
  }

  print(value: JsonValue, pointer: string, newline: string, depth: number): void {
    if (depth > MAX_JSON_DEPTH) {
      this.#plain('…');
      return;
    }
    const inner = `${newline}  `;
    if (Array.isArray(value)) {
      this.#list(['[', ']'], newline, value, fitsOneLine(value, depth), (item, index) =>
        this.print(item, this.#marks.size === 0 ? '' : `${pointer}/${index}`, inner, depth + 1),
      );
    } else if (isJsonObject(value)) {
      const isShort = depth > 0 && fitsOneLine(value, depth);
      this.#list(['{', '}'], newline, Object.entries(value), isShort, ([key, item]) => {
        const place = this.#marks.size === 0 ? '' : `${pointer}/${escapePointer(key)}`;
        this.#text('key', key, `key${place}`);
        this.#plain(': ');
        this.print(item, place, inner, depth + 1);
      });
    } else if (typeof value === 'string') this.#text('string', value, `value${pointer}`);
    else {
      const isMarked = this.#marks.get(`value${pointer}`);
      this.tokens.push({
        kind: typeof value === 'number' ? 'number' : 'word',
        text: JSON.stringify(value),
        ...(isMarked && { marks: isMarked.map(({ number }) => number) }),
      });
    }
  }

  #list<Item>(
    [open, close]: Brackets,
    newline: string,
    items: Item[],
    isShort: boolean,
    each: (item: Item, index: number) => void,
  ): void {
    if (items.length === 0) {
      this.#plain(open + close);
      return;
    }
    const [first, next, last] = isShort
      ? [open === '{' ? ' ' : '', ' ', open === '{' ? ' ' : '']
      : [`${newline}  `, `${newline}  `, newline];
    for (const [index, item] of items.entries()) {
      this.#plain(index === 0 ? open + first : `,${next}`);
      each(item, index);
    }
    this.#plain(last + close);
  }

  // INVARIANT: the pieces of a string are cut before they are escaped, so that a mark never splits an escape.
  #text(kind: 'key' | 'string', text: string, place: string): void {
    const marks = this.#marks.get(place);
    if (marks === undefined) {
      this.tokens.push({ kind, text: escapeHidden(JSON.stringify(text)) });
      return;
    }
    const cuts = [...new Set([0, text.length, ...marks.flatMap(({ start, end }) => [start, end])])];
    cuts.sort((a, b) => a - b);
    this.tokens.push({ kind, text: '"' });
    for (const [index, start] of cuts.slice(0, -1).entries()) {
      const end = cuts[index + 1] ?? text.length;
      const over = marks.filter((mark) => mark.start < end && mark.end > start);
      this.tokens.push({
        kind,
        text: escapeHidden(JSON.stringify(text.slice(start, end)).slice(1, -1)),
        ...(over.length > 0 && { marks: over.map(({ number }) => number) }),
      });
    }
    this.tokens.push({ kind, text: '"' });
  }

  #plain(text: string): void {
    const last = this.tokens.at(-1);
    if (last?.kind === 'plain') last.text += text;
    else this.tokens.push({ kind: 'plain', text });
  }
}

type Brackets = [open: string, close: string];

/** Longer than this a list or object gets a line for each of its values. */
const LINE = 96;

// A rule such as `{ "window": "minute", "max": 5 }` reads best on one line; what holds other lists never does.
function fitsOneLine(value: JsonValue[] | JsonObject, depth: number): boolean {
  const items = Object.values(value);
  if (items.length > 8 || items.some((item) => typeof item === 'object' && item !== null))
    return false;
  const isLong = items.some((item) => typeof item === 'string' && item.length > LINE);
  return !isLong && JSON.stringify(value).length + 2 * depth <= LINE;
}

/** Neighbours of one kind joined: fewer elements on the page. */
export function joinTokens(tokens: readonly JsonToken[]): JsonToken[] {
  const joined: JsonToken[] = [];
  for (const token of tokens) {
    const last = joined.at(-1);
    if (last && last.kind === token.kind && !last.marks && !token.marks)
      joined[joined.length - 1] = { ...last, text: last.text + token.text };
    else joined.push(token);
  }
  return joined;
}
