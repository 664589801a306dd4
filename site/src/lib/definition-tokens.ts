import type { CatalogueTool } from '@toolwarden/catalogue';
import type { CountTokens } from './token-count.ts';

// Both the server's data and the tool's page say it, and counting is the dearest part of a view.
const counted = new WeakMap<CatalogueTool, number>();

/** Takes over what an earlier build counted for this very definition. */
export function rememberTokens(tool: CatalogueTool, count: number): void {
  counted.set(tool, count);
}

/** Tokens of a tool's definition, as it stands in an agent's context. */
export function definitionTokens(tool: CatalogueTool, countTokens: CountTokens): number {
  const known = counted.get(tool);
  if (known !== undefined) return known;
  const count = countTokens(JSON.stringify(tool.definition));
  counted.set(tool, count);
  return count;
}
