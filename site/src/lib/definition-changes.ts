import { isJsonObject, type JsonValue, MAX_JSON_DEPTH } from '@toolwarden/catalogue';
import { diffWordsWithSpace } from 'diff';
import { compareText } from './names.ts';

/** A piece of a changed text. */
export type DiffPiece = { text: string; kind: 'same' | 'gone' | 'new' };
/** A value that differs between two definitions, by its place. */
export type ChangedValue = { place: string; before: string | undefined; after: string | undefined };

const MAX_VALUES = 40;
const MAX_VALUE = 200;
/** More differing words than this are shown as one text after the other. */
const MAX_EDITS = 400;

/** The words that went and came, in place. */
export function textDiff(before: string, after: string): DiffPiece[] {
  const found = diffWordsWithSpace(before, after, { maxEditLength: MAX_EDITS });
  // Nothing is found where too much differs.
  if (found === undefined)
    return [
      { text: before, kind: 'gone' },
      { text: after, kind: 'new' },
    ];
  return found.map(({ value, added, removed }) => {
    if (added) return { text: value, kind: 'new' };
    return { text: value, kind: removed ? 'gone' : 'same' };
  });
}

/** Every value besides the description that was added, removed or changed, the first forty. */
export function changedValues(old: JsonValue, now: JsonValue): ChangedValue[] {
  const [before, after] = [new Map<string, string>(), new Map<string, string>()];
  collect(old, '', before, 0);
  collect(now, '', after, 0);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((place) => place !== 'description' && before.get(place) !== after.get(place))
    .sort(compareText)
    .slice(0, MAX_VALUES)
    .map((place) => ({ place, before: before.get(place), after: after.get(place) }));
}

function collect(value: JsonValue, place: string, into: Map<string, string>, depth: number): void {
  const isList = Array.isArray(value);
  const isLeaf = depth > MAX_JSON_DEPTH || !(isList || isJsonObject(value));
  const items = isLeaf ? [] : Object.entries(value as object);
  if (isLeaf || items.length === 0) {
    const text = depth > MAX_JSON_DEPTH ? '…' : JSON.stringify(value);
    into.set(place, text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text);
    return;
  }
  for (const [key, item] of items)
    collect(item as JsonValue, place === '' ? key : `${place} › ${key}`, into, depth + 1);
}
