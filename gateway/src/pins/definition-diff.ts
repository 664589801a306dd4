import { compactJson, isJsonObject, type JsonValue, showHidden } from '@toolwarden/catalogue';

const MOST_LINES = 200;
const MOST_DEPTH = 24;
/** How much of a long text stands around the part that changed. */
const CONTEXT = 60;
const LONGEST = 2_000;

/**
 * What changed between two definitions, for a person: a line for each place, then what stood there and what stands
 * there now, only the part that differs of long texts. Nothing in it moves a cursor or hides.
 */
export function definitionDiff(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): string[] {
  const lines: string[] = [];
  // What is new is shown field by field too.
  compare(before ?? (isJsonObject(after) ? {} : undefined), after, '', lines, 0);
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more lines`];
}

function compare(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  at: string,
  lines: string[],
  depth: number,
): void {
  if (same(before, after) || lines.length > MOST_LINES * 4) return;
  if (depth < MOST_DEPTH && isJsonObject(before) && isJsonObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    for (const key of keys) {
      const [old, now] = [ownOf(before, key), ownOf(after, key)];
      compare(old, now, `${at}/${visible(key)}`, lines, depth + 1);
    }
    return;
  }
  lines.push(at === '' ? '(all)' : at);
  const [old, now] =
    typeof before === 'string' && typeof after === 'string'
      ? differing(before, after)
      : [printed(before), printed(after)];
  if (before !== undefined) lines.push(`  - ${visible(old)}`);
  if (after !== undefined) lines.push(`  + ${visible(now)}`);
}

const ownOf = (value: { [key: string]: JsonValue }, key: string): JsonValue | undefined =>
  Object.hasOwn(value, key) ? value[key] : undefined;

function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || compactJson(a) === compactJson(b);
}

const printed = (value: JsonValue | undefined) =>
  value === undefined ? '' : typeof value === 'string' ? value : compactJson(value);

/** The two texts without what they have in common at either end, but for some of it. */
function differing(before: string, after: string): [string, string] {
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && before[start] === after[start]) start++;
  let end = 0;
  while (end < least - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const from = start > CONTEXT * 2 ? start - CONTEXT : 0;
  const rest = end > CONTEXT * 2 ? end - CONTEXT : 0;
  const cut = (text: string) =>
    `${from > 0 ? '…' : ''}${text.slice(from, text.length - rest)}${rest > 0 ? '…' : ''}`;
  return [cut(before), cut(after)];
}

function visible(text: string): string {
  const shown = showHidden(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return shown.length <= LONGEST
    ? shown
    : `${shown.slice(0, LONGEST)}… (${shown.length} characters)`;
}
