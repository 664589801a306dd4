import { scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import { counted } from '../names.ts';

/** A part of a bar: what is counted, what it is called, how many. */
export type PlotPart = { key: string; title: string; count: number };
export type BarRow = { title: string; url?: string | undefined; parts: readonly PlotPart[] };

/** Bars one below the other, cut into parts. Lengths are per cent of the drawing, so that it fits any screen. */
export type BarPlot = {
  rows: {
    title: string;
    url: string | undefined;
    total: number;
    /** The whole bar in words, for those who do not see it. */
    label: string;
    bars: { key: string; x: number; width: number }[];
  }[];
  ticks: { x: number; text: string }[];
  /** Parts that any bar has, in their order: what a legend explains. */
  parts: { key: string; title: string }[];
};

const TICKS = 4;

/** All rows have the same parts in the same order. */
export function barPlot(rows: readonly BarRow[], noun: string): BarPlot {
  const totals = rows.map(({ parts }) => parts.reduce((sum, { count }) => sum + count, 0));
  const scale = scaleLinear([0, Math.max(1, ...totals)], [0, 100]).nice(TICKS);
  const parts = partsOf(rows);
  const layers = stack<BarRow, string>()
    .keys(parts.map(({ key }) => key))
    .value((row, key) => row.parts.find((part) => part.key === key)?.count ?? 0)([...rows]);
  return {
    parts,
    rows: rows.map(({ title, url, parts: own }, index) => ({
      title,
      url,
      total: totals[index] ?? 0,
      label: labelOf(title, totals[index] ?? 0, own, noun),
      bars: layers.flatMap((layer) => {
        const [from = 0, to = 0] = layer[index] ?? [];
        return from === to
          ? []
          : [{ key: layer.key, x: rounded(scale(from)), width: rounded(scale(to) - scale(from)) }];
      }),
    })),
    ticks: scale
      .ticks(TICKS)
      .filter(Number.isInteger)
      .map((value) => ({ x: rounded(scale(value)), text: value.toLocaleString('en') })),
  };
}

/** Parts that at least one of the rows has, in the order of the first. */
export function partsOf(
  rows: readonly { parts: readonly PlotPart[] }[],
): { key: string; title: string }[] {
  const all = rows[0]?.parts ?? [];
  return all
    .filter(({ key }) =>
      rows.some(({ parts }) => parts.some((part) => part.key === key && part.count > 0)),
    )
    .map(({ key, title }) => ({ key, title }));
}

/** `Destructive: 236 tools: 200 Critical, 36 High`. */
export function labelOf(
  title: string,
  total: number,
  parts: readonly PlotPart[],
  noun: string,
): string {
  const present = parts.filter(({ count }) => count > 0);
  const words = present.map((part) => `${part.count.toLocaleString('en')} ${part.title}`);
  const whole = `${title}: ${counted(total, noun)}`;
  return present.length > 1 || parts.length > 1 ? `${whole}: ${words.join(', ') || 'none'}` : whole;
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
