import type { ChangeLine } from '../change-lines.ts';
import { type ColumnPlot, columnPlot } from './column-plot.ts';

const DAY_MS = 86_400_000;
/** Longer spans are drawn by weeks or months: so many columns are still wider than a hair on a phone. */
const COLUMNS = 40;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const KINDS = [
  { key: 'added', title: 'added', fits: (what: string) => what === 'added' },
  { key: 'changed', title: 'changed', fits: (what: string) => what.startsWith('changed') },
  { key: 'removed', title: 'removed', fits: (what: string) => what === 'removed' },
] as const;

/** Tools added, changed and removed by day, week or month, from the first change to the last. */
export function changesOverTime(changes: readonly ChangeLine[]): ColumnPlot | undefined {
  const times = changes.map(({ at }) => Date.parse(at)).filter(Number.isFinite);
  if (times.length === 0) return undefined;
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const days = (last - first) / DAY_MS + 1;
  const step = days <= COLUMNS ? 1 : days <= 7 * COLUMNS ? 7 : 30;
  const start = Math.floor(first / DAY_MS);
  const placeOf = (time: number) => Math.floor((Math.floor(time / DAY_MS) - start) / step);
  const every = Math.max(1, Math.ceil((placeOf(last) + 1) / 4));
  const columns = Array.from({ length: placeOf(last) + 1 }, (_, place) => {
    const those = changes.filter(({ at }) => placeOf(Date.parse(at)) === place);
    const day = new Date((start + place * step) * DAY_MS);
    return {
      title: `${step === 1 ? '' : `${step} days from `}${day.toISOString().slice(0, 10)}`,
      tick:
        place % every === 0
          ? `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]}${step === 30 ? ` ${day.getUTCFullYear()}` : ''}`
          : undefined,
      parts: KINDS.map(({ key, title, fits }) => ({
        key,
        title,
        count: those.filter(({ what }) => fits(what)).length,
      })),
    };
  });
  return columnPlot(columns, 'tool');
}
