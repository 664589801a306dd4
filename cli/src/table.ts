/** A table of plain columns; the last column is not padded. */
export function table(heads: string[], rows: string[][]): string[] {
  const widths = heads.map((head, index) =>
    Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ');
  return [
    line(heads),
    line(
      widths.map((width, index) =>
        '-'.repeat(index === widths.length - 1 ? (heads[index]?.length ?? 0) : width),
      ),
    ),
    ...rows.map(line),
  ];
}
