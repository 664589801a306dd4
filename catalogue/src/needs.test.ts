import { expect, test } from 'vitest';
import { needsSchema, toolNeedsSchema } from './needs.ts';

test('an expression may be nested, but not without end', () => {
  const nest = (depth: number): unknown =>
    depth === 0 ? { trait: 'bulk' } : { not: nest(depth - 1) };
  expect(toolNeedsSchema.safeParse(nest(4)).success).toBe(true);
  expect(toolNeedsSchema.safeParse(nest(5)).success).toBe(false);
});

test.for([
  [{ scope: 'tool', tool: { trait: 'spooky' } }],
  [{ scope: 'tool', tool: { signal: 'spooky' } }],
  [{ scope: 'tool', tool: { trait: 'bulk', category: 'Read' } }],
  [{ scope: 'tool', tool: { any: [] } }],
  [{ scope: 'combination', parts: [{ trait: 'bulk' }] }],
  [{ scope: 'server', offers: 'sampling' }],
  [{ scope: 'stack', tool: { trait: 'bulk' } }],
  [{ scope: 'elsewhere' }],
])('%j is refused', ([needs]) => {
  expect(needsSchema.safeParse(needs).success).toBe(false);
});

test('an unknown word is a mistake rather than something no tool meets', () => {
  const result = needsSchema.safeParse({ scope: 'tool', tool: { all: [{ category: 'read' }] } });
  expect(result.success).toBe(false);
});
