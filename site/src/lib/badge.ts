import type { LevelCount } from './catalogue-view.ts';
import { levelTitle } from './level-words.ts';

const COLOURS: Record<string, string> = {
  Low: '#2f6f4f',
  Medium: '#7a5b00',
  High: '#a8480a',
  Critical: '#9b1c3c',
};
/** Width of a letter and of the space around a text, in the badge's units; an estimate that `textLength` makes true. */
const LETTER = 6.6;
const SPACE = 14;

/** A badge for a README: how many tools of its highest level a server has. Words and number, not colour alone. */
export function badgeSvg(counts: readonly LevelCount[]): string {
  const highest = counts.find(({ level, count }) => level !== undefined && count > 0);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const said =
    highest === undefined
      ? `${total} not classified`
      : `${highest.count} of ${total} ${levelTitle(highest.level)}`;
  const [left, right] = ['MCP tools', said].map((text) => Math.round(text.length * LETTER));
  const [first, second] = [(left ?? 0) + SPACE, (right ?? 0) + SPACE];
  const text = (x: number, width: number | undefined, words: string) =>
    `<text x="${x + SPACE / 2}" y="14" textLength="${width}">${words}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${first + second}" height="20" role="img" aria-label="MCP tools: ${said}"><title>MCP tools: ${said}</title><rect width="${first}" height="20" fill="#24292b"/><rect x="${first}" width="${second}" height="20" fill="${COLOURS[highest?.level ?? ''] ?? '#4a5560'}"/><g fill="#fff" font-family="Verdana,Geneva,sans-serif" font-size="11">${text(0, left, 'MCP tools')}${text(first, right, said)}</g></svg>
`;
}
