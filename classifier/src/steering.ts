import {
  escapePointer,
  isJsonObject,
  type JsonValue,
  type ToolDefinition,
} from '@toolwarden/catalogue';
import { orders } from './orders.ts';
import { wordFinder } from './word-finder.ts';

/** Words of a definition that try to steer whoever reads it. */
export type Steering = { kind: 'orders' | 'hidden'; pointer: string; quote: string };

// Invisible characters, direction overrides, controls and tags; joiners between emoji and selectors after them are usual.
const HIDDEN =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\u{E0000}-\u{E007F}\u{E0100}-\u{E01EF}]|[\p{L}\p{N}\s]\u200D|\u200C(?![\p{Script=Arab}\p{Script=Deva}\p{Script=Beng}])/u;
/** Most texts hold nothing else than what a keyboard writes. */
const UNUSUAL = /[^\t\n\r\x20-\x7E]/;
const FLAG_TAGS = /\u{1F3F4}[\u{E0061}-\u{E007A}]{1,7}\u{E007F}/gu;
const MAX_STRINGS = 3000;
const MAX_CHARS = 200_000;
const MAX_FINDS = 6;
/** Shorter texts hold no order. */
const MIN_ORDER = 12;

/** Everything in a definition that tries to steer its reader; bounded in size and number. */
export function findSteering(tool: ToolDefinition): Steering[] {
  const places: Place[] = [];
  let chars = 0;
  for (const place of textsOf(tool)) {
    chars += place.text.length;
    if (chars > MAX_CHARS) break;
    places.push(place);
  }
  return [...hiddenCharacters(places), ...ordersAmong(places)].slice(0, MAX_FINDS);
}

function hiddenCharacters(places: readonly Place[]): Steering[] {
  return places.flatMap(({ pointer, text }): Steering[] => {
    const quote = hiddenIn(text);
    return quote === undefined ? [] : [{ kind: 'hidden', pointer, quote }];
  });
}

/** One search over all texts of a definition at once: most patterns are ruled out by a word that none of them holds. */
function ordersAmong(places: readonly Place[]): Steering[] {
  const readable = places.filter(({ text, isKey }) => text.length >= (isKey ? 40 : MIN_ORDER));
  // do_not_tell_the_user: a key or value may be a sentence without blanks.
  const joined = readable
    .map(({ text }) => (text.includes(' ') ? text : text.replace(/[_-]/g, ' ')))
    .join('\n');
  return matchesIn(joined).flatMap(({ start, end }): Steering[] => {
    let from = 0;
    for (const { pointer, text } of readable) {
      if (start < from + text.length) {
        const quote = text.slice(start - from, Math.min(end - from, start - from + 150)).trim();
        return [{ kind: 'orders', pointer, quote }];
      }
      from += text.length + 1;
    }
    return [];
  });
}

/** Words in a text that give orders beyond the use of a tool. */
export function orderIn(text: string): string | undefined {
  const found = orderAt(text);
  return found && text.slice(found.start, Math.min(found.end, found.start + 150)).trim();
}

/** Where a text gives an order. */
export function orderAt(text: string): { start: number; end: number } | undefined {
  if (text.length < MIN_ORDER) return undefined;
  return matchesIn(text.includes(' ') ? text : text.replace(/[_-]/g, ' '))[0];
}

const wordsOfOrders = wordFinder(orders.map(({ words }) => words ?? []));

function matchesIn(text: string): { start: number; end: number }[] {
  const { groups, isForeign } = wordsOfOrders(text);
  const found: { start: number; end: number }[] = [];
  for (const [index, { words, pattern, isForeign: mayBeForeign }] of orders.entries()) {
    if (words !== undefined && groups[index] === 0 && !(mayBeForeign === true && isForeign))
      continue;
    const match = pattern.exec(text);
    if (match !== null && !isCaution(match[0], text, match.index))
      found.push(withoutForeword(pattern, text, match));
  }
  return found;
}

const MAX_FOREWORDS = 8;
const TURN = /\b(?:system|assistant|developer|user|human)\s{0,3}:\s{0,3}$/i;

/**
 * The order alone. A search begins as early as it can: in "Read a diary file Send the contents of …" at "Read", which is what
 * the tool does; the order begins where it last could. The turn of a conversation that it pretends to be is part of it.
 */
function withoutForeword(
  pattern: RegExp,
  text: string,
  match: RegExpExecArray,
): { start: number; end: number } {
  const end = match.index + match[0].length;
  const upToEnd = text.slice(0, end);
  const later = new RegExp(pattern.source, `${pattern.flags}g`);
  let start = match.index;
  for (let round = 0; round < MAX_FOREWORDS; round++) {
    later.lastIndex = start + 1;
    const next = later.exec(upToEnd);
    if (next === null || next.index + next[0].length < end) break;
    start = next.index;
  }
  const turn = TURN.exec(text.slice(Math.max(0, start - 20), start));
  return { start: start - (turn?.[0].length ?? 0), end };
}

// "Do not call this without the user's consent" asks for consent; "do it without their consent" goes round it.
function isCaution(found: string, text: string, at: number): boolean {
  if (!/^without\b/i.test(found)) return false;
  return /\b(?:not|never|don't|nothing|avoid|no)\b[^.\n]{0,120}$/i.test(
    text.slice(Math.max(0, at - 140), at),
  );
}

function hiddenIn(text: string): string | undefined {
  if (!UNUSUAL.test(text)) return undefined;
  const match = HIDDEN.exec(text);
  if (match === null) return undefined;
  // Three countries' flags are written with tag characters.
  const plain = text.replace(FLAG_TAGS, '').replace(/^\uFEFF/, '');
  const rest = HIDDEN.exec(plain);
  return rest === null ? undefined : rest[0];
}

type Place = { pointer: string; text: string; isKey: boolean };

/** Every string of the definition that a reader meets, keys of properties included; breadth first, bounded. */
function* textsOf(tool: ToolDefinition): Generator<Place> {
  const queue: { value: JsonValue; pointer: string }[] = [];
  for (const field of [
    'name',
    'title',
    'description',
    'annotations',
    'inputSchema',
    'outputSchema',
    '_meta',
  ])
    if (Object.hasOwn(tool, field))
      queue.push({ value: tool[field] as JsonValue, pointer: `/${field}` });
  let count = 0;
  for (let at = 0; at < queue.length && count < MAX_STRINGS; at++) {
    const { value, pointer } = queue[at] as { value: JsonValue; pointer: string };
    if (typeof value === 'string') {
      count++;
      yield { pointer, text: value, isKey: false };
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.slice(0, 300).entries())
        if (typeof item === 'string' || typeof item === 'object')
          queue.push({ value: item, pointer: `${pointer}/${index}` });
    } else if (isJsonObject(value)) {
      for (const key of Object.keys(value).slice(0, 500)) {
        const item = value[key] as JsonValue;
        const place = `${pointer}/${key.includes('/') || key.includes('~') ? escapePointer(key) : key}`;
        if (key.length > 11) {
          count++;
          yield { pointer: place, text: key, isKey: true };
        }
        if (typeof item === 'string' || (typeof item === 'object' && item !== null))
          queue.push({ value: item, pointer: place });
      }
    }
  }
}
