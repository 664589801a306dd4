import type { Level } from '@toolwarden/catalogue';
import { countLevels } from '../catalogue-view.ts';
import { levelKey, levelTitle } from '../level-words.ts';
import type { PlotPart } from './bar-plot.ts';

/** Tools by level, as the parts of a bar. */
export function levelParts(tools: Iterable<{ level: Level | undefined }>): PlotPart[] {
  return countLevels(tools).map(({ level, count }) => ({
    key: levelKey(level),
    title: levelTitle(level),
    count,
  }));
}
