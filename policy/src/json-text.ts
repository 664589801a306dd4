import { escapePointer, type JsonValue } from '@toolwarden/catalogue';

/** Where a value begins in a text, and where its key does if it has one. */
type Place = { key?: number; value: number };

/** A JSON text read with the place of every value. */
export type JsonText =
  | { ok: true; value: JsonValue; places: Map<string, Place> }
  | { ok: false; offset: number; pointer: string; message: string; isSyntax: boolean };

const MAX_DEPTH = 64;

class SyntaxProblem {
  readonly offset: number;
  readonly pointer: string;
  readonly message: string;
  /** False where it is JSON, but not JSON that all readers read alike. */
  readonly isSyntax: boolean;

  constructor(offset: number, pointer: string, message: string, isSyntax: boolean) {
    this.offset = offset;
    this.pointer = pointer;
    this.message = message;
    this.isSyntax = isSyntax;
  }
}

/**
 * Reads JSON strictly and remembers where each value stands, by JSON Pointer. A key given twice is an error,
 * because readers differ in which one they keep.
 */
export function readJsonText(text: string): JsonText {
  const reader = new Reader(text);
  try {
    const value = reader.document();
    return { ok: true, value, places: reader.places };
  } catch (problem) {
    if (!(problem instanceof SyntaxProblem)) throw problem;
    const { offset, pointer, message, isSyntax } = problem;
    return { ok: false, offset, pointer, message, isSyntax };
  }
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

class Reader {
  readonly places = new Map<string, Place>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    // A byte order mark is what some editors leave behind; JSON allows a reader to pass over it.
    this.#text = text;
    if (text.startsWith('\uFEFF')) this.#at = 1;
  }

  document(): JsonValue {
    const value = this.#value('', 0);
    this.#take(SPACE);
    if (this.#at < this.#text.length) this.#fail('', 'expected the end of the document');
    return value;
  }

  #value(pointer: string, depth: number, key?: number): JsonValue {
    this.#take(SPACE);
    this.places.set(pointer, key === undefined ? { value: this.#at } : { key, value: this.#at });
    if (depth > MAX_DEPTH) this.#fail(pointer, `nested deeper than ${MAX_DEPTH} levels`, false);
    const first = this.#text[this.#at];
    if (first === '{') return this.#object(pointer, depth);
    if (first === '[') return this.#array(pointer, depth);
    if (first === '"') return this.#string(pointer);
    const scalar = this.#take(NUMBER) || this.#take(WORD);
    if (scalar === '') this.#fail(pointer, this.#expected('a value'));
    const value = JSON.parse(scalar) as number | boolean | null;
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#at -= scalar.length;
      this.#fail(pointer, 'a number too large', false);
    }
    return value;
  }

  #object(pointer: string, depth: number): JsonValue {
    const fields: [string, JsonValue][] = [];
    const seen = new Set<string>();
    this.#list('}', pointer, () => {
      this.#take(SPACE);
      const keyAt = this.#at;
      if (this.#text[this.#at] !== '"') this.#fail(pointer, this.#expected('a key in quotes'));
      const key = this.#string(pointer);
      const inner = `${pointer}/${escapePointer(key)}`;
      if (seen.has(key)) {
        this.#at = keyAt;
        this.#fail(inner, `the key ${JSON.stringify(key)} stands here twice`, false);
      }
      seen.add(key);
      this.#take(SPACE);
      if (this.#text[this.#at] !== ':') this.#fail(inner, this.#expected('a colon'));
      this.#at++;
      fields.push([key, this.#value(inner, depth + 1, keyAt)]);
    });
    return Object.fromEntries(fields);
  }

  #array(pointer: string, depth: number): JsonValue {
    const items: JsonValue[] = [];
    this.#list(']', pointer, () => {
      items.push(this.#value(`${pointer}/${items.length}`, depth + 1));
    });
    return items;
  }

  #list(close: string, pointer: string, readItem: () => void): void {
    this.#at++;
    this.#take(SPACE);
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      readItem();
      this.#take(SPACE);
      const next = this.#text[this.#at];
      if (next !== ',' && next !== close) {
        this.#fail(pointer, this.#expected(`a comma or ${close}`));
      }
      this.#at++;
      if (next === close) return;
    }
  }

  #string(pointer: string): string {
    const text = this.#take(STRING);
    if (text === '') this.#fail(pointer, 'a text that does not end, or holds a control character');
    return JSON.parse(text) as string;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #expected(what: string): string {
    const found = this.#text[this.#at];
    return `expected ${what}, found ${found === undefined ? 'the end' : JSON.stringify(found)}`;
  }

  #fail(pointer: string, message: string, isSyntax = true): never {
    throw new SyntaxProblem(this.#at, pointer, message, isSyntax);
  }
}

/** Line and column, both from 1, of an offset in a text; a column counts UTF-16 units. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: offset - lineStart + 1 };
}
