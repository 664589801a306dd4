import type { Attack } from '@toolwarden/catalogue';
import { kindsShown, kindWords } from '../attack-words.ts';
import { type ColumnPlot, columnPlot } from './column-plot.ts';

/** Entries by the quarter in which they happened or were made public; those without a known month are counted apart. */
export function attacksOverTime(
  attacks: readonly Attack[],
): { plot: ColumnPlot; undated: number } | undefined {
  const dated = attacks.flatMap((attack) => {
    const quarter = quarterOf(attack.dates.event ?? attack.dates.disclosure ?? '');
    return quarter === undefined ? [] : [{ kind: attack.kind, quarter }];
  });
  const numbers = dated.map(({ quarter }) => quarter);
  if (numbers.length === 0) return undefined;
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  const columns = Array.from({ length: last - first + 1 }, (_, index) => {
    const [year, part] = [Math.floor((first + index) / 4), ((first + index) % 4) + 1];
    const those = dated.filter(({ quarter }) => quarter === first + index);
    return {
      title: `${year}, quarter ${part}`,
      tick: part === 1 || index === 0 ? `${year}` : undefined,
      parts: kindsShown.map((kind) => ({
        key: kind,
        title: kindWords[kind].plural,
        count: those.filter((each) => each.kind === kind).length,
      })),
    };
  });
  return {
    plot: columnPlot(apart(columns), 'attack'),
    undated: attacks.length - dated.length,
  };
}

/** A number that grows by one a quarter. */
function quarterOf(date: string): number | undefined {
  const [, year, month] = /^(\d{4})-(\d{2})/.exec(date) ?? [];
  return year === undefined ? undefined : Number(year) * 4 + Math.floor((Number(month) - 1) / 3);
}

/** A year that begins one quarter after the first column would be written over its year. */
function apart<Column extends { tick: string | undefined }>(columns: Column[]): Column[] {
  return columns.map((column, index) =>
    index === 0 && columns.slice(1, 3).some(({ tick }) => tick !== undefined)
      ? { ...column, tick: undefined }
      : column,
  );
}
