import type { Condition } from '../condition.ts';
import type { SeenArgument } from './argument-values.ts';

/** A value is taken for one of a fixed few where each was seen this often on average. */
const SEEN_EACH = 3;
const MOST_CHOICES = 8;
const LEAST_CALLS = 5;
const SHORTEST_PREFIX = 3;

/** What could be demanded of an argument so that all that was seen of it passes: the tightest first. */
export function valueBounds(argument: SeenArgument): Condition[][] {
  const { path, values, isMixed } = argument;
  if (isMixed || values.length === 0) return [];
  const candidates: Condition[][] = [];
  const distinct = [...new Set(values)];
  if (isChoice(distinct, values.length)) candidates.push([{ path, op: 'in', value: distinct }]);
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === values.length) candidates.push(numberBounds(path, numbers));
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length === values.length) candidates.push(...textBounds(path, texts));
  return candidates;
}

function isChoice(distinct: readonly unknown[], seen: number): boolean {
  return (
    distinct.length <= MOST_CHOICES &&
    seen >= LEAST_CALLS &&
    seen >= distinct.length * SEEN_EACH &&
    distinct.every((value) => typeof value !== 'string' || value.length <= 256)
  );
}

// Some room above, because the next page or amount is rarely exactly one that was seen; none below nought.
function numberBounds(path: string, values: readonly number[]): Condition[] {
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return [
    { path, op: 'gte', value: least >= 0 ? 0 : least * 2 },
    { path, op: 'lte', value: most > 0 ? most * 2 : most },
  ];
}

function textBounds(path: string, texts: readonly string[]): Condition[][] {
  const hosts = hostsOf(texts);
  const folder = commonFolder(texts);
  const prefix = commonPrefix(texts);
  const longest = texts.reduce((most, text) => Math.max(most, text.length), 0);
  const length: Condition = { path, op: 'max_length', value: roundUp(longest * 2) };
  return [
    ...(hosts === undefined ? [] : [[{ path, op: 'host_in' as const, value: hosts }]]),
    ...(folder === undefined ? [] : [[{ path, op: 'within' as const, value: folder }]]),
    ...(prefix === undefined
      ? []
      : [[{ path, op: 'matches' as const, value: `${escaped(prefix)}(?s:.*)` }, length]]),
    [length],
  ];
}

function hostsOf(texts: readonly string[]): string[] | undefined {
  const hosts = new Set<string>();
  for (const text of texts) {
    if (!/^(https?|wss?):\/\//i.test(text) || !URL.canParse(text)) return undefined;
    hosts.add(new URL(text).host);
  }
  return hosts.size > 0 && hosts.size <= MOST_CHOICES ? [...hosts].sort() : undefined;
}

/** The folder that holds all of them; `undefined` where they are no paths, or share nothing below the root. */
function commonFolder(texts: readonly string[]): string | undefined {
  if (!texts.every((text) => /^(\/|\.\/|[\w.-]+\/)/.test(text) && !/\s\s|:\/\//.test(text))) {
    return undefined;
  }
  // A path that climbs is in another folder than it is written in.
  if (texts.some((text) => text.split('/').includes('..'))) return undefined;
  const folders = texts.map((text) => text.split('/').slice(0, -1));
  const [first = []] = folders;
  const shared = first.findIndex((part, i) => folders.some((folder) => folder[i] !== part));
  const parts = shared === -1 ? first : first.slice(0, shared);
  return parts.some((part) => part !== '' && part !== '.') ? parts.join('/') : undefined;
}

/** What all begin with, up to the end of a word. */
function commonPrefix(texts: readonly string[]): string | undefined {
  const [first = ''] = texts;
  if (texts.length < LEAST_CALLS || new Set(texts).size < 2) return undefined;
  let length = first.length;
  for (const text of texts) {
    while (length > 0 && !text.startsWith(first.slice(0, length))) length--;
  }
  const prefix = /^.*[^\p{L}\p{N}]/su.exec(first.slice(0, length))?.[0];
  return prefix !== undefined && prefix.length >= SHORTEST_PREFIX && prefix.length <= 200
    ? prefix
    : undefined;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function roundUp(length: number): number {
  return Math.max(16, 2 ** Math.ceil(Math.log2(Math.max(1, length))));
}
