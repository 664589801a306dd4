import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';

/** How large a document may be that decides something. */
const jsonLimits = { bytes: 4 * 1024 * 1024, depth: 64, keys: 10_000, text: 1024 * 1024 };

/** Why a text is not read: `syntax` where it is no JSON, `ambiguous` where two readers could read it differently. */
type JsonProblem = { kind: 'syntax' | 'ambiguous' | 'too-large'; what: string };

/** A value that every reader reads alike, or why there is none. */
export type StrictJson = { ok: true; value: JsonValue } | { ok: false; problem: JsonProblem };

class Refused extends Error {
  readonly problem: JsonProblem;

  constructor(kind: JsonProblem['kind'], what: string) {
    super(what);
    this.problem = { kind, what };
  }
}

/**
 * Reads JSON once, and only if nobody could read it another way: no key twice in an object, no number that a double
 * cannot hold, no broken Unicode. What is judged is then what a server will understand.
 */
export function readStrictJson(text: string): StrictJson {
  try {
    const fields = countFields(text);
    const value = JSON.parse(text) as JsonValue;
    // A key given twice leaves one field fewer in the value than stand in the text; the parser keeps the last one.
    const hasEscapes = text.includes('\\u');
    if (countKeys(value, 0, hasEscapes) !== fields) {
      throw new Refused('ambiguous', 'a key stands twice in one object');
    }
    return { ok: true, value };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, problem: error.problem };
    return { ok: false, problem: { kind: 'syntax', what: 'this is not JSON' } };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Counts the colons outside strings, and bounds depth and size before anything is built. */
function countFields(text: string): number {
  if (text.length > jsonLimits.bytes) throw new Refused('too-large', 'the message is too long');
  let depth = 0;
  let fields = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > jsonLimits.depth) throw new Refused('too-large', 'nested too deep');
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
      case 0x3a: // :
        if (++fields > jsonLimits.keys) throw new Refused('too-large', 'too many keys');
        break;
      default:
    }
  }
  return fields;
}

function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) throw new Refused('syntax', 'this is not JSON');
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) break;
  }
  if (end - start > jsonLimits.text) throw new Refused('too-large', 'a text is too long');
  return end;
}

// Recursion is bounded: the text was found to be no deeper than the limit.
function countKeys(value: JsonValue, keys: number, hasEscapes: boolean): number {
  if (typeof value === 'string') {
    if (hasEscapes) checkText(value);
    return keys;
  }
  if (typeof value === 'number') {
    checkNumber(value);
    return keys;
  }
  if (Array.isArray(value)) {
    let count = keys;
    for (const item of value) count = countKeys(item, count, hasEscapes);
    return count;
  }
  if (!isJsonObject(value)) return keys;
  let count = keys;
  for (const key of Object.keys(value)) {
    if (hasEscapes) checkText(key);
    count = countKeys(value[key] as JsonValue, count + 1, hasEscapes);
  }
  return count;
}

function checkNumber(value: number): void {
  // Beyond 2^53 neighbours share one double, so what is judged might not be what is meant. 1e400 is Infinity here.
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw new Refused('ambiguous', 'a number is too large to be exact; send it as a text');
  }
}

function checkText(text: string): void {
  if (!text.isWellFormed()) throw new Refused('ambiguous', 'a text holds half a character');
  if (text.includes('\0')) throw new Refused('ambiguous', 'a text holds a NUL');
}
