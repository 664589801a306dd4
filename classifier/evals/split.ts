import { createHash } from 'node:crypto';
import type { LabelledTool } from './labels.ts';

/**
 * The halves of a labelled set, dealt by server. The held-out half is scored and never read by who writes rules: it
 * has every server that no earlier label came from, and a fixed draw of the others.
 */
export function halves(
  labels: readonly LabelledTool[],
  earlier: readonly LabelledTool[],
): { development: LabelledTool[]; heldOut: LabelledTool[] } {
  const known = new Set(earlier.map(({ server }) => server.name));
  const { true: heldOut = [], false: development = [] } = Object.groupBy(labels, ({ server }) =>
    String(!known.has(server.name) || isDrawn(server.name)),
  );
  return { development, heldOut };
}

// Seven in sixteen: with the servers that are new anyway, about half of the tools.
function isDrawn(server: string): boolean {
  return Number.parseInt(createHash('sha256').update(server).digest('hex').slice(0, 1), 16) < 7;
}
