import * as z from 'zod';
import { signalIdSchema } from './schema-signals.ts';
import { originSchema, serverIdSchema } from './server-id.ts';
import { categorySchema, labelSchema, levelSchema, traitSchema } from './taxonomy-schemas.ts';

/** What one tool must be: a term, or all, any or none of several. */
export type ToolNeeds =
  | { category: z.infer<typeof categorySchema> }
  | { label: z.infer<typeof labelSchema> }
  | { level: z.infer<typeof levelSchema> }
  | { trait: z.infer<typeof traitSchema> }
  | { signal: z.infer<typeof signalIdSchema> }
  | { all: ToolNeeds[] }
  | { any: ToolNeeds[] }
  | { not: ToolNeeds };

// Deeper than this nobody understands an expression, and nothing that walks one can overflow.
const MAX_DEPTH = 5;
const leaf = [
  z.strictObject({ category: categorySchema }),
  z.strictObject({ label: labelSchema }),
  z.strictObject({ level: levelSchema }),
  z.strictObject({ trait: traitSchema }),
  z.strictObject({ signal: signalIdSchema }),
] as const;

function nested(depth: number): z.ZodType<ToolNeeds> {
  if (depth === MAX_DEPTH) return z.union(leaf);
  const inner = nested(depth + 1);
  return z.union([
    ...leaf,
    z.strictObject({ all: z.array(inner).min(1) }),
    z.strictObject({ any: z.array(inner).min(1) }),
    z.strictObject({ not: inner }),
  ]);
}
export const toolNeedsSchema = nested(1);

/** Where an attack belongs, and what must be found there. */
export const needsSchema = z.discriminatedUnion('scope', [
  /** This tool alone gives the harmful step: listed on each tool that fits. */
  z.strictObject({ scope: z.literal('tool'), tool: toolNeedsSchema }),
  /** Every part must be found, in one tool or in several of one server, or of one agent's servers. */
  z.strictObject({
    scope: z.literal('combination'),
    parts: z.array(toolNeedsSchema).min(2).max(4),
    /** Which tools list it: all that give a part, or only those that give the first; absent means all. */
    listedOn: z.enum(['every-part', 'first-part']).optional(),
  }),
  /** Any server of these origins (all, where none is named) that offers what is named; listed on server pages. */
  z.strictObject({
    scope: z.literal('server'),
    origins: z.array(originSchema).min(1).optional(),
    offers: z.enum(['tools', 'resources', 'prompts']).optional(),
    /** Tools that fit list it as well. */
    tool: toolNeedsSchema.optional(),
  }),
  /** The product under `affected` and no other: in the index, and on the pages of its own servers where they are known. */
  z.strictObject({
    scope: z.literal('product'),
    servers: z.array(serverIdSchema).min(1).optional(),
  }),
  /** The client, the gateway, sign-in, or several servers at once: in the index and on the stack page only. */
  z.strictObject({ scope: z.literal('stack') }),
]);
export type Needs = z.infer<typeof needsSchema>;
