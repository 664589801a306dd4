import type { Level } from '@toolwarden/catalogue';
import type { LevelCount } from './catalogue-view.ts';
import { levelTitle } from './level-words.ts';

const WIDTH = 200;
const GAP = 1;

/** The bars of a distribution, in units of a 200-wide drawing; the widths and gaps fill it. */
export function distributionBars(counts: readonly LevelCount[]): {
  bars: { level: Level | undefined; x: number; width: number }[];
  label: string;
} {
  const present = counts.filter(({ count }) => count > 0);
  const total = present.reduce((sum, { count }) => sum + count, 0);
  const space = WIDTH - GAP * Math.max(0, present.length - 1);
  let x = 0;
  const bars = present.map(({ level, count }) => {
    const bar = { level, x: rounded(x), width: rounded((space * count) / total) };
    x += (space * count) / total + GAP;
    return bar;
  });
  const words = present.map(({ level, count }) => `${count} ${levelTitle(level)}`);
  return { bars, label: words.length > 0 ? `Tools by level: ${words.join(', ')}` : 'No tools' };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
