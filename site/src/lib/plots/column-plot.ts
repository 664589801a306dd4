import { scaleBand, scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import { labelOf, type PlotPart, partsOf, rounded } from './bar-plot.ts';

/** A column of time: its name in words, and below it what is written under it. */
export type TimeColumn = { title: string; tick?: string | undefined; parts: readonly PlotPart[] };

/** Columns side by side along time. Widths are per cent of the drawing, heights are pixels. */
export type ColumnPlot = {
  height: number;
  columns: {
    label: string;
    x: number;
    width: number;
    bars: { key: string; y: number; height: number }[];
  }[];
  lines: { y: number; text: string }[];
  ticks: { x: number; text: string }[];
  parts: { key: string; title: string }[];
};

const HEIGHT = 180;
const TOP = 18;
const FOOT = 22;
/** Room for the numbers at the left, in per cent. */
const LEFT = 7;
const TICKS = 3;

export function columnPlot(columns: readonly TimeColumn[], noun: string): ColumnPlot {
  const totals = columns.map(({ parts }) => parts.reduce((sum, { count }) => sum + count, 0));
  const across = scaleBand([...columns.keys()], [LEFT, 100]).paddingInner(0.3);
  const up = scaleLinear([0, Math.max(1, ...totals)], [HEIGHT - FOOT, TOP]).nice(TICKS);
  const parts = partsOf(columns);
  const layers = stack<TimeColumn, string>()
    .keys(parts.map(({ key }) => key))
    .value((column, key) => column.parts.find((part) => part.key === key)?.count ?? 0)([
    ...columns,
  ]);
  return {
    height: HEIGHT,
    parts,
    columns: columns.map(({ title, parts: own }, index) => ({
      label: labelOf(title, totals[index] ?? 0, own, noun),
      x: rounded(across(index) ?? 0),
      width: rounded(across.bandwidth()),
      bars: layers.flatMap((layer) => {
        const [from = 0, to = 0] = layer[index] ?? [];
        return from === to
          ? []
          : [{ key: layer.key, y: rounded(up(to)), height: rounded(up(from) - up(to)) }];
      }),
    })),
    lines: up
      .ticks(TICKS)
      .filter(Number.isInteger)
      .map((value) => ({ y: rounded(up(value)), text: value.toLocaleString('en') })),
    ticks: columns.flatMap(({ tick }, index) =>
      tick === undefined ? [] : [{ x: rounded(across(index) ?? 0), text: tick }],
    ),
  };
}
