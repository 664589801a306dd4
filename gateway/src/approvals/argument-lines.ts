import { canonicalJson, type JsonObject } from '@toolwarden/catalogue';
import { diffLines } from 'diff';

/** One line of a call's arguments: as it is, or only in this call, or only in the call before. */
export type ArgumentLine = { kind: 'same' | 'added' | 'removed'; text: string };

/** More lines than this are not compared, so that no call keeps the page waiting. */
const MOST_COMPARED = 2_000;

/**
 * The arguments of a call, a line each with sorted keys, compared with those of an earlier call where there is one. A
 * comparison that would take too long shows the call alone, and says so by `isCompared`.
 */
export function argumentLines(
  now: JsonObject,
  before: JsonObject | undefined,
): { lines: ArgumentLine[]; isCompared: boolean } {
  const text = printed(now);
  const earlier = before && printed(before);
  const isLong = countLines(text) + countLines(earlier ?? '') > MOST_COMPARED;
  const changes =
    earlier === undefined || isLong
      ? undefined
      : diffLines(earlier, text, { timeout: 500, maxEditLength: 2_000 });
  if (changes === undefined) {
    return {
      lines: linesOf(text).map((line) => ({ kind: 'same', text: line })),
      isCompared: false,
    };
  }
  const lines = changes.flatMap(({ value, added, removed }) =>
    linesOf(value).map((line): ArgumentLine => {
      if (added) return { kind: 'added', text: line };
      return { kind: removed ? 'removed' : 'same', text: line };
    }),
  );
  return { lines, isCompared: true };
}

function printed(args: JsonObject): string {
  return `${canonicalJson(args)}\n`;
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

function countLines(text: string): number {
  return text.split('\n').length;
}
